"""Functions of whole values by their definitions, on matrices of SymPy scalars. A vector is a column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sympy

from symrnn.errors import CellError

Grid = Any
Entries = Sequence[Any]


def indicator(condition: Any) -> Any:
    """1 where a condition holds, else 0."""
    return sympy.Piecewise((1, condition), (0, True))


def where(test: Any, yes: Any, no: Any) -> Any:
    """One of two values by a value of 1 or 0; the condition behind it is used where there is one."""
    condition = test > 0
    if isinstance(test, sympy.Piecewise) and test.args[0].expr == 1 and len(test.args) == 2:
        condition = test.args[0].cond
    return sympy.Piecewise((yes, condition), (no, True))


def modulus(z: Any) -> Any:
    """The absolute value of a complex number, in real symbols."""
    real, imaginary = z.as_real_imag()
    return sympy.sqrt(real**2 + imaginary**2)


def _vectors(function: Callable[..., Entries]) -> Callable[..., Grid]:
    """A function of vectors for a grid: of each column, or with axis 1 of each row."""

    def apply(grid: Grid, *others: Grid, axis: int = 0, **options: Any) -> Grid:
        if axis == 1:
            return apply(grid.T, *others, **options).T
        columns = [list(grid[:, j]) for j in range(grid.shape[1])]
        spread = [list(other) * (grid.shape[0] if len(other) == 1 else 1) for other in others]
        results = [function(column, *spread, **options) for column in columns]
        return sympy.ImmutableDenseMatrix(results).T

    return apply


def _softmax(v: Entries) -> Entries:
    total = sympy.Add(*(sympy.exp(entry) for entry in v))
    return [sympy.exp(entry) / total for entry in v]


def _cumsum(v: Entries) -> Entries:
    return [sympy.Add(*v[: index + 1]) for index in range(len(v))]


def _logsumexp(grid: Grid, axis: int | None = None) -> Grid:
    """A column in any case: an entry for each column of a matrix, or for each row."""
    vectors = grid if axis == 1 else grid.T
    rows = [[sympy.log(sympy.Add(*(sympy.exp(e) for e in vectors[i, :])))] for i in range(vectors.shape[0])]
    return sympy.ImmutableDenseMatrix(rows)


def _normalize(v: Entries, p: Any, eps: Any) -> Entries:
    power, small = sympy.nsimplify(p), sympy.nsimplify(eps)
    sizes = v if power.is_even else [sympy.Max(entry, -entry) for entry in v]
    norm = (sympy.Add(*(size**power for size in sizes)) + small) ** (1 / power)
    return [entry / norm for entry in v]


def _layer_norm(v: Entries, gamma: Entries | None = None, beta: Entries | None = None, *, eps: Any) -> Entries:
    mean = sympy.Add(*v) / len(v)
    return _rms_norm([entry - mean for entry in v], gamma, beta, eps=eps)


def _rms_norm(v: Entries, gamma: Entries | None = None, beta: Entries | None = None, *, eps: Any) -> Entries:
    root = sympy.sqrt(sympy.Add(*(entry**2 for entry in v)) / len(v) + sympy.nsimplify(eps))
    gain, offset = gamma or [1] * len(v), beta or [0] * len(v)
    return [g * entry / root + b for entry, g, b in zip(v, gain, offset, strict=True)]


def _split(grid: Grid, part: int, parts: int) -> Grid:
    length = grid.shape[0] // parts
    return grid[part * length : (part + 1) * length, :]


def _reshape(grid: Grid, shape: tuple[Any, ...]) -> Grid:
    rows, columns = (int(size) for size in (*shape, 1)[:2])
    return sympy.ImmutableDenseMatrix(rows, columns, list(grid))


def _solve(matrix: Grid, right: Grid) -> Grid:
    """By Cramer's rule, which divides by nothing but the determinant."""
    return matrix.adjugate() * right / matrix.det(method="berkowitz")


def _expm(matrix: Grid) -> Grid:
    """In closed form, which symbols allow up to two rows."""
    if matrix.shape == (1, 1):
        return matrix.applyfunc(sympy.exp)
    if matrix.shape != (2, 2):
        raise CellError(f"expm() is written out for matrices up to 2 by 2, not for {matrix.shape[0]} rows")
    middle = matrix.trace() / 2
    rest = matrix - middle * sympy.eye(2)
    root = sympy.sqrt(-rest.det())
    return sympy.exp(middle) * (sympy.cosh(root) * sympy.eye(2) + sympy.sinh(root) / root * rest)


WHOLE: dict[str, Callable[..., Grid]] = {
    "softmax": _vectors(_softmax),
    "cumsum": _vectors(_cumsum),
    "logsumexp": _logsumexp,
    "normalize": _vectors(_normalize),
    "layer_norm": _vectors(_layer_norm),
    "rms_norm": _vectors(_rms_norm),
    "concat": lambda *grids: sympy.ImmutableDenseMatrix.vstack(*grids),
    "split": _split,
    "reshape": _reshape,
    "ones": lambda shape: sympy.ImmutableDenseMatrix.ones(int(shape[0]), 1),
    "eye": lambda shape: sympy.ImmutableDenseMatrix.eye(int(shape[0])),
    "diag": lambda v: sympy.ImmutableDenseMatrix.diag(*v),
    "solve": _solve,
    "expm": _expm,
    "real": lambda z: z.applyfunc(lambda entry: entry.as_real_imag()[0]),
    "imag": lambda z: z.applyfunc(lambda entry: entry.as_real_imag()[1]),
}
