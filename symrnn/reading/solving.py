"""A group of equations solved: indices, roles, kinds and products decided, each equation with its reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from symrnn.reading.calls import Functions
from symrnn.reading.declared import Fact, Facts
from symrnn.reading.diagnostics import ReadError, Report
from symrnn.reading.grouping import Group
from symrnn.reading.inference import infer
from symrnn.reading.kinds import COLUMN, MATRIX, ROW, THIN, Conflict, Kinds, Sides, default, key_of
from symrnn.reading.order import in_order
from symrnn.reading.products import Products
from symrnn.reading.roles import Definition, Roles, definitions_of, roles_of
from symrnn.reading.rows import PARAMETERS
from symrnn.reading.rows_or_columns import ask_for_rows, is_row_convention, matrices_of_rows, outer
from symrnn.reading.said import said
from symrnn.reading.text import tree_text
from symrnn.reading.traversal import mapped, walk
from symrnn.reading.tree import Binary, Call, Name, Stack, Tree
from symrnn.unify import ONE


@dataclass
class Options:
    """What the caller says about the names of a text."""

    constants: Mapping[str, float] = field(default_factory=dict)
    functions: Mapping[str, str] = field(default_factory=dict)
    fix: tuple[str, ...] = ()
    facts: Facts = field(default_factory=Facts)


@dataclass
class Solved:
    """A group with everything decided; ``broken`` says that an error forbids to make a cell of it."""

    group: Group
    definitions: list[Definition]
    roles: Roles
    kinds: Kinds
    row: bool
    facts: Facts
    broken: bool = False


def solve(group: Group, functions: Functions, options: Options, report: Report) -> Solved:
    """Decide everything about a group; what does not fit is reported."""
    broken = False
    definitions = []
    declared = {item.left.name for item in group.declared if item.role.split()[-1] in PARAMETERS}
    for item in definitions_of(group.items, report, declared):
        try:
            asked = len(functions.unknown)
            definitions.append(replace(item, right=functions.tree(item.right)))
            broken |= len(functions.unknown) > asked
        except ReadError as error:
            report.refuse(error, item.span)
            broken = True
    definitions = counted([fixed(item, options.fix, report) for item in definitions])
    facts = said(group, options.facts, report)
    params = {*facts.params, *time_labels(definitions)}
    definitions = [outer(labelled(item, params)) for item in definitions]
    roles = _roles(definitions, facts, options.facts)
    row = is_row_convention(definitions)
    sides = [side for item in readable(definitions, roles) for side in sides_of(item)]
    convolves = _convolves(definitions)
    given = given_kinds(facts, definitions, row)
    kinds = infer(sides, given, roles.states, row, convolves)
    if row:
        message = "signals stand on the left of weights: they are rows; as columns, each weight is transposed"
        report.add("ROW-CONVENTION", definitions[0].span, message)
    for conflict in kinds.conflicts:
        clash(conflict, report)
        broken = True
    known = Kinds(kinds.known, dict(kinds.defined), row=row, convolves=convolves)
    products = Products(known, report)
    definitions = [replace(item, right=products.tree(item.right)) for item in definitions]
    deviations(definitions, known, set(given), report)
    ask_for_rows(definitions, roles.inputs, known, report)
    # A convolution is asked about; no cell can be made of it.
    broken |= convolves
    return Solved(group, definitions, roles, known, row, facts, broken)


def _roles(definitions: list[Definition], facts: Facts, given: Facts) -> Roles:
    """The role of every name: what rows declare comes first, in their order, unless the caller says all of it."""
    roles = roles_of(definitions, given.states or None, given.inputs or None)
    if not given.states:
        roles.states = list(dict.fromkeys([*facts.states, *roles.states]))
    if not given.inputs:
        roles.inputs = list(dict.fromkeys([*facts.inputs, *roles.inputs]))
    if "t" in roles.inputs and "t" not in facts.names:
        facts.names["t"] = Fact((ONE,), domain="time")
    return roles


def readable(definitions: list[Definition], roles: Roles) -> list[Definition]:
    """The equations so that each reads what is above it and kinds are known; as written where no order is."""
    try:
        return in_order(definitions, set(roles.states))
    except ReadError:
        return definitions


def fixed(item: Definition, fixes: tuple[str, ...], report: Report) -> Definition:
    """The equation with the corrections that the caller asked for: ``h_t'`` is read instead of ``h_{t-1}'``."""
    from symrnn.reading.roles import NOW

    wanted = {name for fix in fixes for name in [_fixed_name(fix)]}

    def change(node: Any) -> Any:
        if isinstance(node, Name) and node.name in wanted and node.time is not None and node.time.shift == -1:
            return replace(node, time=NOW)
        return node

    return replace(item, right=mapped(item.right, change)) if wanted else item


def _fixed_name(text: str) -> str:
    """The name that a fix such as ``h_t'`` or ``\\tilde{h}_t`` is about."""
    from symrnn.reading.fixes import name_of

    return name_of(text)


def sides_of(item: Definition) -> Iterator[Sides]:
    """What an equation says about kinds: one definition for each name on its left."""
    for name in item.names():
        yield Sides(key_of(name), item.right, name)


def labelled(item: Definition, params: set[str]) -> Definition:
    """The equation with parameters whose label looks like a time index: ``W_t`` beside ``W_q`` and ``W_k``."""

    def change(node: Any) -> Any:
        if isinstance(node, Name) and node.time is not None and f"{node.name}_{node.time.letter}" in params:
            return replace(node, name=f"{node.name}_{node.time.letter}", time=None)
        return node

    return replace(item, right=mapped(item.right, change)) if params else item


def time_labels(definitions: list[Definition]) -> set[str]:
    """Weights whose label is the letter of the time: ``W_t`` where ``W_q`` and ``W_k`` are parameters."""
    names = [n for item in definitions for n in walk(item.right) if isinstance(n, Name)]
    families = {n.name.split("_")[0] for n in names if n.time is None and "_" in n.name}
    defined = {n.name for item in definitions for n in item.names()}
    lagged = {n.name for n in names if n.time is not None and n.time.shift}
    return {f"{n.name}_{n.time.letter}" for n in names
            if n.time is not None and n.name in families - defined - lagged and n.name[0].isupper()}  # fmt: skip


def counted(definitions: list[Definition]) -> list[Definition]:
    """Parts such as ``a^{[2]}``, with how many there are: as many as the highest one that is named."""
    parts: dict[Any, int] = {}
    for item in definitions:
        for node in walk(item.right):
            if isinstance(node, Call) and node.function == "split" and isinstance(node.args[0], Name):
                key = node.args[0].name
                parts[key] = max(parts.get(key, 0), *dict(node.options)["part"])

    def change(node: Any) -> Any:
        if isinstance(node, Call) and node.function == "split" and isinstance(node.args[0], Name):
            which, count = dict(node.options)["part"]
            return replace(node, options=(("part", (which, count or parts[node.args[0].name])),))
        return node

    return [replace(item, right=mapped(item.right, change)) for item in definitions] if parts else definitions


def given_kinds(facts: Facts, definitions: list[Definition], row: bool) -> dict[str, str]:
    """The kinds that declared shapes say; a constant is a scalar, and a vector a row where a text writes rows."""
    found: dict[str, str] = dict.fromkeys(matrices_of_rows(definitions) if row else (), MATRIX)
    found |= dict.fromkeys(facts.constants, "S") | facts.kinds
    timed = {key_of(n) for d in definitions for t in (d.left, d.right) for n in walk(t) if isinstance(n, Name)}
    for name, fact in facts.names.items():
        shape = fact.shape
        if shape is None:
            continue
        kind = "S" if shape in ((), (ONE,)) else COLUMN
        if len(shape) == 2:
            kind = ROW if shape[0] == ONE else THIN if shape[1] == ONE else MATRIX
        copies = [f"{name}_{index}" for index in range(fact.copies)]
        found |= dict.fromkeys(copies, kind)
        for key in (name, name + "@"):
            if key in timed:
                found[key] = kind
    return {key: ROW if row and kind == COLUMN else kind for key, kind in found.items()}


def _convolves(definitions: list[Definition]) -> bool:
    """Whether ``*`` is a convolution: another sign is elementwise, and signals are capitals, like images."""
    nodes = [node for item in definitions for node in walk(item.right) if isinstance(node, Binary)]
    weighed = [node for node in nodes if isinstance(node.left, Name) and node.left.time is None]
    starred = [node.right for node in weighed if node.op == "star"]
    capital = [s for s in starred if isinstance(s, Name) and s.time is not None and s.name[0].isupper()]
    return bool(capital) and any(node.op == "odot" for node in nodes)


def clash(conflict: Conflict, report: Report) -> None:
    """Say which two parts do not fit, and where both stand."""
    words = {"S": "a scalar", COLUMN: "a column", ROW: "a row", MATRIX: "a matrix", THIN: "a column"}
    (left, first), (right, second) = conflict.left, conflict.right
    line, column = report.source.place(second.span.start)
    message = (f"{tree_text(first)} is {words[left]} but {tree_text(second)} ({line}:{column}) is {words[right]}; "
               "they do not go together")  # fmt: skip
    report.add("SHAPE", conflict.span, message)


def deviations(definitions: list[Definition], kinds: Kinds, given: set[str], report: Report) -> None:
    """Say of which names the kind is another one than their letters suggest, unless the text says it."""
    words = {"S": "a scalar", COLUMN: "a vector", ROW: "a vector", MATRIX: "a matrix", THIN: "a column"}
    seen = set(given)
    for item in definitions:
        for node in walk(item.right):
            if not isinstance(node, Name) or key_of(node) in seen or node.name in ("1", "1j"):
                continue
            seen.add(key_of(node))
            usual, kind = default(node, kinds.row), kinds.of(node)
            greek = usual == "S" and kind in (COLUMN, ROW)
            if usual != kind and not greek and key_of(node) not in kinds.defined:
                message = f"{node.name} is {words[kind]}, as the products ask; its letter suggests {words[usual]}"
                report.add("SHAPE", node.span, message, severity="info")


def texts(solved: Solved) -> list[tuple[Definition, str]]:
    """Each equation in Python syntax."""
    return [(item, f"{left_text(item.left)} = {tree_text(item.right)}") for item in solved.definitions]


def left_text(left: Tree) -> str:
    """The left side of a definition; several names are a stack."""
    if isinstance(left, Stack):
        return f"stack({', '.join(map(tree_text, left.items))})"
    return tree_text(left)
