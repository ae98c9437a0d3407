"""What is printed is right: the pages of a derivation are read back and run as a program.

The canonical equations run forwards over three steps, the adjoint lines backwards, the gradient lines sum up; the
result is compared with differences of the loss that the author's own equations give, as printed too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from page_cells import CELLS, FEW, document
from printed import Page
from sequences import Sequence, right, run

import symrnn
from symrnn.document.formula import Adjoint, Norm, Partial, Related, Symbol
from symrnn.document.model import Row
from symrnn.document.text_math import plain

Array = Any


def slopes(sequence: Sequence, step: float = 1e-6) -> dict[str, tuple[Array, float]]:
    """For every given array a random direction, and the slope of the loss along it by differences."""
    rng, found = np.random.default_rng(1), {}
    for name, array in sequence.given.items():
        direction = rng.normal(size=array.shape)
        ends = [sequence.loss({**sequence.given, name: array + sign * step * direction}) for sign in (1, -1)]
        found[name] = (direction, (ends[0] - ends[1]) / (2 * step))
    return found


@pytest.mark.parametrize(
    ("id", "accurate"), [(id, False) for id in CELLS] + [(id, True) for id in FEW], ids=lambda v: str(v)
)
def test_the_printed_recursion_is_the_gradient(id: str, accurate: bool) -> None:
    sequence = Sequence(CELLS[id], document(id, accurate), seed=7)
    found, expected = sequence.backwards(), slopes(sequence)
    assert found.keys() == expected.keys()
    for name, (direction, slope) in expected.items():
        ours = float(np.sum(found[name] * direction * np.ones_like(direction)))
        np.testing.assert_allclose(ours, slope, atol=1e-7, rtol=1e-6, err_msg=name)


@pytest.mark.parametrize("id", CELLS)
def test_both_forms_of_the_step_are_one(id: str) -> None:
    sequence = Sequence(CELLS[id], document(id), seed=3)
    authored, canonical = (sequence.forwards(section, sequence.given) for section in ("2.1", "2.2"))
    for one, other in zip(authored, canonical, strict=True):
        shared = [name for name in one if name.endswith("[t]") and name in other]
        assert shared
        for name in shared:
            np.testing.assert_allclose(one[name], other[name], rtol=1e-9, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("id", CELLS)
def test_the_printed_jacobian_is_the_jacobian_and_its_bounds_hold(id: str) -> None:
    for seed in range(2):
        sequence = Sequence(CELLS[id], document(id), seed)
        values, states = sequence.forwards("2.2", sequence.given)[1], sequence.states
        printed: dict[tuple[str, str], Row] = {}
        for row in sequence.rows["6.1"]:
            assert (
                isinstance(row.left, Partial) and isinstance(row.left.of, Symbol) and isinstance(row.left.wrt, Symbol)
            )
            if row.left.kind == "" and row.left.of.time == "t":
                values[f"∂{plain(row.left.of)}/∂{plain(row.left.wrt)}"] = Page(values).evaluate(right(row))
                printed[row.left.of.name, row.left.wrt.name] = row
        for of in states:
            for wrt in states:
                exact, row = block(sequence, values, of, wrt), printed.get((of, wrt))
                written = values[plain(row.left)] if row else 0.0
                np.testing.assert_allclose(
                    written * np.ones(exact.shape), exact, atol=1e-7, rtol=1e-6, err_msg=f"{of} {wrt}"
                )
        check_bounds(sequence, values)


def check_bounds(sequence: Sequence, values: dict[str, Array]) -> None:
    """Every printed bound holds; those of inner Jacobians are put in."""
    for row in sequence.rows["6.2"]:
        if isinstance(row.left, Norm) and isinstance(row.left.arg, Partial) and plain(row.left.arg) in values:
            norm = np.linalg.norm(np.atleast_2d(values[plain(row.left.arg)] * np.ones((1, 1))), 2)
            assert norm <= float(np.squeeze(Page(values).evaluate(right(row)))) * (1 + 1e-9), plain(row.left)


def block(sequence: Sequence, values: dict[str, Array], of: str, wrt: str, step: float = 1e-6) -> Array:
    """∂of_t/∂wrt_{t-1} by central differences of the canonical equations, both flattened by rows."""
    before, after = (plain(Symbol(name, time)) for name, time in ((wrt, "t-1"), (of, "t")))
    columns = []
    for index in np.ndindex(values[before].shape):
        ends = []
        for sign in (1, -1):
            moved = values[before].copy()
            moved[index] += sign * step
            tick = {**values, before: moved}
            run(sequence.rows["2.2"], tick)
            ends.append(tick[after] * np.ones(sequence.shape(of)))
        columns.append((ends[0] - ends[1]).reshape(-1, 1) / (2 * step))
    return np.concatenate(columns, axis=1)


@pytest.mark.parametrize("id", CELLS)
def test_every_adjoint_is_printed_once(id: str) -> None:
    derivation = symrnn.derive(CELLS[id])
    printed = [plain(part) for row in document(id).rows for part in adjoints(row)]
    assert len(printed) == len(set(printed)), "an adjoint is defined twice"
    for line in derivation.trace:
        if line.kind == "parameter":
            assert any(shown[1:] == plain(Symbol(derivation.forward.names[line.of])) for shown in printed)


def adjoints(row: Row) -> list[Adjoint]:
    """The adjoints that an equation defines: its left side, and those between signs of equality."""
    found = [row.left] if isinstance(row.left, Adjoint) else []
    chain = row.terms[0].formula.args if isinstance(row.terms[0].formula, Related) else ()
    return [*found, *(part for part in chain[:-1] if isinstance(part, Adjoint))]
