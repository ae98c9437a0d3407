"""The derivatives of functions of whole values: the rows that ``rules`` adds to its two tables.

Sources: Magnus & Neudecker, Matrix Differential Calculus; for the exponential of a matrix Higham, Functions of
Matrices, chapter 10: the adjoint of its derivative at A is its derivative at Aᵀ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sympy

from symrnn.ir import (
    Broadcast,
    Node,
    Shape,
    broadcast,
    contract,
    make,
    pointwise,
    repeat,
    slot,
    times,
)
from symrnn.primitives import Concat, CumSum, Expm, ExpmDerivative, LogSumExp, Reshape, Slice, Softmax, Solve

Read = Callable[[Node], Node]


@dataclass(frozen=True)
class Term:
    """A contribution to an adjoint: the place of the operand, its node, and the name of the rule that gives it."""

    index: int
    node: Node
    rule: str


Vjp = Callable[[Node, Node, Read, bool], list[Term]]
Jvp = Callable[[Node, Sequence[Node | None], Read, bool], Node | None]


def along(shape: Shape, axis: int) -> tuple[str, str]:
    """The Einstein sum along one axis of a value, and the repetition that goes back."""
    letters = "ij"[: len(shape)]
    rest = letters[:axis] + letters[axis + 1 :]
    return f"{letters}->{rest}", f"{rest}->{letters}"


def summed(node: Node, axis: int) -> Node:
    """The sum along an axis, repeated to the shape of the value."""
    down, back = along(node.shape, axis)
    return repeat(contract(down, node), back, node.shape)


def zeros(shape: Shape) -> Node:
    """A value that is 0 everywhere."""
    return broadcast(pointwise(sympy.Integer(0), ()), shape)


def _softmax_slope(node: Node, move: Node, read: Read) -> Node:
    """y∘(d − 1ᵀ(y∘d)): the Jacobian of softmax is symmetric, so this is its vjp and its jvp."""
    op, y = node.op, read(node)
    assert isinstance(op, Softmax)
    mean = summed(times(y, move), op.axis)
    return pointwise(slot(0) * (slot(1) - slot(2)), (y, move, mean))


def _softmax_vjp(node: Node, g: Node, read: Read, accurate: bool) -> list[Term]:
    return [Term(0, _softmax_slope(node, g, read), "softmax rule")]


def _softmax_jvp(node: Node, moves: Sequence[Node | None], read: Read, accurate: bool) -> Node | None:
    return None if moves[0] is None else _softmax_slope(node, moves[0], read)


def _logsumexp_vjp(node: Node, g: Node, read: Read, accurate: bool) -> list[Term]:
    assert isinstance(node.op, LogSumExp)
    arg = node.args[0]
    share = make(Softmax(node.op.axis), read(arg))
    return [Term(0, times(repeat(g, along(arg.shape, node.op.axis)[1], arg.shape), share), "log-sum-exp rule")]


def _logsumexp_jvp(node: Node, moves: Sequence[Node | None], read: Read, accurate: bool) -> Node | None:
    assert isinstance(node.op, LogSumExp)
    if moves[0] is None:
        return None
    share = make(Softmax(node.op.axis), read(node.args[0]))
    return contract(along(share.shape, node.op.axis)[0], times(share, moves[0]))


def _cumsum_vjp(node: Node, g: Node, read: Read, accurate: bool) -> list[Term]:
    assert isinstance(node.op, CumSum)
    return [Term(0, make(CumSum(node.op.axis, not node.op.reverse), g), "cumulative sum, reversed")]


def _linear_jvp(node: Node, moves: Sequence[Node | None], read: Read, accurate: bool) -> Node | None:
    """A linear function of one operand moves as its operand does."""
    return None if moves[0] is None else make(node.op, moves[0])


def _concat_vjp(node: Node, g: Node, read: Read, accurate: bool) -> list[Term]:
    terms = []
    start: sympy.Expr = sympy.Integer(0)
    for index, arg in enumerate(node.args):
        stop = sympy.expand(start + arg.shape[0])
        terms.append(Term(index, make(Slice(start, stop), g), "part of the adjoint"))
        start = stop
    return terms


def _concat_jvp(node: Node, moves: Sequence[Node | None], read: Read, accurate: bool) -> Node | None:
    if all(move is None for move in moves):
        return None
    parts = (zeros(a.shape) if move is None else move for a, move in zip(node.args, moves, strict=True))
    return make(Concat(), *parts)


def _slice_vjp(node: Node, g: Node, read: Read, accurate: bool) -> list[Term]:
    assert isinstance(node.op, Slice)
    (whole,) = node.args[0].shape
    before, after = node.op.start, sympy.expand(whole - node.op.stop)
    parts = [zeros((n,)) for n in (before,) if n != 0] + [g] + [zeros((n,)) for n in (after,) if n != 0]
    return [Term(0, make(Concat(), *parts) if len(parts) > 1 else g, "zeros around the adjoint")]


def _reshape_vjp(node: Node, g: Node, read: Read, accurate: bool) -> list[Term]:
    return [Term(0, make(Reshape(node.args[0].shape), g), "reshape back")]


def _solve_vjp(node: Node, g: Node, read: Read, accurate: bool) -> list[Term]:
    """With u = A⁻ᵀg: b̄ = u and Ā = −u yᵀ."""
    matrix, right = node.args
    u = make(Solve(), contract("ij->ji", read(matrix)), g)
    outer = contract("i,j->ij" if len(right.shape) == 1 else "ik,jk->ij", u, read(node))
    return [
        Term(0, pointwise(-slot(0), (outer,)), "transposed solve, outer product"),
        Term(1, u, "transposed solve"),
    ]


def _solve_jvp(node: Node, moves: Sequence[Node | None], read: Read, accurate: bool) -> Node | None:
    """A ẏ = ḃ − Ȧ y."""
    matrix, right = moves
    parts = []
    if matrix is not None:
        product = contract("ij,j->i" if len(node.shape) == 1 else "ij,jk->ik", matrix, read(node))
        parts.append(pointwise(-slot(0), (product,)))
    if right is not None:
        parts.append(right)
    if not parts:
        return None
    moved = parts[0] if len(parts) == 1 else pointwise(slot(0) + slot(1), parts)
    return make(Solve(), read(node.args[0]), moved)


def _expm_vjp(node: Node, g: Node, read: Read, accurate: bool) -> list[Term]:
    transposed = contract("ij->ji", read(node.args[0]))
    return [Term(0, make(ExpmDerivative(), transposed, g), "derivative of the exponential at the transpose")]


def _expm_jvp(node: Node, moves: Sequence[Node | None], read: Read, accurate: bool) -> Node | None:
    return None if moves[0] is None else make(ExpmDerivative(), read(node.args[0]), moves[0])


def _broadcast_vjp(node: Node, g: Node, read: Read, accurate: bool) -> list[Term]:
    assert isinstance(node.op, Broadcast)
    return [Term(0, contract(node.op.sum_spec, g), "broadcast")]


VJP: dict[type, Vjp] = {
    Broadcast: _broadcast_vjp,
    Softmax: _softmax_vjp,
    LogSumExp: _logsumexp_vjp,
    CumSum: _cumsum_vjp,
    Concat: _concat_vjp,
    Slice: _slice_vjp,
    Reshape: _reshape_vjp,
    Solve: _solve_vjp,
    Expm: _expm_vjp,
}

JVP: dict[type, Jvp] = {
    Broadcast: _linear_jvp,
    Softmax: _softmax_jvp,
    LogSumExp: _logsumexp_jvp,
    CumSum: _linear_jvp,
    Concat: _concat_jvp,
    Slice: _linear_jvp,
    Reshape: _linear_jvp,
    Solve: _solve_jvp,
    Expm: _expm_jvp,
}
