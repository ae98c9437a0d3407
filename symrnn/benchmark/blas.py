"""NumPy's own OpenBLAS, called from C in a loop: the products alone, with nothing of Python between them.

The library is the one that NumPy has loaded; its ``cblas_sgemm`` and ``cblas_dgemm`` are handed to a loop of a dozen
lines, which the C compiler of the machine compiles when a benchmark begins. Where either is missing, ``bound`` lets
NumPy call the same products and says so.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

# As NumPy's wheels spell them, then as other builds do; the second entry says whether integers have 64 bits.
SPELLINGS = (
    ("scipy_cblas_{}64_", True),
    ("cblas_{}64_", True),
    ("cblas_{}_64", True),
    ("scipy_cblas_{}", False),
    ("cblas_{}", False),
)
LETTERS = {"float32": "s", "float64": "d"}

SOURCE = """
#include <stdint.h>
enum { by_rows = 101, plain = 111, turned = 112 };
struct product {
  int64_t vector, transposed, rows, inner, columns, step_left, step_right, step_out;
  void *left, *right, *out;
};
#define LOOP(NAME, REAL, INT)                                                                                \\
  typedef void (*NAME##_gemm)(int, int, int, INT, INT, INT, REAL, const REAL *, INT, const REAL *, INT,      \\
                              REAL, REAL *, INT);                                                            \\
  typedef void (*NAME##_gemv)(int, int, INT, INT, REAL, const REAL *, INT, const REAL *, INT, REAL, REAL *,  \\
                              INT);                                                                          \\
  void NAME(NAME##_gemm gemm, NAME##_gemv gemv, const struct product *all, int64_t count, int64_t ticks) {   \\
    for (int64_t t = 0; t < ticks; t++)                                                                      \\
      for (int64_t k = 0; k < count; k++) {                                                                  \\
        const struct product *p = all + k;                                                                   \\
        const REAL *left = (const REAL *)p->left + t * p->step_left;                                         \\
        const REAL *right = (const REAL *)p->right + t * p->step_right;                                      \\
        REAL *out = (REAL *)p->out + t * p->step_out;                                                        \\
        int turn = p->transposed ? turned : plain;                                                           \\
        if (p->vector)                                                                                       \\
          gemv(by_rows, turn, p->rows, p->inner, 1, left, p->inner, right, 1, 0, out, 1);                    \\
        else                                                                                                 \\
          gemm(by_rows, turn, plain, p->rows, p->columns, p->inner, 1, left, p->transposed ? p->rows : p->inner, \\
               right, p->columns, 0, out, p->columns);                                                       \\
      }                                                                                                      \\
  }
LOOP(s64, float, int64_t)
LOOP(d64, double, int64_t)
LOOP(s32, float, int32_t)
LOOP(d32, double, int32_t)
"""


class _Product(ctypes.Structure):
    """One product of a loop as C sees it; steps are in numbers, from one tick to the next."""

    _fields_ = [
        *((name, ctypes.c_int64) for name in ("vector", "transposed", "rows", "inner", "columns")),
        *((name, ctypes.c_int64) for name in ("step_left", "step_right", "step_out")),
        *((name, ctypes.c_void_p) for name in ("left", "right", "out")),
    ]


@dataclass(frozen=True)
class Operands:
    """Arrays of one product: (ticks, rows, inner), (ticks or 1, inner, columns) and (ticks, rows, columns).

    Where ``transposed``, the left array lies as (ticks, inner, rows).
    """

    left: Any
    right: Any
    out: Any
    transposed: bool


class Loop:
    """Products that run one after the other at every tick, from C."""

    def __init__(self, operands: Sequence[Operands], ticks: int) -> None:
        self.operands = operands  # keeps the arrays
        dtype = operands[0].left.dtype
        found, library = routines(str(dtype)), compiled()
        assert found is not None and library is not None, "ask available() first"
        table = (_Product * len(operands))(*map(_entry, operands))
        pointers = (ctypes.c_void_p(found.gemm), ctypes.c_void_p(found.gemv))
        self.arguments = (*pointers, table, ctypes.c_int64(len(operands)), ctypes.c_int64(ticks))
        self.function = getattr(library, LETTERS[str(dtype)] + ("64" if found.wide else "32"))

    def __call__(self) -> None:
        self.function(*self.arguments)


def _entry(o: Operands) -> _Product:
    """A product with a single row or column is a matrix times a vector, which BLAS has a routine of its own for."""
    ticks, rows, columns = o.out.shape
    inner = o.right.shape[1]
    left, right, out = ((a, a[0].size if len(a) == ticks and ticks > 1 else 0) for a in (o.left, o.right, o.out))
    shape = (0, int(o.transposed), rows, inner, columns)
    if rows == 1:  # (1, inner) times (inner, columns): the right matrix turned, times the row
        shape, left, right = (1, 1, inner, columns, 1), right, left
    elif columns == 1:
        shape = (1, 1, inner, rows, 1) if o.transposed else (1, 0, rows, inner, 1)
    return _Product(*shape, left[1], right[1], out[1], *(a.ctypes.data for a, _ in (left, right, out)))


def available(dtype: str) -> bool:
    """Whether the products can be called from C here."""
    return routines(dtype) is not None and compiled() is not None


@dataclass(frozen=True)
class Routines:
    """The addresses of ``cblas_?gemm`` and ``cblas_?gemv``, and whether their integers have 64 bits."""

    gemm: int
    gemv: int
    wide: bool


@cache
def routines(dtype: str) -> Routines | None:
    """The routines of the library that NumPy has loaded; None where there is none beside NumPy."""
    for path in _libraries():
        try:
            library = ctypes.CDLL(str(path), mode=getattr(os, "RTLD_NOLOAD", 0) | getattr(os, "RTLD_NOW", 0))
        except OSError:
            continue  # beside NumPy, but not what it has loaded
        for spelling, wide in SPELLINGS:
            names = [spelling.format(LETTERS[dtype] + kind) for kind in ("gemm", "gemv")]
            if all(hasattr(library, name) for name in names):
                gemm, gemv = (ctypes.cast(getattr(library, name), ctypes.c_void_p).value or 0 for name in names)
                return Routines(gemm, gemv, wide)
    return None


def _libraries() -> Iterator[Path]:
    """What may be NumPy's BLAS: the libraries that its wheel brings along."""
    root = Path(np.__file__).parent
    for folder in (root.parent / "numpy.libs", root / ".dylibs", root / ".libs"):
        yield from sorted(folder.glob("*openblas*"))


@cache
def compiled() -> ctypes.CDLL | None:
    """The loop, compiled and loaded; None where there is no C compiler that can."""
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not compiler:
        return None
    with tempfile.TemporaryDirectory(prefix="symrnn-bench-") as folder:
        source, library = Path(folder) / "loop.c", Path(folder) / "loop.so"
        source.write_text(SOURCE, encoding="utf-8")
        command = [*compiler.split(), "-O2", "-shared", "-fPIC", "-o", str(library), str(source)]
        try:
            subprocess.run(command, check=True, capture_output=True)
            return ctypes.CDLL(str(library))
        except (OSError, subprocess.CalledProcessError):
            return None
