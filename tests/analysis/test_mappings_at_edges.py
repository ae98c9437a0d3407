"""Mappings and twins at the edges: sizes that occur as numbers, outputs under other names, delays, undefined values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import symrnn
from symrnn.analysis import equivalent, of
from symrnn.analysis.mapping import Formula, Mapped
from symrnn.analysis.recognition import twin
from symrnn.analysis.splitting import split_stacks
from symrnn.cell import Bias, Cell, Input, Output, Size, State, Vector, Weight
from symrnn.ops import concat, sigmoid, softmax, tanh
from symrnn.zoo import zoo


class Mean(Cell):
    """A cell that divides by the length of its input."""

    n_h, n_x = Size(), Size()
    x, h = Input(n_x), State(n_h)
    W = Weight(x)
    h = tanh(W.h @ x / n_x)


def of_length(length: Callable[[Any], Any], divisor: Callable[[Any], Any]) -> type[Cell]:
    """The same with an input of a given length, divided by what is called that length."""

    class Given(Cell):
        n_h = Size()
        x, h = Input(length(n_h)), State(n_h)
        W = Weight(x)
        h = tanh(W.h @ x / divisor(n_h))

    return Given


LENGTHS: dict[str, Callable[[Any], Any]] = {
    "number": lambda n: 3,
    "multiple": lambda n: 2 * n,
    "sum": lambda n: n + 3,
    "power": lambda n: n**2,
    "polynomial": lambda n: n**2 + 3 * n + 1,
}


@pytest.mark.parametrize("name", LENGTHS)
def test_a_size_that_is_a_number_in_an_equation_is_replaced_there(name: str) -> None:
    length = LENGTHS[name]
    assert equivalent(of_length(length, length), Mean)
    assert equivalent(of_length(length, lambda n: length(n) + 1), Mean).verdict == "refuted"


def returning(factor: int) -> type[Cell]:
    """A cell whose only output is a multiple of its state."""

    class Scaled(Cell):
        x, h = Input(), State()
        z = Output()
        W = Weight(x)
        h = tanh(W.h @ x)
        z = factor * h

    return Scaled


class Alone(Cell):
    """One output, of another name."""

    x, h = Input(), State()
    out = Output()
    W = Weight(x)
    h = tanh(W.h @ x)
    out = 3 * h


class Hidden(Cell):
    """Two outputs and a state that is none."""

    x, h = Input(), State()
    y, w = Output(), Output()
    W = Weight(x)
    h = tanh(W.h @ x)
    y = 2 * h
    w = 3 * h


def shown(factor: int) -> type[Cell]:
    """A cell that returns under the name of that state, and the same sum."""

    class Shown(Cell):
        x, s = Input(), State()
        h, w = Output(), Output()
        W = Weight(x)
        s = tanh(W.s @ x)
        h = s
        w = factor * s

    return Shown


@pytest.mark.parametrize(("factor", "verdict"), [(3, "proved"), (4, "refuted")])
def test_an_output_is_found_under_another_name(factor: int, verdict: str) -> None:
    assert equivalent(returning(factor), Alone).verdict == verdict
    assert equivalent(Hidden, shown(factor), {"s": "h", "W_s": "W_h", "h": "h"}).verdict == verdict


class Late(Cell):
    """A cell that reads the input of the tick before."""

    x, h = Input(), State()
    W = Weight(x)
    h = tanh(W.h @ x.delay(1))


class Shifted(Cell):
    """The same, moved by a vector also before the first tick."""

    x, h = Input(), State()
    W, v = Weight(x), Vector(x)
    h = tanh(W.h @ (x.delay(1) + v))


@pytest.mark.parametrize(
    ("a", "mapping", "verdict"),
    [
        (Late, {"x": 2 * of("x"), "W_h": of("W_h") / 2}, "proved"),
        (Late, {"x": 2 * of("x")}, "refuted"),
        (Shifted, {"x": of("x") + of("v")}, "refuted"),  # nothing was read before the first tick, not v
    ],
)
def test_what_stands_for_a_delayed_input_starts_as_it_does(a: type[Cell], mapping: Mapped, verdict: str) -> None:
    assert equivalent(a, Late, mapping).verdict == verdict


def test_where_no_value_is_defined_nothing_is_refuted() -> None:
    class Divided(Cell):
        x = Input()
        h = State(x)
        h = 1 / (0 * x) + h

    class Other(Cell):
        x = Input()
        h = State(x)
        h = 1 / (0 * x) - h

    found = equivalent(Divided, Other, points=3)
    assert (found.verdict, found.points) == ("agrees at 0 points", 0)


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (of("a") - 1, "a - 1"),
        (1 - of("a"), "1 - a"),
        (0.25 * of("a"), "0.25 * a"),
        (softmax(of("a")), "softmax(a)"),
        (sigmoid(of("W") @ of("a")), "sigmoid(W @ a)"),
        (concat(of("a"), of("b").T), "concat(a, b.T)"),
    ],
)
def test_a_formula_prints_as_a_cell_writes_it(formula: Formula, text: str) -> None:
    assert str(formula) == repr(formula) == text


def test_functions_of_whole_values_in_a_mapping() -> None:
    class Mixed(Cell):
        x = Input()
        h, a = State(x), Vector(x)
        h = softmax(a) * h + x

    class Given(Cell):
        x = Input()
        h, p = State(x), Vector(x)
        h = p * h + x

    assert equivalent(Mixed, Given, {"p": softmax(of("a"))})
    assert equivalent(Mixed, Given, {"p": softmax(2 * of("a"))}).verdict == "refuted"


def test_a_cell_that_is_built_like_one_of_the_zoo_and_starts_elsewhere_has_no_twin() -> None:
    class Raised(Cell):
        x = Input()
        h = State(start=1.0)
        W, U, b = Weight(x), Weight(h), Bias()
        h = tanh(W.h @ x + U.h @ h + b.h)

    assert twin(zoo["elman"]) is not None and twin(Raised) is None


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        (r"h_t = \tanh(W [h_{t-1}, x_t])", {"W_h": "W[:, 0:n_h]", "W_x": "W[:, n_h:n_h + n_x]"}),
        (r"h_t = \tanh(W [h_{t-1}, x_t] + W_h x_t)", {"W_h_": "W[:, 0:n_h]", "W_x": "W[:, n_h:n_h + n_x]"}),
        (r"h_t = \tanh(W [U h_{t-1}, x_t])", {}),
    ],
)
def test_the_parts_of_a_stack_get_names_that_are_free(text: str, columns: dict[str, str]) -> None:
    cell = symrnn.read(text).cells[0]
    split = split_stacks(cell)
    assert dict(split.columns) == columns
    assert equivalent(split.cell, split.cell, points=1)
