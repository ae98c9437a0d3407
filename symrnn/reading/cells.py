"""A solved group of equations recorded as a cell: the same recorder and the same checks as a class body."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from symrnn.cell import Cell, cell_of, identifier
from symrnn.closing import close
from symrnn.errors import CellError
from symrnn.expr import Expr
from symrnn.names import check_name
from symrnn.reading.declared import Fact, Facts
from symrnn.reading.diagnostics import ReadError, Report
from symrnn.reading.kinds import MATRIX, SCALAR, Kinds
from symrnn.reading.order import in_order
from symrnn.reading.roles import Definition, Roles
from symrnn.reading.traversal import children, mapped, walk
from symrnn.reading.tree import Binary, Call, Function, Name, Stack, Transposed, Tree
from symrnn.reading.values import Values
from symrnn.record import Record
from symrnn.recorder import Body, Spec, Undeclared
from symrnn.scope import Options, Parameter
from symrnn.tree import Named, Param, Ref
from symrnn.unify import HIDDEN, ONE, is_unknown, size_symbol

RENAMED = {"lambda": "lam"}


class Builder:
    """Declares what the equations hold, records them one by one, and closes the body."""

    def __init__(self, definitions: list[Definition], roles: Roles, kinds: Kinds, facts: Facts, report: Report) -> None:
        self.kinds = kinds
        self.facts = facts
        self.report = report
        self.roles = roles
        self.body = Body()
        self.definitions = list(_split(definitions))
        reads = [n for d in self.definitions for n in walk(d.right) if isinstance(n, Name)]
        self.singles = {renamed(n.name) for n in reads if n.time is None}
        self.complex = complex_names(self.definitions, facts)
        self.signals = {*roles.states, *roles.inputs, *(n.name for d in self.definitions for n in d.names() if n.time)}

    def build(self, name: str) -> type[Cell]:
        """The cell; ReadError with a place where the equations do not make one."""
        ordered = in_order(self.definitions, set(self.roles.states))
        try:
            record = self._recorded(ordered, name)
        except CellError as error:
            raise ReadError("SHAPE", ordered[0].span, str(error)) from error
        return cell_of(record, __name__)

    def _recorded(self, ordered: list[Definition], name: str) -> Record:
        self._constants()
        for signal in self.roles.inputs:
            self._signal(signal, "input")
        for signal in self.roles.states:
            self._signal(signal, "state")
        for output in self._outputs():
            if output not in self.roles.states:
                self.body.put(output, Undeclared(Spec("output", "Output")), 0)
        values = Values(self)
        for item in ordered:
            self._equation(item, values)
        self._decide()
        return close(self.body, name, "", identifier(name))

    def _constants(self) -> None:
        for size in self.facts.sizes:
            self.body.put(check_name(size), Undeclared(Spec("size", "Size")), 0)
        used = {n.name for d in self.definitions for n in walk(d.right) if isinstance(n, Name) and n.time is None}
        for name, value in self.facts.constants.items():
            if name in used or name in self.facts.fixed_constants:
                number = value if isinstance(value, int) else float(value)
                self.body.put(self.apart(renamed(name)), Undeclared(Spec("constant", "Constant", value=number)), 0)

    def _signal(self, name: str, role: str) -> None:
        fact = self.facts.of(name)
        shape = fact.shape
        if shape is None:
            kind = self.kinds.of(Name(name, _now()))
            unknown = self.body.scope.sizes.unknown
            shape = (ONE,) if kind == SCALAR else (unknown(), unknown()) if kind == MATRIX else (unknown(),)
        spec = Spec(role, role.capitalize(), shape, domain=fact.domain, start=fact.start)
        spec.complex = fact.complex or name in self.complex
        self.body.put(check_name(renamed(name)), Undeclared(spec), 0)

    def _outputs(self) -> list[str]:
        if self.facts.outputs:
            return self.facts.outputs
        read = {n.name for d in self.definitions for n in walk(d.right) if isinstance(n, Name)}
        return [name for name in self.roles.signals if name not in read and name not in self.roles.states]

    def _equation(self, item: Definition, values: Values) -> None:
        (left,) = item.names()
        try:
            value = values.of(item.right)
            name = self.apart(renamed(left.name)) if left.time is None else renamed(left.name)
            self.body.put(check_name(name), value, self.report.source.place(item.span.start)[0])
        except CellError as error:
            raise ReadError("SHAPE", item.span, str(error)) from error

    def name(self, node: Name) -> Any:
        """The value of a name: a signal at some step, a number, or a parameter."""
        name = renamed(node.name)
        if node.time is not None:
            return self._at(node, name)
        for spelled in (name, self.apart(name)):
            entry = self.body.latest.get(spelled)
            if spelled in self.body and spelled not in self.body.scope.remembered and (entry is None or entry.static):
                return self.body[spelled]
        base, _, index = name.rpartition("_")
        if index.isdigit() and int(index) < self._copies(base):
            return self.parameter(replace(node, name=base), int(index))
        return self.parameter(node)

    def apart(self, name: str) -> str:
        """The name of a parameter or constant, another one where a signal has it."""
        return f"{name}_0" if name in self.signals else name

    def _copies(self, base: str) -> int:
        """How many copies a parameter has: as declared, or its first length where it is only read with an index."""
        fact = self.facts.of(base)
        if fact.copies or base in self.singles or not fact.shape or not fact.shape[0].is_Integer:
            return fact.copies
        self.facts.names[base] = replace(fact, shape=fact.shape[1:], copies=int(fact.shape[0]))
        return int(fact.shape[0])

    def _at(self, node: Name, name: str) -> Any:
        lag = -(node.time.shift if node.time is not None else 0)
        if lag < 0:
            raise ReadError("UNSUPPORTED", node.span, f"{name} is read at a later step; a cell reads earlier ones only")
        shape = self.body.declared[name].shape if name in self.body.declared else ()
        if lag and name in self.body.scope.remembered:
            return Expr(Ref(name, lag), shape, self.body.scope)
        if name in self.body and (name in self.body.latest or node.name in self.roles.inputs):
            return self.body[name]
        raise ReadError("UNDEFINED-SYMBOL", node.span, f"{name} is read here but neither defined nor an input")

    def parameter(self, node: Name, copy: int | None = None) -> Expr:
        """A parameter; a block of a family where its name has two parts."""
        name = self.apart(renamed(node.name))
        known = self.body.scope.params.get(name)
        if known is None:
            known = self._declared(check_name(name), node)
            self.body.scope.params[name] = known
        return Expr(Param(name, copy), known.shape or (ONE,), self.body.scope)

    def size(self, name: str) -> Expr:
        """A length as a number in an equation."""
        self.body.scope.numbers.setdefault(name, size_symbol(name))
        return Expr(Named(name), (ONE,), self.body.scope)

    def _declared(self, name: str, node: Name) -> Parameter:
        fact: Fact = self.facts.of(node.name)
        unknown = self.body.scope.sizes.unknown
        kind = self.kinds.of(node)
        shape = fact.shape
        if shape is None:
            shape = () if kind == SCALAR else (unknown(soft=True), unknown(soft=True)) if kind == MATRIX else (
                unknown(soft=True),)  # fmt: skip
        options = Options(fact.domain, fact.fixed, None, fact.complex)
        head, _, block = name.partition("_")
        family = self.facts.families.get(name)
        if family is not None:
            head, block = family, name.removeprefix(family + "_")
        alone = not (head and block) or not shape or head in self.signals or head in self.body or head in self.singles
        if family == "" or alone:
            return Parameter(name, ("scalar", "vector", "matrix")[len(shape)], shape, 0, options)
        return Parameter(name, "weight" if len(shape) == 2 else "bias", shape, 0, options, head, block)

    def _decide(self) -> None:
        """Lengths that nothing decides: those of states are n_h, that of an input is its own."""
        sizes = self.body.scope.sizes
        order = [*self.roles.states[:1], *self.roles.inputs, *self.roles.states[1:]]
        declared = [self.body.declared[renamed(name)] for name in order]
        for item in declared:
            own = HIDDEN if item.role == "state" else size_symbol(f"n_{item.name}")
            for size in item.shape:
                resolved = sizes.resolve(size)
                for symbol in sorted(resolved.free_symbols, key=str):
                    if is_unknown(symbol):
                        sizes.unify(symbol, own)
        # What is only put out, such as y = V h, has a length of its own where nothing else gives it one.
        for name in map(renamed, self._outputs()):
            shape = self.body[name].shape if name in self.body and name not in self.body.scope.remembered else ()
            for symbol in (sizes.resolve(size) for size in shape):
                if is_unknown(symbol):
                    sizes.unify(symbol, size_symbol(f"n_{name}"))


def complex_names(definitions: list[Definition], facts: Facts) -> set[str]:
    """The signals whose values are complex: what the imaginary unit or a complex parameter reaches."""
    found = {name for name, fact in facts.names.items() if fact.complex}
    before = -1
    while before < len(found):
        before = len(found)
        for item in (*definitions, *reversed(definitions)):
            if _is_complex(item.right, found):
                found |= {name.name for name in item.names()}
    return found


def _is_complex(node: Any, found: set[str]) -> bool:
    if isinstance(node, Name):
        return node.name == "1j" or node.name in found
    if isinstance(node, Call) and node.function in ("real", "imag", "magnitude"):
        return False
    return any(_is_complex(part, found) for part in children(node))


def _now() -> Any:
    from symrnn.reading.roles import NOW

    return NOW


def renamed(name: str) -> str:
    """The name in a cell; what is a keyword of Python has another one there."""
    head, sign, rest = name.partition("_")
    return name if sign and not rest else RENAMED.get(head, head) + sign + rest


def _split(definitions: Iterable[Definition]) -> Any:
    """Equations with one name each: a stack on the left becomes the parts of one value."""
    for item in definitions:
        names = item.names()
        if not isinstance(item.left, Stack):
            yield item
            continue
        right = item.right
        functions: tuple[Any, ...] = ()
        if isinstance(right, Call) and right.function == "apply_parts":
            functions = dict(right.options)["functions"]
            right = right.args[0]
            if len(functions) != len(names):
                message = f"{len(functions)} functions are applied to what has {len(names)} parts"
                raise ReadError("SHAPE", item.right.span, message)
        whole = Name("_".join(["parts", *(name.name for name in names)])[:60], names[0].time, span=item.left.span)
        yield replace(item, left=whole, right=right)
        for index, name in enumerate(names):
            part: Tree = Call("split", (whole,), (("part", (index + 1, len(names))),), span=name.span)
            if functions:
                function = functions[index]
                called = function.function if isinstance(function, Function) else str(function)
                part = Call(called, (part,), span=name.span)
            yield replace(item, left=name, right=part)


def as_columns(definitions: list[Definition]) -> list[Definition]:
    """Row equations turned into columns: factors change places, and weights are named by their transposes."""

    def turn(node: Any) -> Any:
        if isinstance(node, Binary) and node.op == "@":
            return replace(node, left=node.right, right=node.left)
        if isinstance(node, Transposed) and isinstance(node.arg, Name) and node.arg.time is None:
            return node.arg
        return node

    return [replace(item, right=mapped(item.right, turn)) for item in definitions]


def column_kinds(kinds: Kinds) -> Kinds:
    """The kinds of row equations, for columns."""
    turned = {key: "C" if kind == "R" else kind for key, kind in kinds.known.items()}
    defined = {key: "C" if kind == "R" else kind for key, kind in kinds.defined.items()}
    return Kinds(turned, defined)
