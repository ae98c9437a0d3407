"""The C runtime under the address and undefined-behaviour sanitizers, as a program of its own.

Every array is allocated with exactly the numbers that may be touched, so that a read past an end is seen too.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from runtime_library import BODY, MAPS, PRODUCTS, compiler

from symrnn.backends.c_runtime import assembled

SANITIZE = ("-std=c99", "-O0", "-g0", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")

_BEFORE = """
#include <stdlib.h>
void everything_f32(void);
static size_t missing; /* numbers that one array has too few, to see that the sanitizer would notice */
"""
_PROGRAM = """
static real *TYPED(numbers)(size_t n) {
    real *p = malloc(n * sizeof(real));
    for (size_t i = 0; i < n; i++) p[i] = (real)((i * 37) % 11) - 5;
    return p;
}
/* How many numbers a matrix spans whose rows are ld apart. */
static size_t TYPED(span)(size_t rows, size_t columns, size_t ld) { return rows ? (rows - 1) * ld + columns : 0; }

static void TYPED(products)(size_t M, size_t N, size_t K) {
    const size_t lda = (K > M ? K : M) + 1, ldb = (K > N ? K : N) + 2, ldc = N + 3;
    real *A = TYPED(numbers)(TYPED(span)(M, K, lda) - (M && K ? missing : 0));
    real *At = TYPED(numbers)(TYPED(span)(K, M, lda));
    real *B = TYPED(numbers)(TYPED(span)(K, N, ldb)), *Bt = TYPED(numbers)(TYPED(span)(N, K, ldb));
    real *C = TYPED(numbers)(TYPED(span)(M, N, ldc)), *P = TYPED(numbers)(packed_size(K, N));
    real *scratch = TYPED(numbers)(gemm_scratch(M, N, K)), *sums = TYPED(numbers)(K);
    for (int add = 0; add < 2; add++) {
        pack_n(K, N, B, ldb, P);
        gemm_packed(M, N, K, A, lda, P, C, ldc, add);
        pack_t(K, N, Bt, ldb, P);
        gemm_packed(M, N, K, A, lda, P, C, ldc, add);
        gemm_nn(M, N, K, A, lda, B, ldb, C, ldc, add, scratch);
        gemm_nt(M, N, K, A, lda, Bt, ldb, C, ldc, add, scratch);
        gemm_tn(M, N, K, At, lda, B, ldb, C, ldc, add, scratch);
        row_sums(M, K, A, lda, sums, add);
    }
    free(A), free(At), free(B), free(Bt), free(C), free(P), free(scratch), free(sums);
}
static void TYPED(functions)(size_t n, real size) {
    real *x = TYPED(numbers)(n), *y = TYPED(numbers)(n);
    for (size_t i = 0; i < n; i++) x[i] *= size;
    EVERY_MAP
    free(x), free(y);
}
void TYPED(everything)(void) {
    const size_t sizes[] = {0, 1, 3, 4, 5, 16, 17};
    for (size_t i = 0; i < 7; i++)
        for (size_t j = 0; j < 7; j++)
            for (size_t k = 0; k < 7; k++) TYPED(products)(sizes[i], sizes[j], sizes[k]);
    TYPED(products)(130, 5, 3);
    TYPED(products)(5, 400, 3);
    TYPED(products)(3, 5, 530);
    TYPED(products)(603, 3, 9); /* rows so far apart that the left factor is packed */
    for (size_t n = 1; n < 20; n++) TYPED(functions)(n, 1), TYPED(functions)(n, R(1e38)), TYPED(functions)(n, INFINITY);
}
#if REAL_IS_DOUBLE
int main(int count, char **words) {
    (void)words;
    missing = count > 1;
    everything_f32();
    everything_f64();
    return 0;
}
#endif
"""


def program() -> str:
    calls = "\n    ".join(f"TYPED(the_{name})(n, x, y);" for name in MAPS)
    body = BODY + _PROGRAM.replace("EVERY_MAP", calls)
    return assembled("program", body, _BEFORE)


def built(folder: Path, *flags: str) -> Path:
    """The program, compiled with the sanitizers."""
    source, binary = folder / "program.c", folder / "program"
    source.write_text(program(), encoding="utf-8")
    command = [compiler(), *SANITIZE, *flags, str(source), "-o", str(binary), "-lm"]
    made = subprocess.run(command, capture_output=True, text=True)
    if made.returncode and "sanitize" in made.stderr + made.stdout:
        pytest.skip(f"this compiler has no sanitizers: {made.stderr.strip().splitlines()[-1]}")
    assert made.returncode == 0, made.stderr
    return binary


@pytest.mark.parametrize("flags", [(), ("-DSYMRNN_SCALAR",)], ids=["vectors", "scalar"])
def test_no_report(tmp_path: Path, flags: tuple[str, ...]) -> None:
    binary = built(tmp_path, *flags)
    done = subprocess.run([binary], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    short = subprocess.run([binary, "short"], capture_output=True, text=True)
    assert "heap-buffer-overflow" in short.stderr, "an array that is one number short goes unnoticed"


def test_every_product_is_run() -> None:
    assert all(f"{name}(M, N, K" in _PROGRAM for name in PRODUCTS)
