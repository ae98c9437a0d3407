"""Every reference of the checks, on cells with complex values, copies, delays, functions of whole values, masks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import reference
from unusual_cells import CELLS, Clocked, Deep, Remembering, Turning, by_hand

from symrnn.adjoint import differentiate
from symrnn.cell import Cell
from symrnn.lower import lower
from symrnn.verification import derived, difference, explicit, oracle, protocol, verify
from symrnn.verification.cases import CASES, draw
from symrnn.verification.comparison import measure_exact
from symrnn.verification.kernel import Kernel
from symrnn.verification.samples import Sample, last

cells = pytest.mark.parametrize("cell", CELLS, ids=lambda c: c.name)


def sample(cell: type[Cell], k: int = 0) -> Sample:
    return draw(cell.record, lower(cell.record), CASES[k], (3, k))


def far(left: Any, right: Any) -> float:
    return float(np.max(np.abs(np.asarray(left, dtype=float) - right)) / np.max(np.abs(right)))


@cells
@pytest.mark.parametrize("k", [0, 1, 2])
def test_the_forward_oracle_is_what_is_written_by_hand(cell: type[Cell], k: int) -> None:
    point = sample(cell, k)
    found = oracle.forward(cell.record, point)
    for row in range(point.case.B):
        outputs, finals = by_hand(cell, point, row)
        for name, value in outputs.items():
            assert far(found[name][:, row], np.array(value)) < 1e-13, name
        for name, value in finals.items():
            assert far(found[last(name)][row], value) < 1e-13, name
        assert {last(n) for n in finals} | set(outputs) == set(found)


@cells
def test_scalar_differentiation_is_the_difference_of_what_is_written_by_hand(cell: type[Cell]) -> None:
    point = draw(cell.record, lower(cell.record), explicit.explicit_case(cell.record, lower(cell.record)), (5, 0))
    exact = explicit.total_derivatives(cell.record, point)

    def loss(moved: Sample) -> float:
        outputs, finals = by_hand(cell, moved, 0)
        total = sum(np.sum(np.array(v) * moved.outputs[n][:, 0]) for n, v in outputs.items())
        return float(total + sum(np.sum(v * (moved.finals or {})[n][0]) for n, v in finals.items()))

    step = 1e-6
    for name, value in point.variables.items():
        if name[1:] in point.whole:
            continue  # a jump: there is no difference to take
        for index in np.ndindex(value.shape):
            move = np.zeros(value.shape)
            move[index] = step
            slope = (loss(point.moved({name: value + move})) - loss(point.moved({name: value - move}))) / (2 * step)
            assert slope == pytest.approx(float(exact[name][index]), rel=1e-6, abs=1e-6), (name, index)


@cells
@pytest.mark.parametrize("accurate", [False, True], ids=["fast", "accurate"])
def test_the_derived_adjoint_is_exact(cell: type[Cell], accurate: bool) -> None:
    step = lower(cell.record)
    point = draw(cell.record, step, explicit.explicit_case(cell.record, step), (6, 0))
    values = derived.adjoints(differentiate(step, accurate=accurate), point)
    for name, expected in explicit.total_derivatives(cell.record, point).items():
        assert measure_exact(name, expected, values[name], 1e-44).outcome == "passed", name


@cells
def test_the_complex_step_agrees(cell: type[Cell]) -> None:
    step = lower(cell.record)
    point = draw(cell.record, step, explicit.explicit_case(cell.record, step), (7, 0))
    directions = difference.probes(point.variables, np.random.default_rng(0))
    slopes = difference.complex_step(step, point, directions)
    for name, expected in explicit.total_derivatives(cell.record, point).items():
        exact = expected.astype(float).reshape(-1)
        assert np.max(np.abs(slopes[name] - exact)) <= 1e-12 * np.max(np.abs(exact)), name


@cells
def test_the_emitted_kernel_is_verified(cell: type[Cell]) -> None:
    certificate = verify(cell)
    assert certificate.verdict == "VERIFIED", str(certificate)


@cells
def test_the_reference_kernel_is_verified(cell: type[Cell], monkeypatch: pytest.MonkeyPatch) -> None:
    """A second kernel that shares nothing with the emitted one, in the small cases: it is slow."""
    monkeypatch.setattr(protocol, "build", reference.build)
    monkeypatch.setattr(protocol, "CASES", CASES[1:3])
    certificate = verify(cell)
    assert certificate.verdict == "VERIFIED", str(certificate)


def test_the_sizes_of_the_explicit_case_leave_something_to_sum() -> None:
    """Over one entry a softmax is 1 and a norm a sign; a matrix of one entry cannot be transposed wrongly."""
    record = Deep.record
    assert explicit.explicit_case(record, lower(record)).sizes[:2] == (1, 2)


@cells
def test_arrays_go_together_and_apart(cell: type[Cell]) -> None:
    point = sample(cell)
    kernel = Kernel(reference.build(cell), cell.record, "given")
    params, _, state = kernel.arguments(point)
    parts = kernel.arrays.split(params, point.numbers) | kernel.arrays.held_apart(state)
    for name, value in (point.parameters | point.states).items():
        assert np.array_equal(parts[name], value), name


def test_arrays_are_as_users_hold_them() -> None:
    kernel = Kernel(reference.build(Turning), Turning.record, "given")
    params, _, state = kernel.arguments(sample(Turning), np.float32)
    assert params["B"].dtype == state["h"].dtype == np.complex64 and params["nu"].dtype == np.float32
    kernel = Kernel(reference.build(Deep), Deep.record, "given")
    point = sample(Deep)
    stack = kernel.arguments(point)[0]["R"]
    n = int(point.numbers["n_h"])
    assert stack.shape == (2, 2 * n, n)
    assert np.array_equal(stack[1, n:], point.parameters["R_h[1]"])
    kernel = Kernel(reference.build(Remembering), Remembering.record, "given")
    point = sample(Remembering)
    assert np.array_equal(kernel.arguments(point)[2]["x_past"][:, 1], point.states["x_past[1]"])


def test_a_point_may_lie_on_a_jump_that_is_exact() -> None:
    """Some tick divides its time, some mask is 0, and all the same the point is far from every kink."""
    point = sample(Clocked)
    assert np.any(point.inputs["t"] % point.parameters["T_h"] == 0) and np.any(point.inputs["m"] == 0)
    assert point.kink_distance >= 1e-3
