"""Numbers that belong to a function: below its name, in a bracket, or behind its value."""

from __future__ import annotations

import pytest

import symrnn


class Clipped(symrnn.Cell):
    x = symrnn.Input()
    h = symrnn.State()
    W = symrnn.Weight(x)
    h = symrnn.clip(W.a @ x, -2, 0.5) + h


@pytest.mark.parametrize(
    "written",
    [
        r"\operatorname{clip}_{-2, 0.5}(W_a x_t)",
        r"\operatorname{clip}_{-2, \frac{1}{2}}\left(W_a x_t\right)",
        r"\operatorname{clip}_{[-2, 0.5]}(W_a x_t)",
        r"\mathrm{clip}(W_a x_t, -2, 0.5)",
    ],
)
def test_bounds_below_zero(written: str) -> None:
    """They were once read without their signs, and nothing was said."""
    reading = symrnn.read(f"$$ h_t = {written} + h_{{t-1}} $$")
    assert reading.cells == [Clipped]
    (equation,) = reading.equations
    assert equation.text in (
        "h[t] = clip(W_a @ x[t], -2, 0.5) + h[t-1]",
        "h[t] = clip(W_a @ x[t], -2, 1/2) + h[t-1]",
    )


def test_a_printed_cell_keeps_its_bounds() -> None:
    assert symrnn.read(Clipped.latex()).cells == [Clipped]


def test_too_many_values_are_an_error() -> None:
    (said,) = symrnn.read(r"$$ h_t = \mathrm{clip}(W_a x_t, -2, 1, 3) + h_{t-1} $$").diagnostics
    assert said.message == "clip takes 1 values, not 4"


@pytest.mark.parametrize("power", ["0.5", "1.5", r"\frac{1}{2}"])
def test_a_fraction_above_a_signal_is_a_power(power: str) -> None:
    reading = symrnn.read(rf"$$ h_t = h_{{t-1}} + (W x_t)^2, \quad y_t = h_t^{{{power}}} $$")
    assert reading.equations[-1].text.startswith("y[t] = h[t] ** ")
    assert {d.severity for d in reading.diagnostics} <= {"info"}
