"""What kind of recurrence a cell is: against the catalogue, and against numbers that no rule of the engine makes."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawn import point

import symrnn
from symrnn.analysis.dependence import Dependence
from symrnn.analysis.structure import DIAGONAL, FULL, ZERO, Structure, structure
from symrnn.interpret import interpret
from symrnn.lower import lower
from symrnn.zoo import zoo

CATALOGUE = json.loads((Path(__file__).parents[1] / "catalogue_structure.json").read_text(encoding="utf-8"))
SURROGATES = {"lif", "skip_rnn"}
# Where the catalogue says otherwise: the fact, and who is right.
EXCEPTIONS = {
    ("nested_lstm", "classes"): "no value is computed again and again: two different cells, one inside the other",
    ("mlstm", "m", "m"): "m = max(logσ(…) + m, …) depends on m; the catalogue prints the state under another name",
    ("lif", "s", "s"): "the spike has a declared derivative, 1; the catalogue differentiated the step function",
    ("lif", "s", "v"): "the spike has a declared derivative, 1; the catalogue differentiated the step function",
    ("skip_rnn", "h", "v"): "rounding has a declared derivative, 1; the catalogue differentiated the rounding",
}
DELAYED = {"taugru"}  # the catalogue takes the delayed state for an input


@cache
def of(id: str) -> Structure:
    return structure(zoo[id])


def test_the_catalogue_is_all_here() -> None:
    assert set(CATALOGUE) <= set(zoo)


@pytest.mark.parametrize("id", CATALOGUE)
def test_classes_are_those_of_the_catalogue(id: str) -> None:
    said, found = CATALOGUE[id], of(id)
    if (id, "classes") not in EXCEPTIONS:
        assert set(found.classes) == set(said["classes"])
    assert found.linear == said["affine"]
    assert found.elementwise == said["elementwise"]
    if found.linear:
        assert set(found.given) == set(said["given"])
        assert found.affine == (not said["given"])


@pytest.mark.parametrize("id", [id for id in CATALOGUE if id not in DELAYED])
def test_jacobian_blocks_are_those_of_the_catalogue(id: str) -> None:
    said = CATALOGUE[id]["blocks"]
    found = {(a, b): kind for a, b, kind in of(id).blocks}
    assert found.keys() == {(a, b) for a in said for b in said[a]}
    assert {(id, *pair) for pair, kind in found.items() if kind != said[pair[0]][pair[1]]} <= EXCEPTIONS.keys()


def test_every_exception_is_one() -> None:
    """An exception that no longer differs would hide the next mistake."""
    assert set(of("nested_lstm").classes) != set(CATALOGUE["nested_lstm"]["classes"])
    for id, *pair in (key for key in EXCEPTIONS if len(key) == 3):
        assert of(id).sparsity(*pair) != CATALOGUE[id]["blocks"][pair[0]][pair[1]]


def test_a_delayed_state_is_a_chain_of_states() -> None:
    found = of("taugru")
    assert found.sparsity("h", "h") == CATALOGUE["taugru"]["blocks"]["h"]["h"] == FULL
    assert found.states == ("h", "h_past[0]", "h_past[1]")
    assert found.sparsity("h", "h_past[1]") == FULL and found.sparsity("h_past[1]", "h_past[0]") == DIAGONAL


# Against numbers: differences of the reference interpreter.


def moved(id: str, seed: int) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """A step as a function of its states alone, at a random point, and the states there."""
    step, values, numbers = point(zoo[id], seed)
    states = {c.name: values[step.names[c.read]] for c in step.carries}

    def run(at: dict[str, Any]) -> dict[str, Any]:
        given = values | {step.names[c.read]: at[c.name] for c in step.carries}
        with np.errstate(all="ignore"):
            result = interpret(step, given, numbers)
        return {c.name: np.asarray(result[f"{c.name}[t]"]) for c in step.carries}

    return run, states, values


def block(run: Any, states: dict[str, Any], of: str, wrt: str) -> Any:
    """∂of/∂wrt by central differences, flattened by rows."""
    size = states[wrt].size
    columns = []
    for k in range(size):
        step = np.zeros(size)
        step[k] = 1e-6
        up, down = (run(states | {wrt: states[wrt] + sign * step.reshape(states[wrt].shape)})[of] for sign in (1, -1))
        columns.append((up - down).reshape(-1) / 2e-6)
    return np.stack(columns, axis=1)


@pytest.mark.parametrize("id", [id for id in zoo if id not in SURROGATES])
def test_sparsity_is_that_of_the_numbers(id: str) -> None:
    """Zero blocks are zero, diagonal ones are zero beside the diagonal and not on it, full ones are full."""
    found = of(id)
    seen = dict.fromkeys(((a, b) for a, b, _ in found.blocks), ZERO)
    for seed in range(6):
        run, states, _ = moved(id, seed)
        for a in states:
            for b in states:
                values = np.nan_to_num(block(run, states, a, b))
                square = values.shape[0] == values.shape[1]
                beside = values - np.diag(np.diag(values)) if square else values
                kind = FULL if np.abs(beside).max() > 1e-7 else DIAGONAL if np.abs(values).max() > 1e-7 else ZERO
                pair = a.partition(".")[0], b.partition(".")[0]
                seen[pair] = max(seen[pair], kind, key=(ZERO, DIAGONAL, FULL).index)
    assert seen == {(a, b): kind for a, b, kind in found.blocks}


@pytest.mark.parametrize("id", list(zoo))
def test_affine_is_what_the_numbers_say(id: str) -> None:
    """f((s + s')/2) = (f(s) + f(s'))/2, with the states that have to be known first the same in s and s'."""
    dependence = Dependence(lower(zoo[id].record))
    worst = 0.0
    for seed in range(4):
        run, first, _ = moved(id, seed)
        rng = np.random.default_rng(seed)
        known = dependence.given if dependence.linear else ()
        second = {n: v if n in known else rng.standard_normal(v.shape) for n, v in first.items()}
        middle = {n: (first[n] + second[n]) / 2 for n in first}
        left, right, between = run(first), run(second), run(middle)
        for name in set(first) - set(known):
            gap = np.abs(between[name] - (left[name] + right[name]) / 2).max()
            worst = max(worst, gap / max(np.abs(left[name]).max(), np.abs(right[name]).max(), 1e-3))
    assert (worst < 1e-12) == dependence.linear, worst


@pytest.mark.parametrize("id", list(zoo))
def test_the_derivatives_say_the_same(id: str) -> None:
    """Read off the equations and read off the Jacobian, which blocks depend on a state: two routes."""
    assert symrnn.derive(zoo[id]).jacobian().affine == Dependence(lower(zoo[id].record)).affine
