"""Names, lengths and scalar expressions as C writes them."""

from __future__ import annotations

from typing import Any

import pytest
import sympy

from symrnn.backends.c_text import NATIVE, Formula, Names, folded, size
from symrnn.errors import EmitError
from symrnn.ir import slot
from symrnn.ops import clip, floor, heaviside, relu, sqrt, tanh

a, b = slot(0), slot(1)
k, m = (sympy.Symbol(name, integer=True, positive=True) for name in "km")
c = sympy.Symbol("c")


def written(expr: Any) -> str:
    """An expression over two vectors x and y, beside a size."""
    names = Names()
    names("width", "size")
    return Formula(names, accurate=False).vector(sympy.sympify(expr, strict=True), ("x1", "y1"))


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (a + 2 * b, "x1 + R(2.0) * y1"),
        (a - b, "x1 - y1"),
        (a * (1 - b), "x1 * (R(1.0) - y1)"),
        (a / b, "x1 / y1"),
        (2 * a / (a + b), "R(2.0) * x1 / (x1 + y1)"),
        (-a * b, "-(x1 * y1)"),
        (a**2, "x1 * x1"),
        (a**3, "v_powi(x1, 3)"),
        (1 / a**3, "R(1.0) / v_powi(x1, 3)"),
        (1 / (a + b), "R(1.0) / (x1 + y1)"),
        ((a + b) ** 2, "v_powi(x1 + y1, 2)"),
        (sympy.sqrt(a), "v_sqrt(x1)"),
        (a**b, "v_pow(x1, y1)"),
        (a ** sympy.Rational(1, 4), "v_pow(x1, v_set(R(0.25)))"),
        (c * a, "x1 * CONST_c"),
        (c**2 * a, "x1 * CONST_c * CONST_c"),
        (a / sympy.Symbol("width"), "x1 / (real)width"),
        (sympy.pi * a, "R(3.141592653589793) * x1"),
        (sympy.Integer(3), "v_set(R(3.0))"),
        (tanh.head(a) * sqrt.head(b), "v_sqrt(y1) * v_tanh(x1)"),
        (heaviside.head(a), "v_heaviside(x1, v_set(R(0.0)))"),
        (clip.head(a, -1, 2), "v_maximum(v_minimum(x1, v_set(R(2.0))), v_set(R(-1.0)))"),
        (relu.head(a - 1), "v_relu(x1 - R(1.0))"),
    ],
)
def test_an_expression_of_lanes(expr: Any, text: str) -> None:
    assert written(expr) == text


@pytest.mark.parametrize(
    ("expr", "message"),
    [
        (a + sympy.oo * c, "no finite number"),
        (sympy.zoo * a, "no finite number"),
        (sympy.Piecewise((a, a > 0), (b, True)), "cannot write Piecewise"),
        (sympy.tan(a), "cannot write tan"),
    ],
)
def test_what_c_cannot_write_is_refused(expr: Any, message: str) -> None:
    with pytest.raises(EmitError, match=message):
        written(expr)


def test_a_function_that_c_does_not_have_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(NATIVE, "floor")
    with pytest.raises(EmitError, match="the C backend has no floor; give it a kernel form"):
        written(floor.head(a))


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (k + 2 * m, "k + 2 * m"),
        (k * (m - 1), "k * m - k"),
        (k**3, "k * k * k"),
        (k * m / 2, "(k * m) / 2"),
    ],
)
def test_a_length(length: sympy.Expr, text: str) -> None:
    assert size(length, Names()) == text


@pytest.mark.parametrize("length", [2**k, sympy.sqrt(k)])
def test_a_length_that_is_no_polynomial_is_refused(length: sympy.Expr) -> None:
    with pytest.raises(EmitError, match="cannot write the length"):
        size(length, Names())


def test_a_line_is_folded_where_c_allows_it() -> None:
    words = [f"value_{k:03}" for k in range(30)]
    lines = folded(f"    call({', '.join(words)});").split("\n")
    assert all(len(line) <= 110 for line in lines) and len(lines) == 4
    assert " ".join(line.strip() for line in lines) == f"call({', '.join(words)});"
    assert all(line.startswith("        v") for line in lines[1:])
    whole = f"    {'x' * 200};"
    assert folded(whole) == whole
