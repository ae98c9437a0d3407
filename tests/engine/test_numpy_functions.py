"""The functions that emitted modules carry along, against their definitions at 30 digits."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

from symrnn.backends.numpy_functions import _cast, _expm, _expm_derivative, _logsumexp, _softmax

RNG = np.random.default_rng(0)
VALUES = RNG.standard_normal((2, 3)) * 4 + np.array([700.0, -700.0])[:, None]  # exp of either would not be a number


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_functions_along_an_axis_do_not_overflow(axis: int) -> None:
    exact = np.frompyfunc(mpmath.mpf, 1, 1)(VALUES)
    grown = np.frompyfunc(mpmath.exp, 1, 1)(exact)
    total = grown.sum(axis=axis, keepdims=True)
    logs = np.frompyfunc(mpmath.log, 1, 1)(total).astype(float)
    np.testing.assert_allclose(_softmax(VALUES, axis), (grown / total).astype(float), rtol=1e-13)
    np.testing.assert_allclose(_logsumexp(VALUES, axis, True), logs, rtol=1e-14)
    np.testing.assert_allclose(_logsumexp(VALUES, axis, False), logs.squeeze(axis), rtol=1e-14)


def exponential(matrix: Any) -> Any:
    with mpmath.workdps(30):
        return np.array(mpmath.expm(mpmath.matrix(matrix.tolist())).tolist(), dtype=float)


@pytest.mark.parametrize("size", [1e-3, 1.0, 12.0])
def test_the_exponential_of_a_matrix_of_any_size_and_its_derivative(size: float) -> None:
    a, e = size * RNG.standard_normal((3, 3)), RNG.standard_normal((3, 3))
    value = exponential(a)
    np.testing.assert_allclose(_expm(a), value, rtol=1e-11, atol=1e-13 * np.abs(value).max())
    step = 1e-10
    with mpmath.workdps(30):
        exact = [mpmath.matrix(a.tolist()) + s * mpmath.mpf(step) * mpmath.matrix(e.tolist()) for s in (1, -1)]
        slope = (mpmath.expm(exact[0]) - mpmath.expm(exact[1])) / (2 * mpmath.mpf(step))
    reference = np.array(slope.tolist(), dtype=float)
    for scale in (1.0, 1e9, 0.0):  # linear in the direction, however large it is
        found = _expm_derivative(a, scale * e)
        np.testing.assert_allclose(found, scale * reference, rtol=1e-10, atol=1e-12 * scale * np.abs(reference).max())


@pytest.mark.parametrize(
    ("array", "dtype", "made"),
    [
        (np.ones(2), np.float32, np.float32),
        (np.ones(2, dtype=complex), np.float32, np.complex64),
        (np.ones(2, dtype=complex), np.float64, np.complex128),
        (np.ones(2, dtype=np.complex64), np.float64, np.complex128),
    ],
)
def test_complex_numbers_stay_complex_in_another_precision(array: Any, dtype: Any, made: Any) -> None:
    assert _cast(array, dtype).dtype == made
