"""Lengths in declarations: integers, sizes, sums, products and powers of these, and vectors that lend their own."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy

import symrnn
from symrnn.cell import Cell, Constant, Input, Size, State, Weight
from symrnn.errors import CellError
from symrnn.ops import tanh

Length = Callable[[Any], Any]
LENGTHS: dict[str, tuple[Length, int]] = {
    "n_k**2": (lambda body: body["n_k"] ** 2, 9),
    "2*n_k + 1": (lambda body: 2 * body["n_k"] + 1, 7),
    "2*n_k": (lambda body: 3 * body["n_k"] - body["n_k"], 6),
    "n_k*n_x": (lambda body: body["n_k"] * body["n_x"], 6),
    "n_x": (lambda body: body["x"], 2),
    "6*n_k": (lambda body: body["L"] * (body["n_k"] + body["n_k"]), 18),
    "5": (lambda body: 5, 5),
}


def cell_with(length: Length) -> type[Cell]:
    """A cell whose state ``m`` has the given length."""

    def write(body: Any) -> None:
        body["n_x"], body["n_k"], body["L"] = Size(), Size(), Constant(3)
        body["x"] = Input(body["n_x"])
        body["m"] = State(length(body))
        body["V"], body["W"] = Weight(body["m"], to=body["m"]), Weight(body["x"], to=body["n_k"])
        body["g"] = body["L"] * (body["W"]["g"] @ body["x"])
        body["m"] = tanh(body["V"]["m"] @ body["m"] + body["g"].T @ body["g"])

    return types.new_class("Sized", (Cell,), exec_body=write)


@pytest.mark.parametrize("text", LENGTHS)
def test_a_length_is_what_it_says_and_the_kernel_knows_it(text: str) -> None:
    length, number = LENGTHS[text]
    cell = cell_with(length)
    assert str(cell.states[0].shape[0]) == text
    kernel = symrnn.build(cell)
    params = kernel.init(2, 3, rng=np.random.default_rng(0))
    y, last, _ = kernel.forward(params, np.ones((4, 1, 2)))
    assert y.shape == (4, 1, number) and last["m"].shape == (1, number)


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (lambda body: body["n_k"] / 2, "n_k / 2"),
        (lambda body: body["n_k"] ** -1, r"n_k \*\* \(-1\)"),
        (lambda body: body["n_k"] ** 0.5, r"n_k \*\* 0.5"),
        (lambda body: body["n_k"] * 0.5, r"n_k \* 0.5"),
        (lambda body: 2 ** body["n_k"], r"2 \*\* n_k"),
        (lambda body: body["n_k"] + body["x"], r"n_k \+ x\[t\]"),
    ],
)
def test_what_is_no_length_is_refused(length: Length, text: str) -> None:
    with pytest.raises(CellError, match=rf"State\({text}\): a length is made of sizes and integers with \+ - \*"):
        cell_with(length)


def test_a_size_has_a_symbol_that_is_a_positive_integer() -> None:
    (n_k,) = (s for s in cell_with(lambda body: body["n_k"] ** 2).sizes if s.name == "n_k")
    assert n_k.is_integer and n_k.is_positive and isinstance(n_k, sympy.Symbol)
