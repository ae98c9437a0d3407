"""checkpoint=k: the same outputs and gradients from a tape that keeps every k-th state, and memory that grows as √T."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
import special_cells
from runs import built, named

import symrnn
from symrnn.benchmark.measure import peak_bytes
from symrnn.benchmark.problem import problem
from symrnn.cell import Cell
from symrnn.verification.kernel import Kernel

# Gates; a delay; several inputs; a complex state; parameters computed once per sequence; a matrix state; two outputs.
CELLS = [symrnn.zoo[id] for id in ("lstm", "gru_cudnn", "qrnn_fo", "rwa", "augru", "lru", "exprnn", "mlstm")]
CELLS += [special_cells.Remembered, special_cells.Settled, special_cells.Swapped]
T = 7


@dataclass(frozen=True)
class Given:
    """A kernel and what it is called with."""

    kernel: Any
    params: Any
    x: Any
    state: Any
    dy: Any
    dstate: Any


def given(cell: type[Cell], steps: int = T) -> Given:
    """Numbers for a cell, none of them zero."""
    task, rng = problem(cell, (3, steps, 5, 4), "float64"), np.random.default_rng(5)

    def drawn(arrays: Mapping[str, Any]) -> dict[str, Any]:
        return {name: rng.uniform(0.2, 0.8, value.shape) for name, value in arrays.items()}

    sample = replace(task.sample, states=drawn(task.sample.states), finals=drawn(task.sample.states))
    kernel = Kernel(built(cell, False), cell.record, "fast")
    return Given(kernel.module, *kernel.arguments(sample), *kernel.cotangents(sample))


def results(cell: type[Cell], steps: int, every: int | None, loss: str = "both") -> dict[str, Any]:
    """Everything that forward and backward return, by name; ``loss`` is on the outputs, the last state, or both."""
    g, record = given(cell, steps), cell.record
    y, last, tape = g.kernel.forward(g.params, g.x, g.state, checkpoint=every)
    dy, dstate = None if loss == "state" else g.dy, None if loss == "outputs" else g.dstate
    dparams, dx, dstart = g.kernel.backward(g.params, tape, dy, dstate)
    found = {f"y {n}": v for n, v in named(y, record.outputs).items()}
    found |= {f"d{n}": v for n, v in named(dx, tuple(d.name for d in record.inputs)).items()}
    found |= {f"last {n}": v for n, v in last.items()} | {f"d{n}": v for n, v in dparams.items()}
    return {name: np.array(v) for name, v in (found | {f"start {n}": v for n, v in dstart.items()}).items()}


def same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name].shape == value.shape and found[name].dtype == value.dtype, name
        assert np.allclose(found[name], value, rtol=1e-12, atol=1e-12 * np.abs(value).max(initial=1e-3)), name


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
@pytest.mark.parametrize("every", [1, 3, T, 100])
def test_the_same_results(cell: type[Cell], every: int) -> None:
    same(results(cell, T, every), results(cell, T, None))


@pytest.mark.parametrize("loss", ["outputs", "state"])
def test_the_loss_may_stand_anywhere(loss: str) -> None:
    same(results(CELLS[0], T, 3, loss), results(CELLS[0], T, None, loss))


def test_no_steps_at_all() -> None:
    same(results(CELLS[0], 0, 3), results(CELLS[0], 0, None))


def test_a_tape_can_be_used_again_and_nothing_given_is_written_to() -> None:
    g = given(CELLS[0])
    arrays = {"x": g.x, "dy": g.dy, **g.params, **g.state, **{f"d{n}": v for n, v in g.dstate.items()}}
    before = {n: np.array(v) for n, v in arrays.items()}
    _, last, tape = g.kernel.forward(g.params, g.x, g.state, checkpoint=2)
    first = g.kernel.backward(g.params, tape, g.dy, g.dstate)[0]
    kept = {n: v.copy() for n, v in (first | last).items()}
    g.kernel.forward(g.params, g.x, g.state, checkpoint=2)
    second = g.kernel.backward(g.params, tape, g.dy, g.dstate)[0]
    for name, value in kept.items():
        assert np.array_equal((first | last)[name], value)
        assert name in last or np.array_equal(second[name], value)
    assert all(np.array_equal(arrays[n], v) for n, v in before.items())


def test_what_does_not_fit_is_refused() -> None:
    g = given(CELLS[0])
    for wrong in (0, -1, 1.5):
        with pytest.raises(ValueError, match="checkpoint must be a whole number, 1 or more"):
            g.kernel.forward(g.params, g.x, checkpoint=wrong)
    work = g.kernel.workspace(g.params, T, g.x.shape[1])
    with pytest.raises(ValueError, match="leave work= out"):
        g.kernel.forward(g.params, g.x, checkpoint=2, work=work)
    tape = g.kernel.forward(g.params, g.x, checkpoint=2)[2]
    with pytest.raises(ValueError, match="leave work= out"):
        g.kernel.backward(g.params, tape, g.dy, work=work)
    with pytest.raises(ValueError, match=r"dy has shape \(6, .*its first axis must be T = 7"):
        g.kernel.backward(g.params, tape, g.dy[:-1])
    with pytest.raises(ValueError, match="x has shape"):
        g.kernel.forward(g.params, g.x[..., 0], checkpoint=2)
    with pytest.raises(ValueError, match="state must be a mapping"):
        g.kernel.forward(g.params, g.x, {"h": g.state["h"]}, checkpoint=2)


def test_memory_grows_with_the_root_of_the_length() -> None:
    """Four times the steps with twice the distance take twice the memory, outputs and gradients of inputs aside."""
    kernel, rng = built(CELLS[0], False), np.random.default_rng(0)
    B, n = 16, 16
    params = kernel.init(n, n, rng=rng)

    def held(steps: int, every: int | None) -> int:
        x, dy = rng.normal(size=(2, steps, B, n))

        def run() -> Any:
            y, _, tape = kernel.forward(params, x, checkpoint=every)
            return y, kernel.backward(params, tape, dy)

        run()
        return peak_bytes(run) - 2 * x.nbytes

    short, long = held(400, 20), held(1600, 40)
    assert 1.6 < long / short < 2.4
    assert long < held(1600, None) / 4
