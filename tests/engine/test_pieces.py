"""Time is gone through in pieces: any length of piece gives the same, and what grows with time is small."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from runs import agree, kernel_results, meant, posed

import symrnn
from symrnn.cell import Cell, Input, State, Vector, Weight
from symrnn.ops import sigmoid, tanh
from symrnn.zoo import zoo

# Cells that together have every kind of value: before, in and after the loop, shifted states, totals, several signals.
CELLS = ("elman", "lstm", "gru_cudnn", "cifg_peephole", "qrnn_fo", "tlstm", "sru", "on_lstm", "lipschitz_rnn", "gru_d")


@pytest.mark.parametrize("id", CELLS)
@pytest.mark.parametrize(("T", "B", "rows"), [(7, 2, 4), (5, 1, 1), (8, 3, 12)])
def test_ragged_pieces_give_the_gradients_of_the_whole(id: str, T: int, B: int, rows: int) -> None:
    kernel, p = symrnn.build(zoo[id]), posed(zoo[id], T=T, B=B)
    kernel.__dict__["ROWS"] = rows
    piece, pieces = kernel._pieces(T, B)
    assert pieces > 1 and piece * pieces >= T > piece * (pieces - 1)
    agree(kernel_results(kernel, p), meant(p), 1e-9)


@pytest.mark.parametrize(("T", "B", "piece", "pieces"), [
    (0, 2, 1, 0), (5, 0, 5, 1), (100, 1, 100, 1), (100, 32, 17, 6), (1000, 16, 33, 31), (3, 4096, 1, 3),
])  # fmt: skip
def test_pieces_are_alike_and_long_enough_for_a_matrix_product(T: int, B: int, piece: int, pieces: int) -> None:
    kernel = symrnn.build(zoo["elman"])
    assert kernel._pieces(T, B) == (piece, pieces)
    assert pieces <= 1 or piece * B >= kernel.ROWS


def peak(kernel: Any, T: int, B: int, n: int) -> int:
    """The most memory that a forward and a backward pass hold at once, in bytes, arguments not counted."""
    rng = np.random.default_rng(0)
    params = kernel.init(n, n, rng=rng, dtype=np.float32)
    x, dy = (rng.standard_normal((T, B, n), dtype=np.float32) for _ in range(2))
    tracemalloc.start()
    try:
        _, _, tape = kernel.forward(params, x)
        kernel.backward(params, tape, dy)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("id", "limit"), [("elman", 2.5), ("lstm", 9), ("gru_cudnn", 7), ("cifg_peephole", 8)])
def test_memory_of_a_step(id: str, limit: float) -> None:
    """Outputs and dx included; counted as it is taken: what as many steps again add, in units of B·n numbers."""
    kernel = symrnn.build(zoo[id])
    T, B, n = 64, 64, 256
    unit = B * n * np.dtype(np.float32).itemsize
    assert (peak(kernel, 2 * T, B, n) - peak(kernel, T, B, n)) / T / unit <= limit


class Crossing(Cell):
    """Both adjoints that are handed on are made by one call, so one buffer holds them."""

    x = Input()
    h, s = State(), State()
    W, v = Weight(h), Vector(x)

    g = sigmoid(4 * h)
    old = h + 0
    h = tanh(sigmoid(h) * s + W.q @ (W.q @ h))
    s = old + v.T @ x + g.T @ g


def test_two_adjoints_may_be_handed_on_in_one_buffer() -> None:
    assert "da_h, dh[t-1], ds[t-1]" in symrnn.emit(Crossing)[0].text
    problem = posed(Crossing)
    agree(kernel_results(symrnn.build(Crossing), problem), meant(problem), 1e-12)
