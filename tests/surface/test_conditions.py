"""Comparisons as values of 1 and 0, choices between two values, remainders, functions with a declared derivative."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy
from explicit_values import evaluated
from refusal import refused

from symrnn.cell import Cell, Constant, Input, Matrix, Output, State, Vector
from symrnn.ops import clip, equal, heaviside_st, modrelu, round_st, where
from symrnn.sympy_reader import from_sympy
from symrnn.tree import Apply, Arith, Compare, Named, Number, Param, Ref
from symrnn.unify import HIDDEN


class Timed(Cell):
    """A clock, choices, and numbers made of comparisons."""

    t = Input(1, domain="time")
    h = State()
    y, z = Output(), Output()
    T, M = Vector(h, domain="positive"), Matrix(h, h)
    a = Constant(0.25)
    g = equal(t % T, 0)
    s = where(h < a, h, where(h <= 1, a, 2 * h))
    y = (h > 0) - (M @ h >= s) * 3 + (2.0 > h)  # noqa: SIM300  the author may well write it so
    z = where(t > 3, M, M.T) % 2 + 7 % t
    h = g * s + (1 - g) * clip(h, high=0.5) + round_st(h) + heaviside_st(h) * modrelu(h, T)


def test_trees() -> None:
    trees = {item.name: item.tree for item in Timed.equations}
    h, a, t = Ref("h", 1), Named("a"), Ref("t")
    zero, one, two, three, seven = (Number(Fraction(n)) for n in (0, 1, 2, 3, 7))
    assert trees["g"] == Compare("==", Arith("%", (t, Param("T"))), zero)
    inner = Apply("where", (Compare("<=", h, one), a, Arith("*", (two, h))))
    assert trees["s"] == Apply("where", (Compare("<", h, a), h, inner))
    # Python turns 2 > h into h < 2.
    assert isinstance(trees["y"], Arith) and trees["y"].args[1] == Compare("<", h, two)
    choice = Apply("where", (Compare(">", t, three), Param("M"), trees["z"].args[0].args[0].args[2]))  # type: ignore[union-attr]
    assert trees["z"] == Arith("+", (Arith("%", (choice, two)), Arith("%", (seven, t))))


def test_shapes() -> None:
    shapes = {item.name: item.shape for item in Timed.equations}
    assert shapes["g"] == shapes["s"] == shapes["y"] == (HIDDEN,) and shapes["z"] == (HIDDEN, HIDDEN)


def test_meaning() -> None:
    h = np.array([-0.75, 0.125, 2.75, 0.5])
    T, M = np.array([2.0, 3.0, 4.0, 0.5]), np.random.default_rng(1).normal(size=(4, 4))
    for t in (2.0, 6.0):
        found = evaluated(Timed, {"n_h": 4}, {("t", 0): [t], ("h", 1): h, "T": T, "M": M})
        g = (t % T == 0).astype(float)
        s = np.where(h < 0.25, h, np.where(h <= 1, 0.25, 2 * h))
        assert list(found["g"]) == list(g) and list(found["s"]) == list(s)
        assert list(found["y"]) == list((h > 0) * 1 - 3.0 * (M @ h >= s) + (h < 2))
        np.testing.assert_allclose(found["z"], (M if t > 3 else M.T) % 2 + 7 % t, rtol=1e-14)
        spike = (h > 0) * np.sign(h) * np.maximum(np.abs(h) + T, 0)
        np.testing.assert_allclose(found["h"], g * s + (1 - g) * np.clip(h, -1, 0.5) + np.floor(h + 0.5) + spike)


def test_text_and_views() -> None:
    text = str(Timed)
    assert (
        "g[t] = equal(t[t] % T, 0)" in text and "y[t] = (h[t-1] > 0) - (M @ h[t-1] >= s[t]) * 3 + (h[t-1] < 2)" in text
    )
    assert r"g_{t} &= \left[t_{t} \bmod T = 0\right]" in Timed.latex()
    assert r"\begin{cases}h_{t-1} & h_{t-1} < a\\" in Timed.latex()
    symbolic = Timed.sympy()
    assert all(equation.lhs.shape == equation.rhs.shape for equation in symbolic)
    entry = symbolic[0].rhs[0, 0]
    clock, period = sympy.MatrixSymbol("t_t", 1, 1)[0, 0], sympy.MatrixSymbol("T", HIDDEN, 1)[0, 0]
    assert entry == sympy.Piecewise((1, sympy.Eq(entry.args[0].cond.lhs, 0)), (0, True))
    assert entry.args[0].cond.lhs.args == (clock, period)


def test_choices_and_remainders_come_back_from_sympy() -> None:
    class Chosen(Cell):
        x = Input()
        h = State(x)
        h = where(x, h % 3, modrelu(h, x)) + round_st(h)

    assert from_sympy(Chosen.sympy(), ["h"], ["x"]) == Chosen


@pytest.mark.parametrize(
    ("body", "part"),
    [
        (
            "h = h if x > 0 else x",
            "x[t] > 0 has no truth value while the cell is being recorded; write where(condition",
        ),
        ("h = h if 0 < x < 1 else x", "x[t] > 0 has no truth value"),
        ("h = h if equal(h, 1) else h", "equal(…) has no truth value"),
        ("h = h if h == 1 else h", "a condition is equal(a, b)"),
        ("h = where(h > 0, h)", "where() is called as where(v, v, v)"),
        ("h = where(h > x, h, 0)", "h[t-1] has length n_h but x[t] has length n_x"),
        ("h = where(h > 0, h, x)", "e.g. W.k @ x[t]"),
        ("h = where(True, h, 0)", "not bool"),
        ("h = (h > W) * h", "W is a family; name a block of it"),
        ("h = equal(h, W)", "W is a family; name a block of it"),
        ("h = equal(1, 2)", "equal() takes a signal or parameter of a cell, not int"),
        ("h = h % 0", "h[t-1] % 0 divides by zero"),
        ("h = h % x", "h[t-1] has length n_h but x[t] has length n_x"),
    ],
)
def test_refused(body: str, part: str) -> None:
    message, line = refused(body)
    assert part in message
    assert line == 6
