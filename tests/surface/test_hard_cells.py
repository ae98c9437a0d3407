"""Cells with matrix states, scalar gates, several inputs, micro-steps and solves: shapes as published, and one step."""

from __future__ import annotations

import numpy as np
import pytest
from explicit_values import evaluated
from hard_cells import CELLS

from symrnn.record import Shape

SIZES = {"n_x": 2, "n_h": 3, "n_k": 2, "n_v": 3}


def letters(shape: Shape) -> str:
    """A shape as the table writes it: ``n_h**2`` is hh."""
    return ",".join("hh" if "**" in str(size) else str(size).removeprefix("n_") for size in shape)


@pytest.mark.parametrize("name", list(CELLS))
def test_shapes(name: str) -> None:
    cell, _, table = CELLS[name]
    words = table.split(" ")
    assert {item.name: letters(item.shape) for item in cell.params} == dict(zip(words[::2], words[1::2], strict=True))


@pytest.mark.parametrize("name", list(CELLS))
@pytest.mark.parametrize("seed", [1, 2])
def test_one_step_is_that_written_by_hand(name: str, seed: int) -> None:
    cell, step, _ = CELLS[name]
    rng = np.random.default_rng(seed)
    sizes = {str(size): SIZES[str(size)] for size in cell.sizes}

    def draw(shape: Shape, domain: str) -> np.ndarray:
        extents = [int(size.xreplace({s: sizes[s.name] for s in size.free_symbols})) for size in shape]
        value = rng.normal(size=extents)
        return value if domain == "real" else 0.3 + abs(value)

    params = {item.name: draw(item.shape, item.domain) for item in cell.params}
    signals = {item.name: draw(item.shape, item.domain) for item in (*cell.inputs, *cell.states)}
    given = {(item.name, 0): signals[item.name] for item in cell.inputs}
    given |= {(item.name, 1): signals[item.name] for item in cell.states}
    found = evaluated(cell, sizes, {**params, **given})
    for key, value in step(params, signals).items():
        np.testing.assert_allclose(found[key], value, rtol=1e-12, err_msg=key)
