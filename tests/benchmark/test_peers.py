"""Ticks for torch and JAX: their meaning with NumPy's functions, and the gradients that the frameworks make of them."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from test_textbook import CELLS, posed

import symrnn
from symrnn.backends import numpy_functions
from symrnn.benchmark import jax_peer, torch_peer
from symrnn.benchmark.merging import with_sums
from symrnn.benchmark.problem import disagreement
from symrnn.benchmark.textbook import Textbook
from symrnn.benchmark.ticks import tick_module, tick_text
from symrnn.interpret import unroll
from symrnn.verification.samples import leaves


class Functions:
    """The functions of a framework, in NumPy."""

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    def sigmoid(self, z: Any) -> Any:
        return 1 / (1 + np.exp(-z))

    def silu(self, z: Any) -> Any:
        return z / (1 + np.exp(-z))

    def relu(self, z: Any) -> Any:
        return np.maximum(z, 0)

    def logsigmoid(self, z: Any) -> Any:
        return -np.logaddexp(0, -z)

    def addmm(self, c: Any, a: Any, b: Any) -> Any:
        return c + a @ b

    def pieces(self, array: Any, extents: tuple[int, ...]) -> Any:
        return np.split(array, list(itertools.accumulate(extents))[:-1], -1)


@pytest.mark.parametrize("id", CELLS)
def test_a_tick_is_the_step(id: str) -> None:
    task = posed(id)
    sample, functions = task.sample, Functions()
    inputs, state, parameters = leaves(sample)
    ticks, last = unroll(task.schedule.program.forward, inputs, state, parameters, sample.numbers)
    module = tick_module(task.schedule, id)
    module.__dict__.update({name: f for name, f in vars(numpy_functions).items() if not name.startswith("__")})
    once, moving = module.once(functions, parameters, inputs, sample.numbers, np.dtype(float))
    carry = tuple(state.values())
    for t, expected in enumerate(ticks):
        here = tuple(sequence[t] for sequence in moving)
        carry, y = module.tick(functions, once, carry, here, sample.numbers, np.dtype(float))
        for name, value in zip(sample.outputs, y, strict=True):
            assert np.allclose(value, expected[name], rtol=1e-12, atol=1e-14)
    for name, value in zip(state, carry, strict=True):
        assert np.allclose(value, last[name], rtol=1e-12, atol=1e-14)


def test_a_tick_is_what_a_user_would_write() -> None:
    """Of an LSTM: one product a step, with the sum, and one cut into gates; the rest for all steps at once."""
    once, tick = tick_text(symrnn.derive(symrnn.zoo["lstm"]).schedule).split("def tick")
    assert once.count(" @ ") == 1 and tick.count("np.addmm(") == 1 and " @ " not in tick
    assert tick.count("np.pieces(") == 1 and tick.count("np.sigmoid(") == 3 and "W_" not in tick


def test_only_a_product_that_is_added_once_is_merged() -> None:
    assert with_sums(["p = a @ W", "y = c + p"], ["y"]) == ["y = np.addmm(c, a, W)"]
    kept = ["p = a @ W", "y = c + p", "z = p"]
    assert with_sums(kept, ["y", "z"]) == kept
    kept = ["p = a @ W", "y = c + p + d"]
    assert with_sums(kept, ["y"]) == kept


@pytest.mark.parametrize("id", CELLS)
def test_torch_differentiates_the_loop(id: str) -> None:
    pytest.importorskip("torch", reason="torch is not installed; `pip install torch==2.13.0` runs this comparison")
    task = posed(id)
    assert not disagreement(torch_peer.TorchLoop(task).gradients(), Textbook(task).gradients(), "float64")


@pytest.mark.parametrize("id", torch_peer.FUSED)
def test_torch_has_the_layer(id: str) -> None:
    pytest.importorskip("torch", reason="torch is not installed; `pip install torch==2.13.0` runs this comparison")
    task = posed(id)
    layer = torch_peer.fused(task)
    assert layer is not None
    assert not disagreement(layer.gradients(), Textbook(task).gradients(), "float64")
    assert torch_peer.fused(posed("mgu")) is None


def test_what_torch_holds_is_counted() -> None:
    """An Elman network holds h, which is also its output, for the backward pass, and gives the gradient of x."""
    pytest.importorskip("torch", reason="torch is not installed; `pip install torch==2.13.0` runs this comparison")
    short, long = (torch_peer.TorchLoop(posed("elman", (2, T, 6, 6))).held() for T in (4, 8))
    assert (long - short) / (4 * 2 * 6 * 8) == 3  # h, y as torch stacks it, dx


@pytest.mark.parametrize("id", ["lru", "exprnn", "on_lstm", "cfc_pure"])
def test_jax_differentiates_the_scan(id: str) -> None:
    pytest.importorskip("jax", reason="JAX is not installed; `pip install 'symrnn[jax]'` runs this comparison")
    task = posed(id)
    scan = jax_peer.JaxScan(task)
    assert not disagreement(scan.gradients(), Textbook(task).gradients(), "float64")
    assert scan.held() > 0 and jax_peer.version()
