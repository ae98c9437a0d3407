"""One primitive applied to operands that are formulas already: the notation of every primitive."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sympy

from symrnn.document.arithmetic import ONE, ZERO, inverse, product, scaled, total, transposed
from symrnn.document.contractions import contracted, multiplied
from symrnn.document.expressions import Operand, expression, size
from symrnn.document.formula import Formula, Ones, Part, Stacked, Symbol, WholeCall, Zeros
from symrnn.ir import SCALAR, Broadcast, Contract, Leaf, Node, Pointwise, Shape, is_slot
from symrnn.primitives import (
    Concat,
    CumSum,
    Expm,
    ExpmDerivative,
    LogSumExp,
    Reshape,
    Slice,
    Softmax,
    Solve,
)

Written = Callable[[Any, Node, Sequence[Formula]], Formula]


def written(node: Node, operands: Sequence[Formula]) -> Formula:
    """One primitive applied to operands."""
    return NOTATION[type(node.op)](node.op, node, operands)


def _pointwise(op: Pointwise, node: Node, operands: Sequence[Formula]) -> Formula:
    def operand(symbol: sympy.Symbol) -> Operand:
        if not is_slot(symbol):
            return Operand(Symbol(symbol.name), scalar=True)
        place = int(symbol.name[1:])
        return Operand(operands[place], node.args[place].shape == SCALAR, place)

    return expression(op.expr, operand)


def _contract(op: Contract, node: Node, operands: Sequence[Formula]) -> Formula:
    sign, factors = contracted(op.spec, [(f, a.shape) for f, a in zip(operands, node.args, strict=True)])
    return multiplied(factors, sign)


def _broadcast(op: Broadcast, node: Node, operands: Sequence[Formula]) -> Formula:
    """s 1 for a scalar, v 1ᵀ for a repeated column, 1 vᵀ for a repeated row."""
    if op.axes:
        other = Ones(size(op.shape[1 - op.axes[0]]))
        return product([operands[0], transposed(other)] if op.axes == (0,) else [other, transposed(operands[0])])
    return repeated(operands[0], op.shape)


def repeated(value: Formula, shape: Shape) -> Formula:
    """A scalar in every entry."""
    if value == ZERO:
        return zeros(shape)
    column = Ones(size(shape[0]))
    ones = column if len(shape) == 1 else product([column, transposed(Ones(size(shape[1])))])
    return scaled([value], ones)


def zeros(shape: Shape) -> Formula:
    """A vector of zeros; of a scalar or matrix it is 0, whose shape stands beside it."""
    return Zeros(size(shape[0])) if len(shape) == 1 and shape != SCALAR else ZERO


def _axis(axis: int, node: Node) -> int | None:
    return axis if len(node.args[0].shape) == 2 else None


def _cumsum(op: CumSum, node: Node, operands: Sequence[Formula]) -> Formula:
    return WholeCall("cumsum_reversed" if op.reverse else "cumsum", tuple(operands), _axis(op.axis, node))


def _slice(op: Slice, node: Node, operands: Sequence[Formula]) -> Formula:
    return entries(operands[0], op.start, op.stop)


def entries(value: Formula, start: sympy.Expr, stop: sympy.Expr) -> Formula:
    """The entries of a vector from behind ``start`` to ``stop``, counted from 1."""
    first = ONE if start == 0 else total([(1, size(start)), (1, ONE)])
    return Part(value, first, size(stop))


def reshaped(value: Formula, shape: Shape) -> Formula:
    """vec for a vector, mat with its sizes for a matrix."""
    return WholeCall(
        "mat" if len(shape) == 2 else "vec", (value,), None, tuple(map(size, shape)) if len(shape) == 2 else ()
    )


def _expm_derivative(op: ExpmDerivative, node: Node, operands: Sequence[Formula]) -> Formula:
    return WholeCall("expm_derivative", tuple(operands))


NOTATION: dict[type, Written] = {
    Leaf: lambda op, node, operands: Symbol(op.name),
    Pointwise: _pointwise,
    Contract: _contract,
    Broadcast: _broadcast,
    Softmax: lambda op, node, operands: WholeCall("softmax", tuple(operands), _axis(op.axis, node)),
    LogSumExp: lambda op, node, operands: WholeCall("logsumexp", tuple(operands), _axis(op.axis, node)),
    CumSum: _cumsum,
    Concat: lambda op, node, operands: Stacked(tuple(operands)),
    Slice: _slice,
    Reshape: lambda op, node, operands: reshaped(operands[0], op.shape),
    Solve: lambda op, node, operands: product([inverse(operands[0]), operands[1]]),
    Expm: lambda op, node, operands: WholeCall("expm", tuple(operands)),
    ExpmDerivative: _expm_derivative,
}
