"""The cost of a training step's matrix products alone: what no scheduling can go below on this machine's BLAS.

The products are those of the cell's own schedule, with the same shapes, those of the recurrence one after another.
They are called from C on NumPy's own OpenBLAS (``blas``). Without a C compiler, or where that library is not found,
``np.matmul`` runs them over a stack, which is a loop in C as well, one BLAS call per step; it was measured to agree
within a tenth. ``how`` says which it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from symrnn.benchmark.blas import Loop, Operands, available
from symrnn.benchmark.products import Product, products
from symrnn.schedule import Schedule

BY_C, BY_NUMPY = "C calls NumPy's OpenBLAS", "NumPy calls its BLAS"
Call = Callable[[], object]


def how(dtype: str) -> str:
    """Who calls the products on this machine."""
    return BY_C if available(dtype) else BY_NUMPY


def bound(schedule: Schedule, numbers: Mapping[str, float], T: int, B: int, dtype: str, by: str | None = None) -> Call:
    """A call that runs the products of one training step, and nothing else; ``by`` is ``BY_C`` or ``BY_NUMPY``."""
    rng = np.random.default_rng(0)
    make = _in_c if (by or how(dtype)) == BY_C else _in_numpy
    calls = [make(run, T, dtype, rng) for side in products(schedule, numbers, T, B) for run in _runs(side)]

    def run() -> None:
        for call in calls:
            call()

    return run


def _runs(side: Sequence[Product]) -> list[list[Product]]:
    """The products of one direction: those of the loop together, in its place; every other alone."""
    looped = [p for p in side if p.loop]
    runs: list[list[Product]] = []
    for product in side:
        if not product.loop:
            runs.append([product])
        elif product is looped[0]:
            runs.append(looped)
    return runs


def _operands(p: Product, dtype: str, rng: np.random.Generator) -> Operands:
    """Arrays for all calls of a product. Only a product of the loop has an operand, the weights, for all of them."""

    def normal(*shape: int) -> Any:
        return rng.standard_normal(shape, dtype=np.dtype(dtype).type)

    left = normal(p.calls, p.inner, p.rows) if p.transposed else normal(p.calls, p.rows, p.inner)
    right = normal(1 if p.loop else p.calls, p.inner, p.columns)
    return Operands(left, right, np.zeros((p.calls, p.rows, p.columns), dtype), p.transposed)


def _in_c(run: Sequence[Product], T: int, dtype: str, rng: np.random.Generator) -> Call:
    return Loop([_operands(p, dtype, rng) for p in run], run[0].calls)


def _in_numpy(run: Sequence[Product], T: int, dtype: str, rng: np.random.Generator) -> Call:
    operands = [_operands(p, dtype, rng) for p in run]

    def call() -> None:
        for o in operands:
            np.matmul(o.left.transpose(0, 2, 1) if o.transposed else o.left, o.right, out=o.out)

    return call
