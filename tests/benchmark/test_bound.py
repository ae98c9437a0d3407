"""The bound runs exactly the products of a step: their shapes, their values from C and from NumPy, their place."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn.benchmark import blas, bound
from symrnn.benchmark.blas import Loop, Operands
from symrnn.benchmark.products import Product, products

B, T, M, N = 3, 5, 4, 6


Shape = tuple[int, int, int, int, bool, bool]


def shapes(id: str) -> Counter[Shape]:
    """What both directions multiply: rows, inner, columns, calls, in the loop, left operand turned."""
    sizes = {"n_x": M, "n_h": N}
    ahead, back = products(symrnn.derive(symrnn.zoo[id]).schedule, sizes, T, B)
    return Counter((p.rows, p.inner, p.columns, p.calls, p.loop, p.transposed) for p in (*ahead, *back))


def test_the_products_of_an_lstm() -> None:
    assert shapes("lstm") == Counter(
        [
            (T * B, M, 4 * N, 1, False, False),  # W x for all steps
            (B, N, 4 * N, T, True, False),  # U h
            (B, 4 * N, N, T, True, False),  # Uᵀ da
            (T * B, 4 * N, M, 1, False, False),  # dx
            (4 * N, T * B, M, 1, False, True),  # dW
            (4 * N, T * B, N, 1, False, True),  # dU
        ]
    )


def test_a_reset_gate_before_the_product_splits_it() -> None:
    """U (r h) waits for r: two products of the state a step in each direction, and a gradient for each."""
    found = shapes("gru_chung")
    assert {p: count for p, count in found.items() if p[4]} == {
        (B, N, 2 * N, T, True, False): 1,
        (B, N, N, T, True, False): 2,  # forwards and back
        (B, 2 * N, N, T, True, False): 1,
    }
    assert {p: count for p, count in found.items() if p[5]} == {
        (3 * N, T * B, M, 1, False, True): 1,
        (2 * N, T * B, N, 1, False, True): 1,
        (N, T * B, N, 1, False, True): 1,
    }


def test_a_matrix_state_is_multiplied_by_each_sequence_for_itself() -> None:
    """mLSTM reads its memory, a matrix, by a vector: T·B products of that matrix with one column."""
    sizes = {"n_x": M, "n_h": N, "n_k": N, "n_v": N}
    ahead, _ = products(symrnn.derive(symrnn.zoo["mlstm"]).schedule, sizes, T, B)
    assert Product(N, N, 1, T * B) in ahead
    assert Product(N, N, 1, T * B).flops == 2 * N * N * T * B


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("columns", [1, 4])
@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("shared", [False, True])
def test_c_computes_the_products(dtype: str, rows: int, columns: int, transposed: bool, shared: bool) -> None:
    if not blas.available(dtype):
        pytest.skip("no C compiler, or NumPy's BLAS is not an OpenBLAS of its own")
    rng = np.random.default_rng(0)
    ticks, inner = 2, 5
    left = rng.standard_normal((ticks, inner, rows) if transposed else (ticks, rows, inner)).astype(dtype)
    right = rng.standard_normal((1 if shared else ticks, inner, columns)).astype(dtype)
    out = np.full((ticks, rows, columns), np.nan, dtype)
    Loop([Operands(left, right, out, transposed)], ticks)()
    expected = (left.transpose(0, 2, 1) if transposed else left) @ right
    assert np.allclose(out, expected, rtol=1e-5 if dtype == "float32" else 1e-12)


@pytest.mark.parametrize("by", [bound.BY_C, bound.BY_NUMPY])
def test_every_product_is_run(by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The outputs of all products are there afterwards, whoever calls them."""
    if by == bound.BY_C and not blas.available("float64"):
        pytest.skip("no C compiler, or NumPy's BLAS is not an OpenBLAS of its own")
    made: list[Operands] = []
    original = bound._operands

    def remembered(*arguments: Any) -> Operands:
        made.append(original(*arguments))
        return made[-1]

    monkeypatch.setattr(bound, "_operands", remembered)
    schedule = symrnn.derive(symrnn.zoo["gru_cudnn"]).schedule
    bound.bound(schedule, {"n_x": M, "n_h": N}, T, B, "float64", by)()
    assert len(made) == 6
    for o in made:
        left = o.left.transpose(0, 2, 1) if o.transposed else o.left
        assert np.allclose(o.out, left @ o.right, rtol=1e-12)


def test_without_a_compiler_numpy_calls_the_products(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blas.shutil, "which", lambda name: None)
    monkeypatch.delenv("CC", raising=False)
    assert blas.compiled.__wrapped__() is None
    monkeypatch.setenv("CC", "a-compiler-that-does-not-exist")
    assert blas.compiled.__wrapped__() is None
    monkeypatch.setattr(blas, "compiled", lambda: None)
    assert bound.how("float64") == bound.BY_NUMPY


def test_a_library_that_is_not_loaded_is_not_called(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(blas, "_libraries", lambda: iter([tmp_path / "libopenblas.so"]))
    assert blas.routines.__wrapped__("float64") is None
