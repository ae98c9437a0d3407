"""The functions that stand on a page, in numpy and by their definitions. Vectors are columns."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

Value = Any
RELATIONS: dict[str, Callable[[Value, Value], Value]] = {
    ">": operator.gt,
    "<": operator.lt,
    "≥": operator.ge,
    "≤": operator.le,
    "=": operator.eq,
}


class Ones:
    """A column of ones whose length what stands beside it tells; transposed a row."""

    ndim = 2
    __array_priority__ = 100

    def __init__(self, row: bool = False) -> None:
        self.row = row

    @property
    def T(self) -> Ones:  # noqa: N802  numpy's name
        return Ones(not self.row)

    def __matmul__(self, other: Value) -> Value:
        if self.row:
            return np.sum(other, axis=0, keepdims=True)
        assert other.shape[0] == 1, "a column of ones of no length times a matrix"
        return other  # a row, repeated as often as what it meets has rows

    def __rmatmul__(self, other: Value) -> Value:
        if not self.row:
            return np.sum(other, axis=1, keepdims=True)
        assert other.shape[1] == 1, "a matrix times a row of ones of no length"
        return other

    __array_ufunc__ = None


def softmax(v: Value, axis: int = 0) -> Value:
    return np.exp(v) / np.exp(v).sum(axis=axis, keepdims=True)


def logsumexp(v: Value, axis: int = 0) -> Value:
    total = np.log(np.exp(v).sum(axis=axis, keepdims=True))
    return total if axis or v.shape[1] == 1 else total.T


def cumsum(v: Value, axis: int = 0) -> Value:
    return np.cumsum(v, axis=axis)


def reversed_sum(v: Value, axis: int = 0) -> Value:
    return np.flip(np.cumsum(np.flip(v, axis), axis=axis), axis)


def expm(a: Value) -> Value:
    """By halving the matrix and its Taylor series."""
    halvings = 6
    term = total = np.eye(len(a)) + 0 * a
    for k in range(1, 24):
        term = term @ (a / 2**halvings) / k
        total = total + term
    for _ in range(halvings):
        total = total @ total
    return total


def expm_derivative(a: Value, e: Value) -> Value:
    """A corner of the exponential of a block matrix, or, what is the same, the limit of a difference."""
    n = len(a)
    return expm(np.block([[a, e], [np.zeros((n, n)), a]]))[:n, n:]


def layer_norm(v: Value, *scales: Value, axis: int = 0) -> Value:
    return rms_norm(v - v.mean(axis=axis, keepdims=True), *scales, axis=axis)


def rms_norm(v: Value, gain: Value = 1.0, offset: Value = 0.0, axis: int = 0) -> Value:
    return v / np.sqrt((v**2).mean(axis=axis, keepdims=True) + 1e-5) * gain + offset


def part(v: Value, which: float, parts: float) -> Value:
    return np.split(v, int(parts))[int(which) - 1]


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "σ": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "exp": np.exp,
    "expm1": np.expm1,
    "ReLU": lambda z: np.maximum(z, 0),
    "ELU": lambda z: np.where(z > 0, z, np.expm1(z)),
    "SiLU": lambda z: z / (1 + np.exp(-z)),
    "softplus": lambda z: np.log1p(np.exp(z)),
    "logσ": lambda z: -np.log1p(np.exp(-z)),
    "hardsigmoid": lambda z, slope: np.clip(slope * z + 0.5, 0, 1),
    "hardtanh": lambda z: np.clip(z, -1, 1),
    "modReLU": lambda z, b: z / np.abs(z) * np.maximum(np.abs(z) + b, 0),
    "floor": np.floor,
    "abs": np.abs,
    "max": np.maximum,
    "min": np.minimum,
    "sin": np.sin,
    "cos": np.cos,
    "log": np.log,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "diag": lambda v: np.diagflat(v),
    "diagonal": lambda m: np.diagonal(m)[:, None],
    "vec": lambda m: m.reshape(-1, 1),
    "mat": lambda v, rows, columns: v.reshape(int(rows), int(columns)),
    "part": part,
    "softmax": softmax,
    "logsumexp": logsumexp,
    "cumsum": cumsum,
    "cumsumᵀ": reversed_sum,
    "expm": expm,
    "expm_derivative": expm_derivative,
    "LN": layer_norm,
    "RMSNorm": rms_norm,
    "normalize_1": lambda v: v / (np.abs(v).sum() + 1e-6),
    "normalize_2": lambda v: v / np.sqrt((v**2).sum() + 1e-6),
    "Re": np.real,
    "Im": np.imag,
    "σ′": lambda z: 1 / (2 + np.exp(z) + np.exp(-z)),
    "tanh′": lambda z: 1 / np.cosh(z) ** 2,
    "ReLU′": lambda z: 1.0 * (z > 0),
    "exp′": np.exp,
    "hardsigmoid′": lambda z, slope: slope * (np.abs(slope * z) < 0.5),
}
