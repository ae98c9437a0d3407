"""Functions of whole values as nodes, and matrix products in which one factor is a diagonal or a vector of ones.

Norms are written in sums and elementwise functions, so that their adjoints need no rules of their own:
layer_norm(v) = d/√(mean(d²) + ε) ∘ γ + β with d = v − mean(v). A diagonal factor scales rows or columns and a factor of
ones sums or repeats, so neither is ever built as a matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import sympy

from symrnn.ir import Broadcast, Node, Pointwise, Shape, broadcast, contract, make, pointwise, repeat, slot, times
from symrnn.ops import magnitude, sqrt
from symrnn.primitives import SCALAR, Concat, CumSum, Expm, LogSumExp, Reshape, Slice, Softmax, Solve
from symrnn.whole_rules import along, zeros

# How an operand of a matrix product stands; a column and a row differ only in which side they are contracted on.
Side = Literal["column", "row", "matrix", "transposed"]
COLUMN: Side = "column"
ROW: Side = "row"
MATRIX: Side = "matrix"
TRANSPOSED: Side = "transposed"
Options = Mapping[str, Any]


def whole(name: str, args: Sequence[Node], options: Options) -> Node:
    """The node of a function of the closed list of ``symrnn.ops.structural``."""
    return _BUILDERS[name](args, options)


def column_product(spec: str, a: Node, b: Node) -> Node:
    """An Einstein sum of two operands; one that is all ones drops out and leaves a sum or a repetition."""
    words, output = spec.split("->")
    left, right = words.split(",")
    for ones, word, other, rest in ((b, right, a, left), (a, left, b, right)):
        if not is_ones(ones) or len(word) != 1:
            continue
        if word in rest:
            return contract(f"{rest}->{output}", other)
        sizes = dict(zip(word + rest, ones.shape + other.shape, strict=True))
        return repeat(other, f"{rest}->{output}", tuple(sizes[letter] for letter in output))
    return contract(spec, a, b)


def is_ones(node: Node) -> bool:
    """Whether a value is 1 everywhere, for any parameters."""
    inner = node.args[0] if isinstance(node.op, Broadcast) else node
    return isinstance(inner.op, Pointwise) and inner.op.expr == 1


def diagonal_product(v: Node, other: Node, side: Side, *, left: bool) -> tuple[Node, Side]:
    """diag(v) M or M diag(v): the rows or columns of M scaled; a vector is scaled entry by entry."""
    if len(other.shape) == 1:
        return times(v, other), side
    rows = left != (side == TRANSPOSED)
    return times(repeat(v, "i->ij" if rows else "j->ij", other.shape), other), side


def _axis(args: Sequence[Node], options: Options) -> int:
    return int(options.get("axis", 0))


def _repeated(v: Node, axis: int, shape: Shape) -> Node:
    """A gain or offset along an axis of a value; a scalar broadcasts by itself."""
    if v.shape == SCALAR or len(shape) == 1:
        return v
    return repeat(v, "i->ij" if axis == 0 else "j->ij", shape)


def _over_root(v: Node, total: Node, count: sympy.Expr, eps: sympy.Expr, back: str) -> Node:
    """v divided by the root of total/count and eps."""
    root = pointwise(sqrt.head(slot(0)), (pointwise(slot(0) / count + eps, (total,)),))
    return pointwise(slot(0) / slot(1), (v, _back(root, back, v.shape)))


def _back(value: Node, back: str, shape: Shape) -> Node:
    """What was summed along an axis, beside the value again; beside a vector it is a scalar and broadcasts."""
    return value if len(shape) == 1 else repeat(value, back, shape)


def _eps(options: Options) -> sympy.Expr:
    eps = options["eps"]
    return sympy.Rational(eps.numerator, eps.denominator)


def _gained(value: Node, args: Sequence[Node], axis: int) -> Node:
    """The value times a gain, plus an offset, where they are given."""
    for place, combine in ((1, slot(0) * slot(1)), (2, slot(0) + slot(1))):
        if len(args) > place:
            value = pointwise(combine, (value, _repeated(args[place], axis, value.shape)))
    return value


def _rms_norm(args: Sequence[Node], options: Options) -> Node:
    v, axis = args[0], _axis(args, options)
    down, back = along(v.shape, axis)
    total = contract(down, pointwise(slot(0) ** 2, (v,)))
    return _gained(_over_root(v, total, v.shape[axis], _eps(options), back), args, axis)


def _layer_norm(args: Sequence[Node], options: Options) -> Node:
    v, axis = args[0], _axis(args, options)
    down, back = along(v.shape, axis)
    mean = pointwise(slot(0) / v.shape[axis], (contract(down, v),))
    centred = pointwise(slot(0) - slot(1), (v, _back(mean, back, v.shape)))
    return _rms_norm((centred, *args[1:]), options)


def _normalize(args: Sequence[Node], options: Options) -> Node:
    v, axis = args[0], _axis(args, options)
    down, back = along(v.shape, axis)
    power = sympy.Rational(options["p"].numerator, options["p"].denominator)
    base = v if power.is_even else pointwise(magnitude.head(slot(0)), (v,))
    total = contract(down, pointwise(slot(0) ** power, (base,)))
    if power == 2:
        return _over_root(v, total, sympy.Integer(1), _eps(options), back)
    norm = pointwise((slot(0) + _eps(options)) ** (1 / power), (total,))
    return pointwise(slot(0) / slot(1), (v, _back(norm, back, v.shape)))


def _split(args: Sequence[Node], options: Options) -> Node:
    length = sympy.expand(args[0].shape[0] / options["parts"])
    start = options["part"] * length
    return make(Slice(start, sympy.expand(start + length)), args[0]) if options["parts"] > 1 else args[0]


def _reshape(args: Sequence[Node], options: Options) -> Node:
    shape = options["shape"]
    return args[0] if args[0].shape == shape else make(Reshape(shape), args[0])


def _ones(args: Sequence[Node], options: Options) -> Node:
    return broadcast(pointwise(sympy.Integer(1), ()), options["shape"])


def _eye(args: Sequence[Node], options: Options) -> Node:
    return contract("i->ii", broadcast(pointwise(sympy.Integer(1), ()), options["shape"][:1]))


_BUILDERS: dict[str, Callable[[Sequence[Node], Options], Node]] = {
    "softmax": lambda args, options: make(Softmax(_axis(args, options)), args[0]),
    "logsumexp": lambda args, options: make(LogSumExp(_axis(args, options)), args[0]),
    "cumsum": lambda args, options: make(CumSum(_axis(args, options)), args[0]),
    "normalize": _normalize,
    "layer_norm": _layer_norm,
    "rms_norm": _rms_norm,
    "concat": lambda args, options: make(Concat(), *args) if len(args) > 1 else args[0],
    "split": _split,
    "reshape": _reshape,
    "ones": _ones,
    "eye": _eye,
    "diag": lambda args, options: contract("i->ii", args[0]),
    "solve": lambda args, options: make(Solve(), *args),
    "expm": lambda args, options: make(Expm(), args[0]),
    # A complex value is a pair before it comes here, so what is left of these is about real ones.
    "real": lambda args, options: args[0],
    "imag": lambda args, options: zeros(args[0].shape),
}
