"""The symbols under which a Jacobian reads forward values, and what is known of those values by their form.

A value of the tick is ``f[t]``, one of the tick before ``f[t-1]``; a parameter or a value without a time index bears
its bare name. What tick t knows as the carry ``c[t-1]`` is what tick t-1 computed as ``c``, one symbol for both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import sympy

from symrnn.flat import flat
from symrnn.ir import Broadcast, Contract, Leaf, Node, Pointwise, slot
from symrnn.ops.elementwise import Head
from symrnn.primitives import Expm, Solve
from symrnn.record import Record
from symrnn.step import Step

TIMED = re.compile(r"(.*)\[t(?:-(\d+))?\]")


def parts(symbol: sympy.Symbol | str) -> tuple[str, int | None]:
    """Name and lag of a symbol: ``c[t-1]`` is c one tick ago; the lag of a parameter or constant is None."""
    name = symbol if isinstance(symbol, str) else symbol.name
    match = TIMED.fullmatch(name)
    return (match[1], int(match[2] or 0)) if match else (name, None)


def timed(name: str, lag: int | None) -> str:
    """The inverse of ``parts``."""
    return name if lag is None else f"{name}[t-{lag}]" if lag else f"{name}[t]"


@dataclass(frozen=True)
class Naming:
    """The symbols of a step's values."""

    step: Step

    @cached_property
    def authored(self) -> frozenset[str]:
        """The names that stand in the author's equations; the rest was made up when the cell was lowered."""
        record = self.step.origin
        if not isinstance(record, Record):
            return frozenset(name for name, _ in self.step.equations)
        return frozenset(e.name for e in flat(record).equations)

    @cached_property
    def static(self) -> frozenset[Node]:
        """The values that depend on parameters alone and have no time index."""
        found = set(self.step.parameters)
        for _, node in self.step.equations:
            if all(a in found for a in node.args):
                found.add(node)
        return frozenset(found)

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """Every value of the tick by the name of its symbol."""
        return {self.symbol(node).name: node for node in self.step.names}

    def symbol(self, node: Node, lag: int = 0) -> sympy.Symbol:
        """The symbol of a leaf or named value, ``lag`` ticks before t."""
        name, own = parts(self.step.names[node])
        return sympy.Symbol(timed(name, None if node in self.static else (own or 0) + lag))

    @cached_property
    def diagonal(self) -> frozenset[Node]:
        """The matrices that are 0 off the diagonal by their form, whatever the values."""
        found: set[Node] = set()
        for _, node in self.step.equations:
            if len(node.shape) == 2 and _is_diagonal(node, found):
                found.add(node)
        return frozenset(found)

    def expression(self, node: Node, lag: int = 0) -> sympy.Expr:
        """A value as a scalar expression: named values are symbols, a function that the author did not name is not."""
        name = self.step.names.get(node)
        if name is not None and not (self._plain(node) and name not in self.authored):
            return self.symbol(node, lag)
        if isinstance(node.op, Broadcast):
            return self.expression(node.args[0], lag)  # of a scalar: a constant in the middle of a derivative
        assert isinstance(node.op, Pointwise)
        arguments = {slot(k): self.expression(a, lag) for k, a in enumerate(node.args)}
        expression: sympy.Expr = node.op.expr.xreplace(arguments)
        return expression

    def _plain(self, node: Node) -> bool:
        """Whether the value is one function of values that have names of the author's own, as ``tanh(c[t])``."""
        plain = all(isinstance(a.op, Leaf) or self.step.names[a] in self.authored for a in node.args)
        return plain and isinstance(node.op, Pointwise) and isinstance(node.op.expr, Head)


def _is_diagonal(node: Node, known: set[Node]) -> bool:
    """Whether a matrix is diagonal, given which of its operands are."""
    match node.op:
        case Contract("i->ii"):
            return True
        case Contract("ij->ji" | "ij,jk->ik" | "ji,jk->ik" | "ij,kj->ik" | "ji,kj->ik") | Solve():
            return all(a in known for a in node.args)
        case Expm():
            return node.args[0] in known
        case Pointwise(expr):
            off = expr.xreplace({slot(k): sympy.Integer(0) for k, a in enumerate(node.args) if a in known})
            return bool((off.op.definition(*off.args) if isinstance(off, Head) else off) == 0)
    return False
