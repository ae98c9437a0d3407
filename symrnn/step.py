"""A step: one tick of time as named equations over nodes, with what it carries to the next tick.

The adjoint of a step is a step as well: its carry is the adjoint of the state and its time runs backwards. Whatever
is done to steps (simplify, schedule, interpret, print) is therefore written once and serves both directions.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property

import sympy

from symrnn.errors import StepError
from symrnn.ir import Broadcast, Contract, Leaf, Node, Pointwise, is_slot
from symrnn.primitives import Slice

NAMED_CONTRACTIONS = {
    "ij,j->i": "matvec",
    "ij,i->j": "matvec_t",
    "ij,jk->ik": "matmul",
    "i,j->ij": "outer",
    "i,i->": "dot",
    "i->": "sum",
    "ij->": "sum",
    "ij->ji": "transpose",
    "i->ii": "diagonal",
    "ii->i": "diagonal_of",
    "ij->i": "row_sums",
    "ij->j": "column_sums",
}


@dataclass(frozen=True)
class Carry:
    """What a step reads from the tick before (a leaf) and writes for the tick after."""

    name: str
    read: Node
    write: Node


@dataclass(frozen=True)
class Step:
    """One tick: leaves, equations in an order in which they can be computed, and what leaves the step.

    ``outputs`` have a value at every tick; ``sums`` are added up over time and batch (gradients of parameters).
    ``reverse`` says that time runs from T to 1.
    """

    name: str
    inputs: tuple[Node, ...]
    parameters: tuple[Node, ...]
    carries: tuple[Carry, ...]
    equations: tuple[tuple[str, Node], ...]
    outputs: tuple[tuple[str, Node], ...]
    sums: tuple[tuple[str, Node], ...] = ()
    constants: tuple[str, ...] = ()
    reverse: bool = False
    origin: object = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        check(self)

    @cached_property
    def names(self) -> dict[Node, str]:
        """The name of every leaf and of the value of every equation."""
        table: dict[Node, str] = {}
        for node in self.leaves:
            assert isinstance(node.op, Leaf)
            table.setdefault(node, node.op.name)
        return table | {node: name for name, node in self.equations}

    @property
    def leaves(self) -> tuple[Node, ...]:
        """Inputs, carries as they are read, and parameters."""
        return (*self.inputs, *(c.read for c in self.carries), *self.parameters)

    @property
    def roots(self) -> tuple[Node, ...]:
        """Everything that leaves the step."""
        return (*(n for _, n in self.outputs), *(c.write for c in self.carries), *(n for _, n in self.sums))

    def find(self, name: str) -> Node:
        """The node of an equation, or the leaf, of that name."""
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Node]:
        return {name: node for node, name in self.names.items()} | dict(self.equations)

    def __str__(self) -> str:
        return "\n".join(_lines(self)) + "\n"


def check(step: Step) -> None:
    """Raise StepError unless every equation makes a new value of leaves and equations above it; roots are defined."""
    known = set(step.leaves)
    for name, node in step.equations:
        for arg in node.args:
            if arg not in known:
                raise StepError(f"{step.name}: {name} reads a value that is not defined above it: {arg}")
        if isinstance(node.op, Leaf) or node in known:
            raise StepError(f"{step.name}: {name} is only another name of a leaf or of an equation above it")
        known.add(node)
    for root in step.roots:
        if root not in known:
            raise StepError(f"{step.name}: a result is not among the equations: {root}")
    for carry in step.carries:
        if carry.read.shape != carry.write.shape:
            raise StepError(
                f"{step.name}: {carry.name} has shape {carry.read.shape} but is written as {carry.write.shape}"
            )
    names = [n for n, _ in step.equations]
    if len(set(names)) != len(names):
        raise StepError(f"{step.name}: two equations of one name: {sorted({n for n in names if names.count(n) > 1})}")


def show(node: Node, names: dict[Node, str]) -> str:
    """The right-hand side of a node in terms of the names of its operands."""
    args = [names.get(a, "?") for a in node.args]
    match node.op:
        case Leaf(name):
            return names.get(node, name)
        case Contract(spec):
            return f"{NAMED_CONTRACTIONS.get(spec, spec)}({', '.join(args)})"
        case Broadcast(shape):
            return f"broadcast({args[0]}, {_shape_text(shape)})"
        case Slice(start, stop):
            return f"{args[0]}[{start}:{stop}]"
        case Pointwise(expr):
            symbols = {s: sympy.Symbol(args[int(s.name[1:])]) for s in expr.free_symbols if is_slot(s)}
            return str(expr.xreplace(symbols))
        case op:
            options = [f"{f.name}={_option(getattr(op, f.name))}" for f in fields(op)]
            return f"{type(op).__name__.lower()}({', '.join([*args, *options])})"


def _option(value: object) -> str:
    return _shape_text(value) if isinstance(value, tuple) else str(value)


def _shape_text(shape: tuple[sympy.Expr, ...]) -> str:
    return "(" + ", ".join(map(str, shape)) + ")"


def _lines(step: Step) -> list[str]:
    names = step.names
    lines = [f"step {step.name}" + (" (time runs backwards)" if step.reverse else "")]
    for title, nodes in (("input", step.inputs), ("parameter", step.parameters)):
        lines += [f"  {title:<10}{names[n]} {_shape_text(n.shape)}" for n in nodes]
    lines += [f"  {'carry':<10}{names[c.read]} {_shape_text(c.read.shape)} <- {names[c.write]}" for c in step.carries]
    lines += [f"  {name} {_shape_text(node.shape)} = {show(node, names)}" for name, node in step.equations]
    for title, results in (("output", step.outputs), ("sum", step.sums)):
        lines += [f"  {title:<10}{name} = {names[node]}" for name, node in results]
    return lines


def name_by_reader(order: list[Node], names: dict[Node, str], prefix: str, taken: set[str]) -> None:
    """Name every node of ``order`` that has no name by ``prefix`` and the name of the first node that reads it."""
    reader: dict[Node, Node] = {}
    for node in order:
        for arg in node.args:
            reader.setdefault(arg, node)
    tried: dict[str, int] = {}
    for node in reversed(order):
        if node in names:
            continue
        names[node] = unique_name(f"{prefix}_{names[reader[node]]}" if node in reader else prefix, taken, tried)


def unique_name(wish: str, taken: set[str], tried: dict[str, int]) -> str:
    """``wish``, or with the first number behind it that is free; ``tried`` remembers how far each wish has come."""
    unique, count = wish, tried.get(wish, 1)
    while unique in taken:
        count += 1
        unique = f"{wish}_{count}"
    tried[wish] = count
    taken.add(unique)
    return unique
