"""The C runtime as a library that tests can call: every function under test wrapped once, compiled with given flags."""

from __future__ import annotations

import ctypes
import functools
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symrnn.backends.c_runtime import assembled

FAST = ("-std=gnu99", "-O3", "-march=native", "-ffp-contract=fast", "-fno-math-errno", "-fno-trapping-math")
PLAIN = ("-std=c99", "-O2")
SCALAR = ("-std=c99", "-O1", "-DSYMRNN_SCALAR")
WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Werror")
WIDE = ("-std=c99", "-O0", "-DVECTOR_BYTES=64", "-DTILE_ROWS=8", "-Wno-psabi")  # as for AVX-512, on any machine

PRODUCTS = ("gemm_nn", "gemm_tn", "gemm_nt")
MAPS = [
    "v_exp",
    "v_expm1",
    "v_exp_neg_abs",
    "v_tanh",
    "v_sigmoid",
    "v_softplus",
    "v_logsigmoid",
    "v_sqrt",
    "v_floor",
    "v_rint",
    "v_log",
    "v_log1p",
    "v_sin",
    "v_cos",
    "v_erf",
    "v_abs",
    "v_sign",
    "v_relu",
]
PAIRS = [
    "v_maximum",
    "v_minimum",
    "v_mod",
    "v_pow",
    "v_atan2",
    "v_hypot",
    "v_heaviside",
    "v_copysign",
    "v_lt_truth",
    "v_le_truth",
    "v_eq_truth",
]

_BODY = """
size_t TYPED(the_packed_size)(size_t K, size_t N) { return packed_size(K, N); }
size_t TYPED(the_lanes)(void) { return LANES; }
void TYPED(the_pack_n)(size_t K, size_t N, const real *B, size_t ldb, real *P) { pack_n(K, N, B, ldb, P); }
void TYPED(the_pack_t)(size_t K, size_t N, const real *B, size_t ldb, real *P) { pack_t(K, N, B, ldb, P); }
void TYPED(the_gemm_packed)(size_t M, size_t N, size_t K, const real *A, size_t lda, const real *P, real *C, size_t ldc,
                            int add) { gemm_packed(M, N, K, A, lda, P, C, ldc, add); }
size_t TYPED(the_gemm_scratch)(size_t M, size_t N, size_t K) { return gemm_scratch(M, N, K); }
void TYPED(the_row_sums)(size_t M, size_t N, const real *A, size_t lda, real *y, int add) {
    row_sums(M, N, A, lda, y, add);
}
real TYPED(the_v_sum)(const real *x) { return v_sum(v_load(x)); }
real TYPED(the_v_max_lane)(const real *x) { return v_max_lane(v_load(x)); }
static INLINE vec TYPED(lt)(vec a, vec b) { return v_truth(v_lt(a, b)); }
static INLINE vec TYPED(le)(vec a, vec b) { return v_truth(v_le(a, b)); }
static INLINE vec TYPED(eq)(vec a, vec b) { return v_truth(v_eq(a, b)); }
#define v_lt_truth TYPED(lt)
#define v_le_truth TYPED(le)
#define v_eq_truth TYPED(eq)
"""
_PRODUCT = """
void TYPED(the_{name})(size_t M, size_t N, size_t K, const real *A, size_t lda, const real *B, size_t ldb, real *C,
                       size_t ldc, int add, real *scratch) {{ {name}(M, N, K, A, lda, B, ldb, C, ldc, add, scratch); }}
"""
_MAP = """
void TYPED(the_{name})(size_t n, const real *x, real *y) {{
    for (size_t j = 0; j < n; j += LANES) {{
        const size_t w = n - j < LANES ? n - j : LANES;
        v_store_part(y + j, {name}(v_load_part(x + j, w)), w);
    }}
}}
"""
_PAIR = """
void TYPED(the_{name})(size_t n, size_t stride, const real *x, const real *z, real *y) {{
    for (size_t j = 0; j < n; j += LANES) {{
        const size_t w = n - j < LANES ? n - j : LANES;
        const vec a = v_load_strided(x + j * stride, stride, w), b = v_load_strided(z + j * stride, stride, w);
        v_store_strided(y + j * stride, stride, {name}(a, b), w);
    }}
}}
"""
BODY = "".join(
    [
        _BODY,
        *(_PRODUCT.format(name=name) for name in PRODUCTS),
        *(_MAP.format(name=name) for name in MAPS),
        *(_PAIR.format(name=name) for name in PAIRS),
    ]
)


def compiler() -> str:
    """The C compiler; without one the test is skipped, and says so."""
    found = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if found is None:
        pytest.skip("no C compiler (cc, gcc or clang) on this machine")
    return found


@functools.cache
def compiled(flags: tuple[str, ...], more: str = "") -> Runtime:
    """The runtime compiled without a warning into a library, and loaded; the file is not needed after that.

    ``more`` is C that stands after the body.
    """
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder, "runtime.c"), Path(folder, "runtime.so")
        source.write_text(assembled("runtime", BODY + more), encoding="utf-8")
        command = [compiler(), *WARNINGS, *flags, "-fPIC", "-shared", str(source), "-o", str(library), "-lm"]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return Runtime(ctypes.CDLL(str(library)))


class Runtime:
    """The functions of the runtime on NumPy arrays, chosen by their dtype."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self.library = library

    def call(self, name: str, dtype: Any, *arguments: Any, result: Any = None) -> Any:
        function = self.library[f"the_{name}_{'f32' if np.dtype(dtype) == np.float32 else 'f64'}"]
        function.restype = result
        return function(*(_passed(argument) for argument in arguments))

    def lanes(self, dtype: Any) -> int:
        return int(self.call("lanes", dtype, result=ctypes.c_size_t))

    def reduced(self, name: str, x: Any) -> float:
        scalar = ctypes.c_float if x.dtype == np.float32 else ctypes.c_double
        return float(self.call(name, x.dtype, x, result=scalar))

    def mapped(self, name: str, x: Any) -> Any:
        x, y = np.ascontiguousarray(x), np.empty_like(x)
        self.call(name, x.dtype, x.size, x, y)
        return y

    def paired(self, name: str, a: Any, b: Any, stride: int = 1) -> Any:
        y = np.zeros_like(a)
        self.call(name, a.dtype, -(-a.size // stride), stride, a, b, y)
        return y

    def packed(self, B: Any, transposed: bool) -> Any:
        """What gemm_packed takes, of B as it lies in memory."""
        K, N = B.shape[::-1] if transposed else B.shape
        room = np.full(self.call("packed_size", B.dtype, K, N, result=ctypes.c_size_t), np.nan, B.dtype)
        self.call("pack_t" if transposed else "pack_n", B.dtype, K, N, B, _row(B), room)
        return room

    def gemm_packed(self, A: Any, packed: Any, C: Any, add: bool) -> None:
        self.call("gemm_packed", A.dtype, *C.shape, A.shape[1], A, _row(A), packed, C, _row(C), int(add))

    def gemm(self, name: str, A: Any, B: Any, C: Any, add: bool) -> None:
        K = A.shape[0] if name == "gemm_tn" else A.shape[1]
        room = self.call("gemm_scratch", A.dtype, *C.shape, K, result=ctypes.c_size_t)
        scratch = np.full(room + 1, np.nan, A.dtype)
        self.call(name, A.dtype, *C.shape, K, A, _row(A), B, _row(B), C, _row(C), int(add), scratch[:room])
        assert np.isnan(scratch[room]), "written past the scratch"

    def row_sums(self, A: Any, out: Any, add: bool) -> None:
        self.call("row_sums", A.dtype, *A.shape, A, _row(A), out, int(add))


def _row(array: Any) -> int:
    return int(array.strides[0] // array.itemsize)


def _passed(argument: Any) -> Any:
    if isinstance(argument, np.ndarray):
        return ctypes.c_void_p(argument.ctypes.data)
    return ctypes.c_size_t(argument)
