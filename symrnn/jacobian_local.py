"""The local Jacobian of every primitive: one row for each, what a value does when one of its operands moves.

Functions of whole values are linear maps of their own (``Differential``), evaluated by their tangent rule; where a
product of diagonals, selections and repetitions says the same, it stands instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import sympy

from symrnn.ir import Broadcast, Contract, Node, Pointwise
from symrnn.jacobian_factors import (
    Contraction,
    Diagonal,
    Differential,
    Factor,
    Matrix,
    Reshaped,
    Selection,
    Spread,
)
from symrnn.jacobian_naming import Naming
from symrnn.jacobian_terms import Term, Terms, combine
from symrnn.primitives import SCALAR, Concat, CumSum, Expm, LogSumExp, Reshape, Slice, Softmax, Solve
from symrnn.rules import partial
from symrnn.whole_rules import along

ONE = sympy.Integer(1)
Rule = Callable[[Node, int, Naming, bool, int], Terms]


@dataclass
class Local:
    """The local Jacobians of a step, each derived once."""

    naming: Naming
    accurate: bool
    known: dict[tuple[Node, int, int], Terms] = field(default_factory=dict)

    def jacobian(self, node: Node, index: int, lag: int) -> Terms:
        """The Jacobian of a value with respect to one of its operands; no terms if it does not move with it.

        ``lag`` is how many ticks before t the value is one of.
        """
        key = (node, index, lag)
        if key not in self.known:
            self.known[key] = LOCAL[type(node.op)](node, index, self.naming, self.accurate, lag)
        return self.known[key]


def _single(*factors: Factor) -> Terms:
    return (Term(ONE, factors),)


def _pointwise(node: Node, index: int, naming: Naming, accurate: bool, lag: int) -> Terms:
    derivative = partial(node, index, lambda n: n, accurate)
    expr = naming.expression(derivative, lag) if isinstance(derivative, Node) else derivative
    if expr == 0:
        return ()
    spread = () if node.args[index].shape == node.shape else (Spread(node.shape),)
    return combine(_single(Diagonal(expr, node.shape), *spread))


def _contract(node: Node, index: int, naming: Naming, accurate: bool, lag: int) -> Terms:
    assert isinstance(node.op, Contract)
    symbols = tuple(naming.symbol(a, lag) for a in node.args)
    thin = _entrywise(node, index, naming)
    if node.op.spec in ("ij,j->i", "ij,i->j") and index == 1:
        return _single(Matrix(symbols[0], node.args[0].shape, node.op.spec.endswith("j"), thin))
    return _single(Contraction(node.op.spec, index, symbols, tuple(a.shape for a in node.args), thin))


def _entrywise(node: Node, index: int, naming: Naming) -> bool:
    """Whether each entry of an Einstein sum depends on the one entry of the operand that stands in its place.

    It does where both have the same indices, two of which are one where they are those of a diagonal matrix.
    """
    assert isinstance(node.op, Contract)
    words, output = node.op.spec.split("->")
    same: dict[int, str] = {}
    for k, (word, operand) in enumerate(zip(words.split(","), node.args, strict=True)):
        if k != index and operand in naming.diagonal:
            same |= {ord(word[1]): word[0]}
    return words.split(",")[index].translate(same) == output.translate(same)


def _broadcast(node: Node, index: int, naming: Naming, accurate: bool, lag: int) -> Terms:
    assert isinstance(node.op, Broadcast)
    return _single(Spread(node.op.shape, node.op.axes))


def _softmax(node: Node, index: int, naming: Naming, accurate: bool, lag: int) -> Terms:
    """diag(y) − y yᵀ; of a matrix that for every row or column."""
    assert isinstance(node.op, Softmax)
    y = naming.symbol(node, lag)
    diagonal = Diagonal(y, node.shape)
    shared: tuple[Factor, ...] = (
        Contraction("i,->i", 1, (y, y), (node.shape, SCALAR)),
        Contraction("i,i->", 1, (y, y), (node.shape, node.shape)),
    )
    if len(node.shape) == 2:
        down, back = along(node.shape, node.op.axis)
        spread = Spread(node.shape, (back.split("->")[1].index(back[0]),))
        shared = (diagonal, spread, Contraction(down, 0, (y,), (node.shape,)), diagonal)
    return combine([Term(ONE, (diagonal,)), Term(-ONE, shared)])


def _concat(node: Node, index: int, naming: Naming, accurate: bool, lag: int) -> Terms:
    start = sympy.expand(sympy.Add(*(a.shape[0] for a in node.args[:index])))
    return _single(Selection(start, sympy.expand(start + node.args[index].shape[0]), node.shape[0], placed=True))


def _slice(node: Node, index: int, naming: Naming, accurate: bool, lag: int) -> Terms:
    assert isinstance(node.op, Slice)
    return _single(Selection(node.op.start, node.op.stop, node.args[0].shape[0]))


def _reshape(node: Node, index: int, naming: Naming, accurate: bool, lag: int) -> Terms:
    return _single(Reshaped(node.shape, node.args[0].shape))


def _differential(node: Node, index: int, naming: Naming, accurate: bool, lag: int) -> Terms:
    """The map itself; a diagonal matrix solves entry by entry."""
    op = node.op
    assert isinstance(op, CumSum | Solve | Expm | LogSumExp)
    symbols = tuple(naming.symbol(a, lag) for a in node.args)
    shapes = tuple(a.shape for a in node.args)
    thin = isinstance(op, Solve) and index == 1 and node.args[0] in naming.diagonal
    return _single(Differential(op, index, symbols, shapes, naming.symbol(node, lag), thin))


LOCAL: dict[type, Rule] = {
    Pointwise: _pointwise,
    Contract: _contract,
    Broadcast: _broadcast,
    Softmax: _softmax,
    LogSumExp: _differential,
    Concat: _concat,
    Slice: _slice,
    Reshape: _reshape,
    CumSum: _differential,
    Solve: _differential,
    Expm: _differential,
}
