"""The generated textbook against the meaning of the step and against differences of its own forward."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn.benchmark.problem import Problem, disagreement, problem
from symrnn.benchmark.textbook import Textbook, textbook
from symrnn.interpret import unroll
from symrnn.verification.kernel import Kernel
from symrnn.verification.samples import leaves

# Gates, a sum of matrices, matrix states, complex states, parameters computed once, delays, several inputs, copies,
# rows of one product that are read in overlapping runs, functions of whole values, masks and times.
CELLS = ("lstm", "gru_v1", "mlstm", "lru", "exprnn", "rwa", "augru", "rhn", "jordan", "ema", "ln_lstm", "qrnn_fo")
CELLS += ("deltanet", "on_lstm", "cfc_pure", "gru_d", "phased_lstm", "hippo_legs", "dsgu", "clockwork_rnn", "gsa")


def posed(id: str, sizes: tuple[int, int, int, int] = (2, 4, 6, 6)) -> Problem:
    """A small problem whose states start at numbers, not at zero."""
    found = problem(symrnn.zoo[id], sizes, "float64")
    rng = np.random.default_rng(3)
    states = {name: rng.uniform(0.2, 0.8, value.shape) for name, value in found.sample.states.items()}
    return replace(found, sample=replace(found.sample, states=states))


@pytest.mark.parametrize("id", CELLS)
def test_its_outputs_are_those_of_the_step(id: str) -> None:
    task = posed(id)
    ticks, _ = unroll(task.schedule.program.forward, *leaves(task.sample), task.sample.numbers)
    y, _, _ = Textbook(task).run()
    for name, value in y.items():
        expected = np.stack([np.broadcast_to(tick[name], value.shape[1:]) for tick in ticks])
        assert np.allclose(value, expected, rtol=1e-12, atol=1e-14), name


@pytest.mark.parametrize("id", CELLS)
def test_its_gradients_are_those_of_its_forward(id: str) -> None:
    """Central differences of the loss along a random direction of each variable."""
    task = posed(id)
    gradients = Textbook(task).gradients()
    assert set(gradients) == set(task.sample.variables)
    rng = np.random.default_rng(4)

    book = Textbook(task)

    def loss(moved: dict[str, Any]) -> float:
        sample = task.sample.moved(moved)
        _, _, parameters = leaves(sample)
        y, _, _ = book.module.forward(parameters, sample.inputs, sample.states, *book.last)
        return float(sum((y[name] * dy).sum() for name, dy in task.sample.outputs.items()))

    largest = max(np.abs(g).max() for g in gradients.values())
    for name, value in task.sample.variables.items():
        direction = rng.normal(size=np.shape(value))
        ends = [loss({name: value + sign * 1e-6 * direction}) for sign in (1, -1)]
        expected = (np.reshape(gradients[name], np.shape(value)) * direction).sum()
        assert np.isclose((ends[0] - ends[1]) / 2e-6, expected, rtol=1e-5, atol=1e-7 * largest), name


def test_it_schedules_nothing() -> None:
    """Four gates are four products of x and four of h, at every step, and their weight gradients are added up there."""
    text = textbook(symrnn.derive(symrnn.zoo["lstm"]).schedule)
    forward, backward = text.split("def backward")
    loop, adjoint = forward.split("for t in range(T):")[1], backward.split("for t in reversed(range(T)):")[1]
    assert loop.count("x @ W_") == loop.count("h_prev @ U_") == 4
    assert adjoint.count("+= da_") == 12 and adjoint.count(" @ U_") == adjoint.count(" @ W_") == 4
    assert "out=" not in text and "concatenate" not in text


@pytest.mark.long
@pytest.mark.parametrize("id", sorted(symrnn.zoo))
def test_every_cell_has_one_that_agrees_with_its_kernel(id: str) -> None:
    task = problem(symrnn.zoo[id], (3, 4, 6, 6), "float64")
    ours = Kernel(symrnn.build(task.cell), task.record, "fast").gradients(task.sample)
    assert not disagreement(ours, Textbook(task).gradients(), "float64")


def test_what_disagrees_is_named() -> None:
    a = {"dx": np.ones(3), "dW": np.ones((2, 2))}
    assert not disagreement(a, {n: v * (1 + 1e-12) for n, v in a.items()}, "float64")
    assert disagreement(a, a | {"dx": np.array([1.0, 1.0, 1.5])}, "float64").startswith("dx is off by 0.3")
    for wrong in (np.nan, np.inf):
        assert disagreement(a | {"dx": np.full(3, wrong)}, a, "float64").startswith("dx is ")
    assert disagreement({"dx": a["dx"]}, a, "float64") == "dW is missing"
    assert disagreement(a | {"dx": np.ones(4)}, a, "float64") == "dx has 4 entries, not 3"
    # What cancels to nothing is measured against the rest.
    assert not disagreement(a | {"dh0": np.full(2, 1e-16)}, a | {"dh0": np.full(2, -1e-16)}, "float64")
