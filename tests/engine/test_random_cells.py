"""Random cells: kernel, interpreter and Jacobian against the author's equations, and the kernel against itself.

The examples are the same every time. ``pytest -m long`` tries several hundred others.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import plain
import pytest
from hypothesis import HealthCheck, given, settings
from plain import Arrays, Problem, distance
from random_cells import cells, random_cell
from runs import EXACT, agree, built, kernel_results, meant, named, one, posed

from symrnn.adjoint import Program, differentiate
from symrnn.backends.three_address import NATIVE
from symrnn.cell import Cell
from symrnn.emission import compile_record
from symrnn.errors import EmitError
from symrnn.interpret import unroll
from symrnn.ir import Contract, Leaf, pointwise, slot, times
from symrnn.lower import lower
from symrnn.rules import VJP
from symrnn.simplify import simplify
from symrnn.step import Step

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
SEVERAL = settings(max_examples=12, derandomize=True, database=None, suppress_health_check=SLOW)
MANY = settings(max_examples=300, suppress_health_check=SLOW)
EACH = pytest.mark.parametrize("accurate", [False, True], ids=["fast", "accurate"])


def check_kernel(cell: type[Cell], accurate: bool) -> None:
    p = posed(cell)
    agree(kernel_results(built(cell, accurate), p), meant(p), EXACT, saturated=not accurate)


def ticks_of(step: Step, p: Problem) -> tuple[list[Arrays], Arrays]:
    """A forward step, interpreted over the sequence."""
    return unroll(step, p.x, p.state, flat(p.params), p.numbers)


def flat(params: Arrays) -> Arrays:
    """Scalar parameters as vectors of length 1."""
    return {n: np.reshape(v, (1,)) if np.ndim(v) == 0 else v for n, v in params.items()}


def whole(values: list[Any], like: Any) -> Any:
    """Values of all ticks as one array, those without a batch repeated."""
    return np.stack([np.broadcast_to(v, like.shape[1:]) for v in values])


def interpreted(step: Step, backward: Step, p: Problem) -> list[Arrays]:
    """Outputs, last state and gradients by the interpreter alone; the tape is read off the forward ticks."""
    ticks, last = ticks_of(step, p)
    sequences: Arrays = {f"dy_{n}": v for n, v in p.dy.items()}
    for node in backward.inputs:
        assert isinstance(node.op, Leaf)
        if node.op.role in ("tape", "static"):
            sequences[node.op.name] = [t[node.op.name] for t in ticks]  # with a batch or without, tick by tick
    back, first = unroll(backward, sequences, p.dstate, flat(p.params), p.numbers)
    y = {n: whole([t[n] for t in ticks], p.dy[n]) for n in p.record.outputs}
    dx = {n: whole([t[f"d{n}"] for t in back], p.x[n]) for n in p.x}
    dparams = {n: added([t[f"d{n}"] for t in back], v, p) for n, v in p.params.items()}
    spread = [{n: np.broadcast_to(v, p.state[n].shape) for n, v in group.items()} for group in (last, first)]
    return [y, spread[0], dparams, dx, spread[1]]


def added(values: list[Any], like: Any, p: Problem) -> Any:
    """The sum over all ticks and sequences; a value without a batch counts for each sequence."""
    batch = len(next(iter(p.state.values())))
    rank = max(np.ndim(like), 1)
    return np.reshape(sum(v * batch if v.ndim == rank else v.sum(0) for v in values), np.shape(like))


def check_interpreter(cell: type[Cell], accurate: bool) -> None:
    p = posed(cell)
    step = lower(cell.record)
    program = differentiate(step, accurate=accurate)
    expected = meant(p)
    agree(interpreted(step, program.backward, p), expected, EXACT, saturated=not accurate)
    # The rewritten steps mean the same, each on its own.
    agree(interpreted(kept(step), simplify(program.backward), p), expected, EXACT, saturated=not accurate)


def kept(step: Step) -> Step:
    """The simplified step, asked for every value that the backward step may read."""
    outputs = dict(step.outputs) | dict(step.equations)
    return simplify(replace(step, outputs=tuple(outputs.items())))


def check_step(cell: type[Cell], accurate: bool) -> None:
    """One tick after the other is the sequence."""
    kernel, p = built(cell, accurate), posed(cell)
    params, state = kernel.pack(p.params), dict(p.state)
    y, last, _ = kernel.forward(params, one(p.x), p.state)
    for t in range(3):
        now, state = kernel.step(params, one({n: v[t] for n, v in p.x.items()}), state)
        for name, value in named(now, cell.outputs).items():
            assert distance(value, named(y, cell.outputs)[name][t]) <= EXACT, name
    for name, value in last.items():
        assert distance(state[name], value) <= EXACT, name


def check_buffers(cell: type[Cell], accurate: bool) -> None:
    """Kept buffers change nothing, whatever they were used for before."""
    kernel, p = built(cell, accurate), posed(cell)
    work = kernel.workspace(kernel.pack(p.params), 3, 2)
    kernel_results(kernel, posed(cell, seed=1), work=work)
    for found, expected in zip(kernel_results(kernel, p, work=work), kernel_results(kernel, p), strict=True):
        for name, value in expected.items():
            np.testing.assert_array_equal(found[name], value, err_msg=name)


def check_edges(cell: type[Cell], accurate: bool) -> None:
    """No ticks, no sequences, a single tick."""
    kernel = built(cell, accurate)
    for T, B in ((0, 2), (3, 0), (0, 0)):
        p = posed(cell, T=T, B=B)
        y, last, dparams, dx, dstate = kernel_results(kernel, p)
        assert {n: v.shape for n, v in y.items()} == {n: v.shape for n, v in p.dy.items()}
        assert {n: v.shape for n, v in dx.items()} == {n: v.shape for n, v in p.x.items()}
        assert not any(np.any(v) for v in dparams.values())
        for name in p.state:
            assert last[name].shape == dstate[name].shape == p.state[name].shape
            if T == 0:
                np.testing.assert_array_equal(last[name], p.state[name])
                np.testing.assert_array_equal(dstate[name], p.dstate[name])
    p = posed(cell, T=1, B=1)
    agree(kernel_results(kernel, p), meant(p), EXACT, saturated=not accurate)


def check_jacobian(cell: type[Cell], accurate: bool) -> None:
    """Every block of the kernel's Jacobian against complex steps through the author's equations."""
    kernel, p = built(cell, accurate), posed(cell, T=1)
    found = kernel.jacobian(kernel.pack(p.params), one({n: v[0] for n, v in p.x.items()}), p.state)
    assert found.keys() == {(of, wrt) for of in p.state for wrt in p.state}
    expected = {}
    for wrt, start in p.state.items():
        count = start[0].size
        steps = 1j * plain.TINY * np.eye(count).reshape(count, 1, *start.shape[1:])
        params = {n: v[None, None] for n, v in p.params.items()}
        _, last = plain.run(p, plain.lifted(p.x, 1), params, {**plain.lifted(p.state, 0), wrt: start + steps})
        for of, like in p.state.items():
            slopes = plain.plain_shape(last[of] + 0j, like, of, p.record).imag / plain.TINY
            slopes = np.broadcast_to(slopes, (count, *like.shape)).reshape(count, len(like), -1)
            expected[of, wrt] = np.moveaxis(slopes, 0, -1)
    largest = max(np.abs(v).max() for v in expected.values())
    for pair, value in expected.items():
        assert found[pair].shape == value.shape
        np.testing.assert_allclose(found[pair], value, rtol=0, atol=EXACT * largest, err_msg=str(pair))


def check_single_precision(cell: type[Cell], accurate: bool) -> None:
    """Half the digits give half the digits, and nothing turns into float64 on the way.

    Where a cell is at the mercy of its numbers (cos of a large one), so are the digits: what a change of 1e-6 does to
    the result is allowed ten times over.
    """
    kernel, p = built(cell, accurate), posed(cell)
    found, expected, moved = (kernel_results(kernel, *way) for way in ((p, np.float32), (p,), (shaken(p),)))
    for group, reference, others in zip(found, expected, moved, strict=True):
        scale = max(1.0, *(float(np.abs(v).max()) for v in reference.values()))
        for name, value in reference.items():
            assert group[name].dtype == np.float32
            allowed = 1e-4 * scale + 10 * np.abs(others[name] - value).max()
            np.testing.assert_allclose(group[name], value, rtol=0, atol=allowed, err_msg=name)


def shaken(p: Problem) -> Problem:
    """The same numbers, a millionth larger or smaller."""
    rng = np.random.default_rng(1)

    def near(arrays: Arrays) -> Arrays:
        return {n: v * (1 + 1e-6 * rng.choice([-1.0, 1.0], np.shape(v))) for n, v in arrays.items()}

    return replace(p, x=near(p.x), params=near(p.params), state=near(p.state), dy=near(p.dy), dstate=near(p.dstate))


def check_text(cell: type[Cell], accurate: bool) -> None:
    """A step and a schedule print, with a name for everything that they read."""
    plan = compile_record(cell.record, accurate=accurate)
    program: Program = plan.program
    for step in (program.forward, program.backward, plan.forward.step, plan.backward.step):
        text = str(step)
        assert "?" not in text and "Node(" not in text
        assert all(f"  {name} " in text for name, _ in step.equations)
    assert "?" not in str(plan) and str(plan) == str(compile_record(cell.record, accurate=accurate))


@EACH
@given(cells())
@SEVERAL
def test_a_kernel_computes_what_the_author_wrote(accurate: bool, cell: type[Cell]) -> None:
    check_kernel(cell, accurate)


@given(cells())
@SEVERAL
def test_the_steps_interpreted_mean_what_the_author_wrote(cell: type[Cell]) -> None:
    for accurate in (False, True):
        check_interpreter(cell, accurate)


CHECKS: dict[str, Callable[[type[Cell], bool], None]] = {
    "step": check_step, "buffers": check_buffers, "edges": check_edges, "jacobian": check_jacobian,
    "float32": check_single_precision, "text": check_text,
}  # fmt: skip

@pytest.mark.parametrize("name", CHECKS)
@given(cells())
@settings(SEVERAL, max_examples=6)
def test_a_kernel_keeps_its_promises(name: str, cell: type[Cell]) -> None:
    CHECKS[name](cell, False)


@pytest.mark.long
@given(cells())
@MANY
def test_hundreds_of_other_cells_too(cell: type[Cell]) -> None:
    for accurate in (False, True):
        for check in (check_kernel, check_interpreter, *CHECKS.values()):
            check(cell, accurate)


def planted(plant: str, patch: pytest.MonkeyPatch) -> None:
    """Break one part of the engine; kernels made before do not count."""
    built.cache_clear()
    if plant == "a rule":
        row = VJP[Contract]
        patch.setitem(VJP, Contract, lambda node, *rest: [t for t in row(node, *rest) if node.op != Contract("i,i->")])
    elif plant == "a rewrite":
        patch.setattr("symrnn.simplify.times", lambda one, other: times(one, pointwise(-slot(0), (other,))))
    elif plant == "a place":
        patch.setattr("symrnn.layout.Layout._is_kept", lambda self, node: False)
    elif plant == "a state":
        patch.setattr("symrnn.backends.numpy_direction.carry_copies", lambda body: None)
    else:
        patch.setitem(NATIVE, "cos", "np.sin")


@pytest.mark.parametrize("plant", ["a rule", "a rewrite", "a place", "a state", "a call"])
def test_a_planted_bug_is_found(plant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    planted(plant, monkeypatch)
    found = 0
    for seed in range(12):
        cell = random_cell(random.Random(seed).randrange)
        try:
            check_kernel(cell, False)
        except (AssertionError, ValueError, KeyError, EmitError):
            found += 1
        if found:
            break
    built.cache_clear()
    assert found
