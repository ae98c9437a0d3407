"""Whatever an author calls a value, an input, a state or a parameter is read back under that name."""

from __future__ import annotations

from typing import Any

import pytest

import symrnn
from symrnn.cell import Cell, CellType, Input, State, Vector, Weight
from symrnn.ops import sigmoid, tanh

SHORT = ("x", "q", "W", "alpha", "gate", "d", "xy", "x1")
LABELS = ("prev", "next", "old", "last", "t", "T", "top", "prime", "tilde", "k", "1", "12", "ab", "odot", "in", "")
NAMES = [f"{name}_{label}" for name in SHORT for label in LABELS]
NAMES += ["q_prev_1", "q_tilde_prev", "q_1_t", "q_prime_tilde", "x__y", "_x", "lambda_", "h_0", "Wx", "state", "norm"]


def named(kind: str, name: str) -> type[Cell]:
    """A cell in which a value of some kind has a name."""
    body: Any = CellType.__prepare__("Named", (Cell,))
    body["__module__"] = body["__qualname__"] = "Named"
    x, h = (name if kind == role else f"own_{role}" for role in ("input", "state"))
    body[x], body[h] = Input(), State()
    body["V"] = Weight(body[x])
    value = tanh(body["V"].a @ body[x])
    if kind == "parameter":
        body[name] = Vector(body[h])
        value = body[name] * value
    if kind == "value":
        body[name] = value
        value = body[name] * sigmoid(body[name])
    body[h] = body[h] * value + value
    return CellType("Named", (Cell,), body)


@pytest.mark.parametrize("kind", ["value", "input", "state", "parameter"])
def test_a_name_is_read_back(kind: str) -> None:
    lost = []
    for name in NAMES:
        cell = named(kind, name)
        if symrnn.read(cell.latex()).cells != [cell]:
            lost.append(name)
    assert not lost


@pytest.mark.parametrize("name", ["f", "g", "i", "o", "r", "z"])
def test_a_parameter_with_the_letter_of_a_gate_is_declared(name: str) -> None:
    cell = named("parameter", name)
    assert rf"\text{{vector}}\quad {name} &\in \mathbb{{R}}^{{n_{{h}}}}" in cell.latex()
    assert symrnn.read(cell.latex()).cells == [cell]


def test_a_name_that_means_a_time_is_set_as_it_is() -> None:
    assert symrnn.cell_latex.name_latex("x_prev", "t") == r"\mathrm{x\_prev}_{t}"
    assert symrnn.cell_latex.name_latex("W_t", None) == "W_{t}"
    (equation,) = symrnn.read(r"$$ h_t = \tanh(W \mathrm{x\_prev}_t) \odot h_{t-1} $$").equations
    assert equation.text == "h[t] = tanh(W @ x_prev[t]) * h[t-1]"
