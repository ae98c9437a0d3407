"""The reference meaning of the primitives that are no scalar expression and no Einstein sum.

Every array may carry leading axes, which broadcast; a value's own axes are the last. All of it accepts complex numbers,
so that a complex step passes through: maxima and norms look at real parts and only shift or scale, which changes no
value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symrnn.primitives import (
    Concat,
    CumSum,
    Expm,
    ExpmDerivative,
    LogSumExp,
    Reshape,
    Shape,
    Slice,
    Softmax,
    Solve,
    Total,
)

Array = Any
Extent = Callable[[Shape], tuple[int, ...]]
Value = Callable[[Any, Sequence[Array], Sequence[int], Extent], Array]

# Coefficients of the numerator of the [13/13] Padé approximant of exp (Higham 2005, table 2.3).
PADE = (
    64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0, 129060195264000.0,
    10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0, 40840800.0, 960960.0, 16380.0, 182.0, 1.0,
)  # fmt: skip
LARGEST = 5.4  # the norm up to which the approximant is exact to double precision


def _axis(axis: int, rank: int) -> int:
    return axis - rank


def _softmax(op: Softmax, args: Sequence[Array], ranks: Sequence[int], extent: Extent) -> Array:
    axis = _axis(op.axis, ranks[0])
    e = np.exp(args[0] - args[0].real.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _logsumexp(op: LogSumExp, args: Sequence[Array], ranks: Sequence[int], extent: Extent) -> Array:
    axis, kept = _axis(op.axis, ranks[0]), ranks[0] == 1
    top = args[0].real.max(axis=axis, keepdims=True)
    total = np.log(np.exp(args[0] - top).sum(axis=axis, keepdims=True)) + top
    return total if kept else total.squeeze(axis)


def _cumsum(op: CumSum, args: Sequence[Array], ranks: Sequence[int], extent: Extent) -> Array:
    axis = _axis(op.axis, ranks[0])
    if not op.reverse:
        return np.cumsum(args[0], axis=axis)
    return np.flip(np.cumsum(np.flip(args[0], axis), axis=axis), axis)


def _concat(op: Concat, args: Sequence[Array], ranks: Sequence[int], extent: Extent) -> Array:
    lead = np.broadcast_shapes(*(a.shape[:-1] for a in args))
    return np.concatenate([np.broadcast_to(a, (*lead, a.shape[-1])) for a in args], axis=-1)


def _slice(op: Slice, args: Sequence[Array], ranks: Sequence[int], extent: Extent) -> Array:
    start, stop = extent((op.start, op.stop))
    return args[0][..., start:stop]


def _reshape(op: Reshape, args: Sequence[Array], ranks: Sequence[int], extent: Extent) -> Array:
    lead = args[0].shape[: args[0].ndim - ranks[0]]
    return args[0].reshape(*lead, *extent(op.shape))


def _solve(op: Solve, args: Sequence[Array], ranks: Sequence[int], extent: Extent) -> Array:
    matrix, right = args
    return np.linalg.solve(matrix, right) if ranks[1] == 2 else np.linalg.solve(matrix, right[..., None])[..., 0]


def exponential(a: Array) -> Array:
    """expm(A) by scaling and squaring of the [13/13] Padé approximant (Higham 2005)."""
    norm = float(np.abs(a.real).sum(axis=-1).max(initial=0.0))
    halvings = max(0, int(np.ceil(np.log2(norm / LARGEST)))) if np.isfinite(norm) and norm > LARGEST else 0
    a = a / 2.0**halvings
    power, even, odd = np.broadcast_to(np.eye(a.shape[-1]), a.shape), np.zeros_like(a), np.zeros_like(a)
    square = a @ a
    for k in range(0, len(PADE), 2):
        even, odd = even + PADE[k] * power, odd + PADE[k + 1] * power
        power = power @ square
    odd = a @ odd
    value = np.linalg.solve(even - odd, even + odd)
    for _ in range(halvings):
        value = value @ value
    return value


def _expm(op: Expm, args: Sequence[Array], ranks: Sequence[int], extent: Extent) -> Array:
    return exponential(args[0])


def _expm_derivative(op: ExpmDerivative, args: Sequence[Array], ranks: Sequence[int], extent: Extent) -> Array:
    """The upper right block of the exponential of ((A, E), (0, A)); linear in E, whose size must not drown A."""
    a, e = np.broadcast_arrays(*args)
    size = float(np.abs(e.real).max(initial=0.0))
    size = size if size > 0 and np.isfinite(size) else 1.0
    e = e / size
    n = a.shape[-1]
    blocks = np.concatenate(
        [np.concatenate([a, e], axis=-1), np.concatenate([np.zeros_like(a), a], axis=-1)], axis=-2
    )
    return size * exponential(blocks)[..., :n, n:]


def _total(op: Total, args: Sequence[Array], ranks: Sequence[int], extent: Extent) -> Array:
    """At one tick a total is that tick's share; whoever runs over time adds up what is made of it, which is linear."""
    return args[0]


VALUES: dict[type, Value] = {
    Softmax: _softmax,
    LogSumExp: _logsumexp,
    CumSum: _cumsum,
    Concat: _concat,
    Slice: _slice,
    Reshape: _reshape,
    Solve: _solve,
    Expm: _expm,
    ExpmDerivative: _expm_derivative,
    Total: _total,
}
