"""Packing, products and sums of the C runtime against NumPy, at sizes 0, 1, odd, and around the vector width."""

from __future__ import annotations

import ctypes
import re
from typing import Any

import numpy as np
import pytest
from runtime_library import FAST, PLAIN, PRODUCTS, SCALAR, WIDE, Runtime, compiled

from symrnn.backends.c_runtime import assembled, reserved

DTYPES = (np.float32, np.float64)
# (M, N, K): nothing at all, single numbers, every height of a tile with every width of a panel, several blocks
SHAPES = [
    *((0, 3, 2), (3, 0, 2), (2, 3, 0), (1, 1, 1)),
    *((M, N, 5) for M in (1, 2, 3, 4, 5, 7, 8, 9) for N in (1, 3, 7, 8, 9, 16, 17, 24, 31, 32, 33, 47, 100)),
    *((M, N, K) for M in (1, 3, 9) for N in (5, 24) for K in (1, 2, 3, 4, 63, 64)),
    *((130, 9, 300), (131, 25, 7), (5, 400, 17), (5, 771, 3), (2, 8, 1030), (603, 5, 3), (20, 17, 18)),
]


@pytest.fixture(scope="module", params=[FAST, PLAIN, SCALAR, WIDE], ids=["fast", "plain", "scalar", "wide"])
def runtime(request: pytest.FixtureRequest) -> Runtime:
    return compiled(request.param)


def drawn(rng: np.random.Generator, rows: int, columns: int, dtype: Any) -> Any:
    """Rows that stand apart from each other, as in a slice of a wider array; NaN between them."""
    array = np.full((rows, columns + 3), np.nan, dtype)
    array[:, :columns] = rng.standard_normal((rows, columns))
    return array[:, :columns]


def close(found: Any, A: Any, B: Any, before: Any) -> None:
    """Within the bound of a sum in any order: K + 2 roundings of the sum of absolute values."""
    exact = A.astype(np.longdouble) @ B.astype(np.longdouble) + before
    scale = np.abs(A).astype(np.float64) @ np.abs(B).astype(np.float64) + np.abs(before)
    assert np.all(np.abs(found - exact) <= (A.shape[1] + 2) * np.finfo(found.dtype).eps * scale)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("transposed", [False, True])
def test_packed_product(runtime: Runtime, dtype: Any, transposed: bool) -> None:
    rng = np.random.default_rng(0)
    for M, N, K in SHAPES:
        A, B = drawn(rng, M, K, dtype), drawn(rng, *((N, K) if transposed else (K, N)), dtype)
        packed = runtime.packed(B, transposed)
        assert np.isfinite(packed).all()
        for add in (False, True):
            C = drawn(rng, M, N, dtype)
            before = C.astype(np.float64) if add else np.zeros((M, N))
            runtime.gemm_packed(A, packed, C, add)
            close(C, A, B.T if transposed else B, before)
            assert np.isnan(C.base[:, N:]).all(), "written past a row"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", PRODUCTS)
def test_product(runtime: Runtime, dtype: Any, name: str) -> None:
    rng = np.random.default_rng(1)
    for M, N, K in SHAPES:
        A = drawn(rng, *((K, M) if name == "gemm_tn" else (M, K)), dtype)
        B = drawn(rng, *((N, K) if name == "gemm_nt" else (K, N)), dtype)
        for add in (False, True):
            C = drawn(rng, M, N, dtype)
            before = C.astype(np.float64) if add else np.zeros((M, N))
            runtime.gemm(name, A, B, C, add)
            close(C, A.T if name == "gemm_tn" else A, B.T if name == "gemm_nt" else B, before)
            assert np.isnan(C.base[:, N:]).all(), "written past a row"


@pytest.mark.parametrize("dtype", DTYPES)
def test_row_sums(runtime: Runtime, dtype: Any) -> None:
    rng = np.random.default_rng(2)
    for M, N in [(0, 3), (3, 0), (1, 1), (5, 7), (4, 33), (9, 100), (2, 64)]:
        A = drawn(rng, M, N, dtype)
        for add in (False, True):
            out = rng.standard_normal(N + 1).astype(dtype)
            before = out.copy()
            runtime.row_sums(A, out, add)
            close(out[None, :N], np.ones((1, M), dtype), A, before[:N] if add else np.zeros(N))
            assert out[N] == before[N], "written past the end"


@pytest.mark.parametrize("dtype", DTYPES)
def test_nan_and_infinity_stay_in_their_row_and_column(runtime: Runtime, dtype: Any) -> None:
    A, B, C = np.ones((6, 5), dtype), np.ones((5, 11), dtype), np.zeros((6, 11), dtype)
    A[2, 3], B[1, 4] = np.nan, np.inf
    runtime.gemm_packed(A, runtime.packed(B, False), C, False)
    assert np.array_equal(C, A @ B, equal_nan=True)


@pytest.mark.parametrize("dtype", DTYPES)
def test_lanes_are_reduced(runtime: Runtime, dtype: Any) -> None:
    x = np.random.default_rng(3).standard_normal(runtime.lanes(dtype)).astype(dtype)
    assert np.isclose(runtime.reduced("v_sum", x), x.astype(np.float64).sum(), rtol=1e-5)
    assert runtime.reduced("v_max_lane", x) == x.max()
    x[-1] = np.nan
    assert np.isnan(runtime.reduced("v_max_lane", x))


# A BLAS of the simplest kind, which counts how often it is called.
_BLAS = """
static size_t TYPED(calls);
size_t TYPED(the_calls)(void) { return TYPED(calls); }
void BLAS_GEMM(int order, int a, int b, int M, int N, int K, real alpha, const real *A, int lda, const real *B, int ldb,
               real beta, real *C, int ldc) {
    TYPED(calls) += order == 101;
    for (int i = 0; i < M; i++)
        for (int j = 0; j < N; j++) {
            real sum = 0;
            for (int k = 0; k < K; k++)
                sum += A[a == 111 ? i * lda + k : k * lda + i] * B[b == 111 ? k * ldb + j : j * ldb + k];
            C[i * ldc + j] = (beta ? beta * C[i * ldc + j] : 0) + alpha * sum;
        }
}
"""


@pytest.mark.parametrize("dtype", DTYPES)
def test_large_products_are_left_to_a_blas(dtype: Any) -> None:
    blas = compiled(("-std=c99", "-O0", "-DSYMRNN_BLAS"), _BLAS)
    for number, name in enumerate(PRODUCTS, 1):
        test_product(blas, dtype, name)
        assert blas.call("calls", dtype, result=ctypes.c_size_t) == 2 * number  # once to set C, once to add to it


def test_every_name_is_told() -> None:
    """What the compiler sees defined is what ``reserved`` says, so that a body can keep away from it."""
    text = assembled("runtime", "")
    defined = set(re.findall(r"^(?:static|STATIC) .*?\b(\w+)\(", text, re.MULTILINE))
    assert defined | set(re.findall(r"#define (\w+)", text)) <= reserved()
    assert {"vec", "mask", "real", "LANES", "v_exp", "v_sqrt", "gemm_packed", "tile", "TILE_ROWS"} <= reserved()
