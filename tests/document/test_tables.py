"""The tables of local derivatives: every printed derivative and differential against differences of the function."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from page_cells import CELLS, document
from printed import Page

from symrnn.document.formula import Related
from symrnn.document.model import Table
from symrnn.document.text_math import plain

STEP = 1e-6
Array = Any


def tables() -> dict[str, dict[str, list[str]]]:
    """The lines of both tables over all cells: a function, and what the page says about it."""
    found: dict[str, dict[str, list[str]]] = {"scalar": {}, "whole": {}}
    for id in CELLS:
        (section,) = (s for s in document(id).sections if s.number == "3")
        for block in (b for b in section.blocks if isinstance(b, Table)):
            kind, function = ("whole" if len(block.head) == 2 else "scalar"), ""
            for first, *others in block.body:
                function = plain(first[0].args[1]) if first else function  # type: ignore[union-attr]
                lines = found[kind].setdefault(function, [])
                shown = [cell[0] for cell in others if isinstance(cell[0], Related)]
                lines += [plain(formula) for formula in shown if "≔" not in formula.signs]
    return found


TABLES = tables()


def columns(**shapes: tuple[int, ...]) -> dict[str, Array]:
    """Random arguments."""
    rng = np.random.default_rng(3)
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


@pytest.mark.parametrize("function", TABLES["scalar"])
def test_derivatives_of_scalar_functions(function: str) -> None:
    values = columns(z=(40, 1), z_2=(40, 1), z_3=(40, 1))
    if function.startswith(("log(", "sqrt(", "log1p(")):
        values["z"] = np.abs(values["z"]) + 0.1
    values["y"] = Page(values).evaluate(function)
    for line in TABLES["scalar"][function]:
        left, _, right = line.partition(" = ")
        wrt = left.partition("/∂")[2]
        ends = [Page({**values, wrt: values[wrt] + sign * STEP}).evaluate(function) for sign in (1, -1)]
        written = Page(values).evaluate(right) * np.ones((40, 1))
        np.testing.assert_allclose(written, (ends[0] - ends[1]) / (2 * STEP), atol=1e-7, rtol=1e-6, err_msg=line)


@pytest.mark.parametrize("function", TABLES["whole"])
def test_differentials_of_functions_of_whole_values(function: str) -> None:
    own = (4, 3) if "_" in function else (4, 1)  # an arrow below: of rows or columns
    values = columns(v=own, A=(4, 4), b=(4, 1), dv=own, dA=(4, 4), db=(4, 1))
    values["y"] = Page(values).evaluate(function)
    ends = [
        Page({**values, **{n: values[n] + sign * STEP * values[f"d{n}"] for n in "vAb"}}).evaluate(function)
        for sign in (1, -1)
    ]
    (line,) = set(TABLES["whole"][function])
    written = Page(values).evaluate(line.partition(" = ")[2])
    np.testing.assert_allclose(written, (ends[0] - ends[1]) / (2 * STEP), atol=1e-7, rtol=1e-6, err_msg=line)


def test_the_tables_hold_what_the_cells_use() -> None:
    assert {"σ(z)", "tanh(z)", "modReLU(z, z_2)", "max(z, z_2)", "(z mod z_2)", "exp(z)"} <= set(TABLES["scalar"])
    assert {"softmax(v)", "softmax_↓(v)", "softmax_→(v)", "logsumexp_→(v)", "cumsum(v)", "A⁻¹ b", "expm(A)"} <= set(
        TABLES["whole"]
    )
