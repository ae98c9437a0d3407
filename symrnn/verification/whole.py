"""Functions of whole values by their definitions, on arrays of mpmath numbers or SymPy expressions.

Written from the closed list of ``symrnn.ops.structural`` and from nothing that the engine uses: no shift of exponents,
no approximant, no Einstein sums in place of norms. A vector is a column; ``axis`` 0 runs down a column.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

Array = Any
Scalar = Callable[[Any], Any]


def unchanged(value: Array) -> Array:
    """The value itself."""
    return value


@dataclass(frozen=True)
class Whole:
    """The functions over one kind of number: its own elementwise functions, and what it has for whole matrices.

    ``shared`` is given every value that more than one entry of the result reads, and may put names in its place.
    """

    number: Callable[[Fraction], Any]
    exp: Scalar
    log: Scalar
    sqrt: Scalar
    magnitude: Scalar
    real: Scalar
    imag: Scalar
    solve: Callable[[Array, Array], Array]
    expm: Callable[[Array], Array]
    shared: Callable[[Array], Array] = unchanged

    def __call__(self, name: str, args: list[Array], options: dict[str, Any]) -> Array:
        """The value of a function of the closed list."""
        return FUNCTIONS[name](self, *args, **options)

    def exponentials(self, v: Array) -> Array:
        return _each(self.exp, v)


def _each(function: Callable[..., Any], v: Array) -> Array:
    """A function of scalars, entry by entry."""
    return np.frompyfunc(function, 1, 1)(v)


def _softmax(w: Whole, v: Array, axis: int = 0) -> Array:
    """exp(v) divided by its sum along an axis."""
    e = w.exponentials(w.shared(v))
    return e / w.shared(e.sum(axis=axis, keepdims=True))


def _cumsum(w: Whole, v: Array, axis: int = 0) -> Array:
    return v.cumsum(axis=axis)


def _logsumexp(w: Whole, v: Array, axis: int = 0) -> Array:
    """The logarithm of the sum of exp(v) along an axis, a column in any case."""
    return _each(w.log, w.exponentials(w.shared(v)).sum(axis=axis)).reshape(-1, 1)


def _normalize(w: Whole, v: Array, p: Fraction, eps: Fraction, axis: int = 0) -> Array:
    """v divided by (Σ |v|^p + ε)^(1/p)."""
    v, power = w.shared(v), w.number(p)
    sizes = v if p % 2 == 0 else _each(w.magnitude, v)
    total = _each(lambda u: u**power, sizes).sum(axis=axis, keepdims=True) + w.number(eps)
    return v / w.shared(_each(lambda u: u ** (1 / power), total))


def _rms_norm(w: Whole, v: Array, gain: Array = 1, offset: Array = 0, *, eps: Fraction, axis: int = 0) -> Array:
    """v divided by √(mean(v²) + ε), times a gain, plus an offset."""
    v = w.shared(v)
    mean = (v * v).sum(axis=axis, keepdims=True) / v.shape[axis] + w.number(eps)
    return v / w.shared(_each(w.sqrt, mean)) * _beside(gain, axis) + _beside(offset, axis)


def _layer_norm(w: Whole, v: Array, gain: Array = 1, offset: Array = 0, *, eps: Fraction, axis: int = 0) -> Array:
    """The same of v less its mean."""
    v = w.shared(v)
    return _rms_norm(w, v - v.sum(axis=axis, keepdims=True) / v.shape[axis], gain, offset, eps=eps, axis=axis)


def _beside(factor: Array, axis: int) -> Array:
    """A column of gains, as it stands beside vectors that run along an axis."""
    return factor.T if axis == 1 and isinstance(factor, np.ndarray) else factor


def _concat(w: Whole, *parts: Array) -> Array:
    return np.concatenate(parts)


def _split(w: Whole, v: Array, part: int, parts: int) -> Array:
    """One of several parts of equal length."""
    length = len(v) // parts
    return v[part * length : (part + 1) * length]


def _reshape(w: Whole, v: Array, shape: tuple[int, ...]) -> Array:
    """The entries by rows, as a matrix or a column."""
    return v.reshape(shape if len(shape) == 2 else (*shape, 1))


def _ones(w: Whole, shape: tuple[int, ...]) -> Array:
    return np.full((shape[0], 1), w.number(Fraction(1)), dtype=object)


def _eye(w: Whole, shape: tuple[int, ...]) -> Array:
    return _each(lambda entry: w.number(Fraction(int(entry))), np.eye(shape[0]))


def _diag(w: Whole, v: Array) -> Array:
    """A diagonal matrix."""
    return _eye(w, v.shape) * v


FUNCTIONS: dict[str, Callable[..., Array]] = {
    "softmax": _softmax,
    "cumsum": _cumsum,
    "logsumexp": _logsumexp,
    "normalize": _normalize,
    "layer_norm": _layer_norm,
    "rms_norm": _rms_norm,
    "concat": _concat,
    "split": _split,
    "reshape": _reshape,
    "ones": _ones,
    "eye": _eye,
    "diag": _diag,
    "solve": lambda w, matrix, right: w.solve(w.shared(matrix), w.shared(right)),
    "expm": lambda w, matrix: w.expm(w.shared(matrix)),
    "real": lambda w, z: _each(w.real, z),
    "imag": lambda w, z: _each(w.imag, z),
}
