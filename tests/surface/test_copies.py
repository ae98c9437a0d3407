"""Copies of a parameter: an index names a row of its leading axis."""

from __future__ import annotations

import numpy as np
import pytest
from explicit_values import evaluated
from refusal import refused

from symrnn.cell import Bias, Cell, Constant, Input, Matrix, Scalar, State, Weight
from symrnn.ops import sigmoid, tanh
from symrnn.tree import Param, Product, Ref, walk
from symrnn.unify import HIDDEN, size_symbol

N_X = size_symbol("n_x")


def highway(depth: int = 3) -> type[Cell]:
    class Highway(Cell):
        """Blocks with copies beside blocks without, a matrix and a number of their own."""

        x = Input()
        h = State()
        W, R, b = Weight(x), Weight(h), Bias()
        Q, s = Matrix(x, h), Scalar()
        L = Constant(depth)

        u = x
        for k in range(L):
            u = sigmoid(Q[k] @ h) * u
            a = tanh(W.H @ u + R.H[k] @ h + b.H[k])
            h = a * sigmoid(R.T[k] @ h + b.T[k]) + s[k] * h

    return Highway


def test_shapes_and_stacking() -> None:
    cell = highway()
    shapes = {item.name: (item.shape, item.copies) for item in cell.params}
    assert shapes == {
        "Q": ((3, N_X, HIDDEN), 3),
        "W_H": ((HIDDEN, N_X), None),
        "R_H": ((3, HIDDEN, HIDDEN), 3),
        "b_H": ((3, HIDDEN), 3),
        "R_T": ((3, HIDDEN, HIDDEN), 3),
        "b_T": ((3, HIDDEN), 3),
        "s": ((3,), 3),
    }
    assert {array.name: (array.shape, array.blocks) for array in cell.arrays} == {
        "Q": ((3, N_X, HIDDEN), ("Q",)),
        "W_H": ((HIDDEN, N_X), ("W_H",)),
        "R": ((3, 2 * HIDDEN, HIDDEN), ("R_H", "R_T")),
        "b": ((3, 2 * HIDDEN), ("b_H", "b_T")),
        "s": ((3,), ("s",)),
    }


def test_another_number_of_copies_is_another_array() -> None:
    class Uneven(Cell):
        h = State()
        R = Weight(h)
        h = R.a[0] @ h + R.b[1] @ h + R.b[0] @ h + R.c @ h + R.d @ h + R.e[0] @ h

    assert [(array.shape, array.blocks) for array in Uneven.arrays] == [
        ((1, 2 * HIDDEN, HIDDEN), ("R_a", "R_e")),
        ((2, HIDDEN, HIDDEN), ("R_b",)),
        ((2 * HIDDEN, HIDDEN), ("R_c", "R_d")),
    ]
    assert [array.name for array in Uneven.arrays] == ["R", "R_b", "R_c"]


def test_trees_and_views() -> None:
    cell = highway(2)
    copies = {node for e in cell.equations for node in walk(e.tree) if isinstance(node, Param) and node.name == "R_H"}
    assert copies == {Param("R_H", 0), Param("R_H", 1)}
    assert Product(Param("Q", 1), Ref("h_1")) in [node for e in cell.equations for node in walk(e.tree)]
    assert "R_H[1] @ h_1[t] + b_H[1]" in str(cell) and "R_{H,1} h_{1,t} + b_{H,1}" in cell.latex()
    assert "R_H[1]*h_1_t" in str(cell.sympy())
    assert {"s_0", "s_1", "R_H_1_0_0", "b_T_1_0"} <= {str(symbol) for symbol in _symbols(cell)}


def _symbols(cell: type[Cell]) -> set[object]:
    return {symbol for equation in cell.sympy(n_x=1, n_h=1) for symbol in equation.rhs.free_symbols}


def test_meaning() -> None:
    rng = np.random.default_rng(2)
    shapes = {"Q": (3, 2, 2), "W_H": (2, 2), "R_H": (3, 2, 2), "b_H": (3, 2), "R_T": (3, 2, 2), "b_T": (3, 2), "s": 3}
    p = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    x, h = rng.normal(size=2), rng.normal(size=2)
    found = evaluated(highway(), {"n_x": 2, "n_h": 2}, {**p, ("x", 0): x, ("h", 1): h})
    for k in range(3):
        x = x / (1 + np.exp(-p["Q"][k] @ h))
        a = np.tanh(p["W_H"] @ x + p["R_H"][k] @ h + p["b_H"][k])
        h = a / (1 + np.exp(-p["R_T"][k] @ h - p["b_T"][k])) + p["s"][k] * h
    np.testing.assert_allclose(found["h"], h, rtol=1e-13)


@pytest.mark.parametrize(
    ("body", "line", "part"),
    [
        ("h = U.h[0] @ h + U.h @ h", 0, "Bad: U_h (line 5) is used with an index and without"),
        ("h = U.h[0] @ h + U.h[2] @ h", 0, "Bad: copy 1 of U_h (line 5) is never used, but copy 2 is"),
        ("h = U.h[1] @ h", 0, "Bad: copy 0 of U_h (line 5) is never used"),
        ("h = U.h[-1] @ h", 6, "U_h[-1]: an index from 0 names a copy of a block or of a single parameter"),
        ("h = U.h[0][1] @ h", 6, "U_h[0][1]: an index from 0 names a copy"),
        ("h = U.h[0.0] @ h", 6, "U_h[0.0]: an index from 0 names a copy"),
        ("h = U.h['a'] @ h", 6, "U_h['a']: an index from 0 names a copy"),
        ("h = U.h[True] @ h", 6, "U_h[True]: an index from 0 names a copy"),
        ("h = h[0] * h", 6, "h[t-1][0]: an index from 0 names a copy of a block or of a single parameter; parts"),
        ("a = Constant(0.5); h = U.h[a] @ h", 7, "a is not an integer Constant"),
    ],
)
def test_refused(body: str, line: int, part: str) -> None:
    rest = "" if line else "; h = h + W.h @ x + b.h"
    message, where = refused(body + rest)
    assert part in message
    assert where == line
