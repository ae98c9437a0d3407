"""What looks like a slip in equations that can be read: an index too early, a name that is out of line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from symrnn.reading.diagnostics import ReadError, Report
from symrnn.reading.kinds import MATRIX, SCALAR, default
from symrnn.reading.order import in_order
from symrnn.reading.roles import NOW, Definition
from symrnn.reading.rows import PARAMETERS
from symrnn.reading.solving import Solved, left_text
from symrnn.reading.source import Span
from symrnn.reading.text import tree_text
from symrnn.reading.traversal import mapped, walk
from symrnn.reading.tree import Binary, Name


def check(solved: Solved, report: Report) -> None:
    """Say everything that looks like a slip in a group of equations."""
    try:
        in_order(solved.definitions, set(solved.roles.states))
    except ReadError as error:
        report.refuse(error, error.span)
        solved.broken = True
    ahead(solved, report)
    late(solved, report)
    inputs(solved, report)
    undefined(solved, report)
    unmet(solved, report)
    unused(solved, report)
    reused(solved, report)
    for item in solved.definitions:
        asymmetry(item, report)


def unmet(solved: Solved, report: Report) -> None:
    """What is declared as another thing than the equations make of it: by a row, or by the caller."""
    defined = {name.name for item in solved.definitions for name in item.names() if name.time is not None}
    reads = [name for item in solved.definitions for name in names_in(item)]
    signals = defined | {name.name for name in reads if name.time is not None}
    said = [(item.left.name, item.role.split()[-1], item.span) for item in solved.group.declared]
    rows = {name for name, _, _ in said}
    said += [(name, "state", solved.definitions[0].span) for name in solved.roles.states if name not in rows]
    for name, word, span in said:
        if word in ("state", "output") and name not in defined:
            message = f"{name} is declared as {_a(word)}, but no equation defines it at t; add {name}_t = …"
        elif word == "input" and name in defined:
            message = f"{name} is declared as an input, but an equation defines it"
        elif word == "input" and name not in signals:
            message = f"{name} is declared as an input, but no equation reads it at t"
        elif word in ("constant", *PARAMETERS) and name in signals:
            message = f"{name} is declared as {_a(word)}, but it changes with t"
        else:
            continue
        report.add("SHAPE", span, message)
        solved.broken = True


def _a(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def names_in(item: Definition) -> Iterator[Name]:
    """The names on the right of an equation."""
    return (node for node in walk(item.right) if isinstance(node, Name))


def ahead(solved: Solved, report: Report) -> None:
    """What is read at a later step than the one that is computed: no cell runs backwards in time."""
    for item in solved.definitions:
        for name in names_in(item):
            if name.time is not None and name.time.shift > 0:
                message = f"{name.name} is read at a later step; a cell reads earlier ones only"
                report.add("UNSUPPORTED", name.span, message)
                solved.broken = True


def late(solved: Solved, report: Report) -> None:
    """A value that is computed at t but read only at t-1: as an intermediate one, or as a state too late."""
    reads: dict[str, list[tuple[Name, int]]] = {}
    for at, item in enumerate(solved.definitions):
        for name in names_in(item):
            if name.time is not None:
                reads.setdefault(name.name, []).append((name, at))
    where = {name.name: at for at, item in enumerate(solved.definitions) for name in item.names()}
    spans = [item.span for item in solved.definitions]
    if any(d.code == "FORWARD-INDEX" and span.start <= d.span.start < span.end
           for d in report.found.values() for span in spans):  # fmt: skip
        # What is defined at t+1 and read at t is read at its previous value everywhere.
        return
    for state in solved.roles.states:
        found = reads.get(state, [])
        if state not in where:
            continue
        at = where[state]
        if any(name.time is not None and name.time.shift == 0 for name, _ in found):
            continue
        own = any(reader == at for _, reader in found)
        # A state without its own past that is read before it is computed is the output of the step before.
        before = [name for name, reader in found if reader > at or not own and reader != at]
        memory = found[0][1] < at or state == solved.roles.states[0] if found else False
        if _would_loop(solved, at, {reader for name, reader in found if reader > at or not own}):
            continue
        if not own and before and not memory:
            _intermediate(solved, at, before, report)
        elif own and [name for name, reader in found if reader > at] and not _returned(solved, state):
            _too_late(solved, at, next(name for name, reader in found if reader > at), report)


def _would_loop(solved: Solved, at: int, readers: set[int]) -> bool:
    """Whether a state needs all of what reads it: then none of them can mean its new value."""
    where = {name.name: index for index, item in enumerate(solved.definitions) for name in item.names()}
    needed, stack = set(), [at]
    while stack:
        for name in names_in(solved.definitions[stack.pop()]):
            index = where.get(name.name) if name.time is not None and name.time.shift == 0 else None
            if index is not None and index not in needed:
                needed.add(index)
                stack.append(index)
    return bool(readers - {at}) and readers - {at} <= needed


def _intermediate(solved: Solved, at: int, reads: list[Name], report: Report) -> None:
    for name in reads:
        shown = _tex(name)
        line, _ = report.source.place(solved.definitions[at].span.start)
        now = _at_now(name)
        inputs_ = solved.roles.inputs or ["x"]
        message = (
            f"{shown} is defined at step t (line {line}) and read at t-1: as written it is a second state, and "
            f"{inputs_[0]}_t reaches {solved.roles.states[0]} one step late. Did you mean {now}?"
        )
        report.add("INTERMEDIATE-AT-PREVIOUS-STEP", name.span, message, fix=_corrected(solved, name))


def _too_late(solved: Solved, at: int, name: Name, report: Report) -> None:
    line, _ = report.source.place(solved.definitions[at].span.start)
    now = _at_now(name)
    message = f"{_tex(name)} is updated above (line {line}), but its old value is read here. Did you mean {now}?"
    report.add("STATE-READ-LATE", name.span, message, fix=_corrected(solved, name))


def _returned(solved: Solved, state: str) -> bool:
    """Whether a state is what the cell returns: nothing else is computed that nothing reads."""
    read = {n.name for item in solved.definitions for n in names_in(item)}
    unread = [name for name in solved.roles.signals if name not in read and name not in solved.roles.states]
    return len(solved.roles.states) == 1 and not unread


def _tex(name: Name) -> str:
    """A name without its time index, as it was written."""
    return name.name.replace("_prime", "'")


def _at_now(name: Name) -> str:
    """The spelling of a name with the index t in place of t-1, in Python syntax where it is spelled without one."""
    now, found = re.subn(r"\{\s*t\s*-\s*1\s*\}|t\s*-\s*1", "t", name.tex, count=1)
    return now if found else f"{name.name}[t]"


def inputs(solved: Solved, report: Report) -> None:
    """Inputs that are only read at an earlier step."""
    if not solved.roles.states:
        return
    for name in solved.roles.inputs:
        found = [n for item in solved.definitions for n in names_in(item) if n.name == name and n.time is not None]
        if name.endswith(CANDIDATES) and name.rpartition("_")[0] in solved.roles.states:
            _candidate(solved, name, found, report)
        elif name.lower() in ("x", "u") and found and all(n.time is not None and n.time.shift < 0 for n in found):
            message = f"{name} is never defined and only read at t-1: it is an input that arrives one step late"
            report.add("INPUT-AT-PREVIOUS-STEP", found[0].span, message)


CANDIDATES = ("_prime", "_tilde", "_hat", "_bar")


def _candidate(solved: Solved, name: str, found: list[Name], report: Report) -> None:
    """A candidate of a state, defined elsewhere or nowhere, that is read at t-1 only."""
    if all(n.time is not None and n.time.shift == -1 for n in found):
        shown, base = _tex(found[0]), name.rpartition("_")[0]
        message = (
            f"{shown} is read at t-1, but a candidate of {base} is computed at step t: as written x_t reaches {base} "
            f"one step late. Did you mean {_at_now(found[0])}?"
        )
        report.add("INTERMEDIATE-AT-PREVIOUS-STEP", found[0].span, message, fix=_corrected(solved, found[0]))


def _corrected(solved: Solved, name: Name) -> str:
    """The equation that reads a name too early, with the name at t."""
    item = next(d for d in solved.definitions if any(n is name for n in names_in(d)))

    def change(node: Any) -> Any:
        return replace(node, time=NOW) if node is name else node

    return f"{left_text(item.left)} = {tree_text(mapped(item.right, change))}"


def undefined(solved: Solved, report: Report) -> None:
    """A gate of a block that is used beside the others and not defined with them."""
    blocks = {id(item.item.block) for item in solved.definitions}
    if len(solved.definitions) < 3 or len(blocks) > 1:
        return
    fed = {n.name for item in solved.definitions for n in _fed(item)}
    names = {name.name for item in solved.definitions for name in item.names()}
    for item in solved.definitions:
        for node in walk(item.right):
            if not (isinstance(node, Binary) and node.op == "*"):
                continue
            for gate, other in ((node.left, node.right), (node.right, node.left)):
                if not isinstance(gate, Name) or gate.name not in solved.roles.inputs or gate.name in fed:
                    continue
                carried = isinstance(other, Name) and other.name in solved.roles.states and other.time is not None
                if carried and fed and gate.name in GATE_LETTERS and names & GATE_LETTERS:
                    message = f"{gate.name}_t is used like a gate, but the block does not define it"
                    report.add("UNDEFINED-SYMBOL", gate.span, message)
                    solved.broken = True


GATE_LETTERS = {"f", "i", "o", "g", "z", "r"}


def _fed(item: Definition) -> Iterator[Name]:
    """The names that a weight multiplies."""
    for node in walk(item.right):
        if isinstance(node, Binary) and node.op == "@":
            yield from (n for n in walk(node.right) if isinstance(n, Name))
            yield from (n for n in walk(node.left) if isinstance(n, Name))


def unused(solved: Solved, report: Report) -> None:
    """A value that nothing reads although others come after it."""
    if not solved.roles.states:
        return
    read = {n.name for item in solved.definitions for n in names_in(item)}
    for at, item in enumerate(solved.definitions):
        for name in item.names():
            last = at >= len(solved.definitions) - 1 or name.name.split("_")[0] in ("h", "y", "p")
            if name.name not in read and name.name not in solved.roles.states and not last:
                report.add("UNUSED-DEFINITION", name.span, f"{name.name} is defined but nothing reads it: an output")


def reused(solved: Solved, report: Report) -> None:
    """A labelled weight that stands in the definitions of two signals, one of which its label names."""
    users: dict[str, dict[str, Span]] = {}
    for item in solved.definitions:
        left = item.names()[0].name if item.names() else ""
        for name in names_in(item):
            if name.time is None and default(name) == MATRIX and "_" in name.name:
                users.setdefault(name.name, {}).setdefault(left, name.span)
    for weight, found in users.items():
        label = weight.split("_")[-1]
        others = [left for left in found if not _labelled(left, label)]
        if len(found) > 1 and others and len(others) < len(found):
            message = f"{weight} is used for {' and '.join(found)}: one parameter for both"
            report.add("PARAM-REUSED", found[others[-1]], message)


def _labelled(left: str, label: str) -> bool:
    return bool(label) and (label[-1] == left[:1] or label == left or label[0] == left[:1])


def asymmetry(item: Definition, report: Report) -> None:
    """A parameter whose label does not end like those of the others in its equation."""
    found = {n.name: n for n in names_in(item)
             if n.time is None and "_" in n.name and n.name.split("_")[-1] and default(n) != SCALAR}  # fmt: skip
    ends = {name: name.split("_")[-1][-1] for name in found}
    counts = Counter(ends.values())
    if len(ends) < 3 or len(counts) != 2 or len({name.split("_")[-1][0] for name in found}) == 1:
        return
    (usual, count), (_, single) = counts.most_common(2)
    left = item.names()[0].name[:1] if item.names() else ""
    if single != 1 or not (count >= 3 or usual == left):
        return
    odd = next(name for name, end in ends.items() if end != usual)
    others = ", ".join(name for name in found if name != odd)
    message = f"{odd} stands where the other names of the line end in {usual} ({others})"
    report.add("NAMING-ASYMMETRY", found[odd].span, message)
