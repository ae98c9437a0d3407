"""Cells that need something special of lowering or of the backend, against the author's equations.

Random cells meet most of this by chance; here each case is small, has a name, and stays.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import sympy
from runs import agree, kernel_results, meant, posed
from special_cells import SOUND, Bare, Forgotten, Growing, Lanes

import symrnn
from symrnn.adjoint import differentiate
from symrnn.cell import Cell, Input, State, Weight
from symrnn.derivation import derive
from symrnn.errors import EmitError
from symrnn.interpret import unroll
from symrnn.ir import leaf, pointwise, slot
from symrnn.lower import lower
from symrnn.ops import tanh
from symrnn.phases import BEFORE, LOOP, phases
from symrnn.step import Carry, Step
from symrnn.zoo import zoo

FORM = pytest.mark.parametrize("accurate", [False, True], ids=["fast", "accurate"])


@FORM
@pytest.mark.parametrize("T", [1, 4])
@pytest.mark.parametrize("cell", SOUND, ids=[cell.name for cell in SOUND])
def test_a_special_cell_means_what_the_author_wrote(cell: type[Cell], T: int, accurate: bool) -> None:
    p = posed(cell, T=T)
    agree(kernel_results(symrnn.build(cell, accurate=accurate), p), meant(p), 1e-13)


def test_a_cell_without_parameters_has_no_kernel() -> None:
    with pytest.raises(EmitError, match="Bare has no parameters"):
        symrnn.build(Bare)


def test_a_scalar_state_without_an_adjoint_can_be_interpreted() -> None:
    step = differentiate(lower(Forgotten.record)).backward
    ticks = np.ones((2, 3, 2))
    sequences = {"dy_h": ticks, "x": ticks, "h": ticks}
    _, first = unroll(step, sequences, {"h": ticks[0], "m": np.ones((3, 1))}, {"v": np.ones(2)}, {})
    np.testing.assert_array_equal(np.broadcast_to(first["m"], (3, 1)), np.zeros((3, 1)))


def test_a_jacobian_with_a_logarithm_is_evaluated_as_it_stands() -> None:
    values = {"x": np.ones(2), "h[t-1]": np.full(3, 0.5), "W_h": np.ones((3, 2))}
    found = derive(Growing).jacobian("h", "h").evaluate(values)
    np.testing.assert_allclose(found, np.eye(3) * np.tanh(2) * 1.5**0.5 * np.log(1.5))


@pytest.mark.parametrize(
    "depth", [1_200, pytest.param(3_000, marks=pytest.mark.long, id="3000, which takes ten seconds")]
)
def test_a_cell_of_thousands_of_equations_is_derived(depth: int) -> None:
    """Deeper than Python's stack; a name that is assigned again and again is a version each time."""

    class Deep(Cell):
        """A chain of gates."""

        x = Input()
        h = State()
        W = Weight(x)
        z = W.z @ x
        for _ in range(depth):
            z = z * h + 1
        h = tanh(z)

    step = lower(Deep.record)
    assert len(step.equations) == len(Deep.equations) == depth + 2
    program = differentiate(step)
    assert [line.kind for line in program.trace].count("adjoint") == depth + 2
    assert str(program.backward).count("\n") > 3 * depth


def test_a_step_of_ten_thousand_equations_is_differentiated() -> None:
    chain = [leaf("h[t-1]", "carry", (sympy.Symbol("n"),))]
    for _ in range(10_000):
        chain.append(pointwise(tanh.head(slot(0)), (chain[-1],)))
    equations = tuple((f"v_{k}", node) for k, node in enumerate(chain[1:]))
    backward = differentiate(Step("Chain", (), (), (Carry("h", chain[0], chain[-1]),), equations, ())).backward
    assert len(backward.equations) == 2 * 10_000
    assert set(phases(backward).values()) == {BEFORE, LOOP}


@pytest.mark.parametrize("cell", [zoo["lstm_peephole"], Lanes], ids=["peephole", "lanes"])
def test_the_emitted_text_does_not_depend_on_the_order_of_sets(cell: type[Cell], tmp_path: Path) -> None:
    """Python starts every process with another order of the strings in a set."""
    where = "from symrnn.zoo import zoo; cell = zoo['lstm_peephole']"
    if cell is Lanes:
        where = "from special_cells import Lanes as cell"
    program = f"import symrnn; {where}; print(symrnn.emit(cell)[0].text, symrnn.derive(cell).schedule, end='')"
    expected = f"{symrnn.emit(cell)[0].text} {derive(cell).schedule}"
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        where_to = {"cwd": tmp_path, "env": environment}
        command = [sys.executable, "-c", program]
        assert subprocess.run(command, **where_to, capture_output=True, text=True, check=True).stdout == expected
