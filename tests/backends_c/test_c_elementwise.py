"""The elementwise functions of the C runtime: their error in ulp over the whole range, and what is not a finite number.

float32 is compared with NumPy's float64, float64 with mpmath.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from runtime_library import FAST, PLAIN, SCALAR, Runtime, compiled

FLAGS = {"fast": FAST, "plain": PLAIN, "scalar": SCALAR}
DTYPES = (np.float32, np.float64)

# The error in ulp that elementwise_exp.c and elementwise_gates.c state.
ULP = {
    "v_exp": 1.1,
    "v_exp_neg_abs": 1.1,
    "v_expm1": 2.0,
    "v_tanh": 2.6,
    "v_sigmoid": 2.5,
    "v_softplus": 3.0,
    "v_logsigmoid": 3.0,
}
IN_FLOAT64: dict[str, Callable[[Any], Any]] = {
    "v_exp": np.exp,
    "v_exp_neg_abs": lambda x: np.exp(-np.abs(x)),
    "v_expm1": np.expm1,
    "v_tanh": np.tanh,
    "v_sigmoid": lambda x: np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x))),
    "v_softplus": lambda x: np.logaddexp(0, x),
    "v_logsigmoid": lambda x: -np.logaddexp(0, -x),
}
IN_MPMATH: dict[str, Callable[[Any], Any]] = {
    "v_exp": mpmath.exp,
    "v_exp_neg_abs": lambda x: mpmath.exp(-abs(x)),
    "v_expm1": mpmath.expm1,
    "v_tanh": mpmath.tanh,
    "v_sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "v_softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "v_logsigmoid": lambda x: -mpmath.log1p(mpmath.exp(-x)),
}
LIBRARY = {
    "v_sqrt": np.sqrt,
    "v_floor": np.floor,
    "v_rint": np.rint,
    "v_log": np.log,
    "v_log1p": np.log1p,
    "v_sin": np.sin,
    "v_cos": np.cos,
    "v_abs": np.abs,
    "v_sign": np.sign,
    "v_relu": lambda x: np.maximum(x, 0),
}
PAIRED = {
    "v_maximum": np.maximum,
    "v_minimum": np.minimum,
    "v_mod": np.mod,
    "v_pow": np.power,
    "v_atan2": np.arctan2,
    "v_hypot": np.hypot,
    "v_heaviside": np.heaviside,
    "v_copysign": np.copysign,
    "v_lt_truth": np.less,
    "v_le_truth": np.less_equal,
    "v_eq_truth": np.equal,
}


@pytest.fixture(scope="module", params=FLAGS, ids=str)
def runtime(request: pytest.FixtureRequest) -> Runtime:
    return compiled(FLAGS[request.param])


def special(dtype: Any) -> Any:
    """What is not an ordinary number, and where results overflow, underflow or become 1."""
    info = np.finfo(dtype)
    edges = [info.smallest_subnormal, info.tiny, info.eps, 0.5, 1, 2.5, 20, 88.7, 103.9, 710, 745.2, info.max, np.inf]
    return np.array([np.nan, 0.0, -0.0, *edges, *(-edge for edge in edges)], dtype)


def ulps_float32(y: Any, exact: Any) -> float:
    """The largest distance in units of the last place; what overflows float32 must be infinite, and nothing else."""
    with np.errstate(over="ignore"):
        finite = np.isfinite(exact.astype(np.float32))
    assert np.array_equal(y[~finite], np.sign(exact[~finite]) * np.inf)
    unit = np.spacing(np.abs(exact[finite]).astype(np.float32)).astype(np.float64)
    return float(np.max(np.abs(y[finite] - exact[finite]) / unit, initial=0))


def float32_error(runtime: Runtime, name: str, first: int, last: int, step: int) -> float:
    """The largest error over every ``step``-th finite float32 whose bits lie in [first, last)."""
    x = np.arange(first, last, step, dtype=np.uint64).astype(np.uint32).view(np.float32)
    x = x[np.isfinite(x)]
    with np.errstate(all="ignore"):
        exact = IN_FLOAT64[name](x.astype(np.float64))
    return ulps_float32(runtime.mapped(name, x).astype(np.float64), exact)


@pytest.mark.parametrize("name", ULP)
def test_error_in_float32(runtime: Runtime, name: str) -> None:
    assert float32_error(runtime, name, 0, 2**32, 10007) <= ULP[name]


@pytest.mark.long
@pytest.mark.parametrize("name", ULP)
def test_error_of_every_float32(name: str) -> None:
    """All numbers from 2^-25 to 128 in size: below nothing is added to 1, above all results are 0, 1, x or infinite."""
    runtime = compiled(FAST)
    for sign in (0, 1 << 31):
        for first in range(sign + 0x33000000, sign + 0x43000000, 1 << 23):
            assert float32_error(runtime, name, first, first + (1 << 23), 1) <= ULP[name]


@pytest.mark.parametrize("name", ULP)
def test_error_in_float64(runtime: Runtime, name: str) -> None:
    rng = np.random.default_rng(0)
    small, middle = rng.uniform(-1, 1, 150) * 10.0 ** rng.uniform(-16, 0, 150), rng.uniform(-40, 40, 250)
    x = np.concatenate([small, middle, rng.uniform(-745, 709.7, 100)])
    with mpmath.workprec(200):
        for at, y in zip(x, runtime.mapped(name, x), strict=True):
            exact = IN_MPMATH[name](mpmath.mpf(at))
            assert abs(mpmath.mpf(y) - exact) <= ULP[name] * mpmath.mpf(np.spacing(abs(float(exact)))), at


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ULP)
def test_what_is_not_an_ordinary_number(runtime: Runtime, name: str, dtype: Any) -> None:
    x = special(dtype)
    with np.errstate(all="ignore"):
        exact = IN_FLOAT64[name](x.astype(np.longdouble)).astype(dtype)
    y = runtime.mapped(name, x)
    assert np.array_equal(np.isnan(y), np.isnan(x))
    assert np.array_equal(np.isinf(y), np.isinf(exact))
    assert np.array_equal(np.signbit(y[1:]), np.signbit(exact[1:])), "a sign, of zero or of another number"
    finite = np.isfinite(exact)
    unit = np.spacing(np.minimum(np.abs(exact[finite]), np.finfo(dtype).max / 2))
    assert np.all(np.abs(y[finite] - exact[finite]) <= ULP[name] * unit)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", LIBRARY)
def test_functions_of_the_library(runtime: Runtime, name: str, dtype: Any) -> None:
    x = np.concatenate([special(dtype), np.linspace(-9, 9, 200, dtype=dtype)])
    if name in ("v_sin", "v_cos"):
        x = x[~(np.abs(x) > 1e6)]
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(runtime.mapped(name, x), LIBRARY[name](x), rtol=4 * np.finfo(dtype).eps)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", PAIRED)
def test_functions_of_two_arguments(runtime: Runtime, name: str, dtype: Any) -> None:
    values = special(dtype)
    values = values[~(np.abs(values) > 1e4) | np.isinf(values)]
    a, b = (side.ravel().copy() for side in np.meshgrid(values, values))
    with np.errstate(all="ignore"):
        exact = PAIRED[name](a, b).astype(dtype)
        np.testing.assert_allclose(runtime.paired(name, a, b), exact, rtol=4 * np.finfo(dtype).eps)
    strided = runtime.paired(name, a, b, stride=3)
    np.testing.assert_allclose(strided[::3], exact[::3], rtol=4 * np.finfo(dtype).eps)
    assert not strided[1::3].any(), "written between the elements"


@pytest.mark.parametrize("dtype", DTYPES)
def test_error_function(runtime: Runtime, dtype: Any) -> None:
    x = np.array([0.0, -0.0, 0.3, -1.7, 8.0, np.inf, -np.inf], dtype)
    exact = np.array([float(mpmath.erf(mpmath.mpf(float(v)))) for v in x])
    np.testing.assert_allclose(runtime.mapped("v_erf", x), exact, rtol=4 * np.finfo(dtype).eps)


def test_the_last_elements_do_not_depend_on_their_place(runtime: Runtime) -> None:
    """A value is the same in a full vector and at the ragged end of an array."""
    x = np.random.default_rng(1).uniform(-5, 5, 37)
    for name in ULP:
        whole = runtime.mapped(name, x)
        for length in range(1, 20):
            assert np.array_equal(runtime.mapped(name, x[:length]), whole[:length])
