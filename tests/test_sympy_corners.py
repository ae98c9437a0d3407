"""Corners of the SymPy views: powers of two signals, conditions that are no comparison, an exponential of one entry."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

from symrnn.cell import Cell, Input, Matrix, State, Weight
from symrnn.derivation import derive
from symrnn.errors import UsageError
from symrnn.ops import expm, sigmoid, tanh, where
from symrnn.sympy_reader import from_sympy


class Powers(Cell):
    """A signal to the power of another."""

    x = Input()
    h = State()
    W = Weight(x)
    z = sigmoid(W.z @ x)
    h = (1 + h * h) ** z


class Chosen(Cell):
    """One of two values by the sign of a third."""

    x = Input()
    h = State()
    W = Weight(x)
    z = tanh(W.z @ x)
    h = where(z, h, 2 * z) + where(z > h, 1, 0)


class Rotated(Cell):
    """A state turned by the exponential of a matrix."""

    x = Input()
    h = State()
    A, W = Matrix(h, h), Weight(x)
    h = expm(A) @ h + W.h @ x


def entry(cell: type[Cell], **sizes: int) -> sympy.Expr:
    """The last equation of a cell at given sizes, its first entry."""
    return cell.sympy(**sizes)[-1].rhs[0]


def test_a_power_of_two_signals_is_a_power_entry_by_entry_and_reads_back() -> None:
    equations = Powers.sympy()
    (power,) = equations[-1].rhs.atoms(sympy.HadamardPower) - {
        p for p in equations[-1].rhs.atoms(sympy.HadamardPower) if not p.args[1].is_Matrix
    }
    assert power.args[1] == sympy.MatrixSymbol("z_t", *power.args[1].shape)
    again = from_sympy(equations, states=["h"], inputs=["x"], name="Powers")
    assert again.equations[-1].tree == Powers.equations[-1].tree
    z, h = sympy.Symbol("z_t_0", real=True), sympy.Symbol("h_{t-1}_0", real=True)
    assert entry(Powers, n_x=1, n_h=1) == (h**2 + 1) ** z


def test_a_condition_that_is_no_comparison_asks_for_more_than_nothing() -> None:
    z, h = sympy.Symbol("z_t_0", real=True), sympy.Symbol("h_{t-1}_0", real=True)
    found = entry(Chosen, n_x=1, n_h=1)
    for values in ((0.5, 0.25), (-0.5, 0.25), (0.25, 0.5)):
        expected = (values[1] if values[0] > 0 else 2 * values[0]) + (values[0] > values[1])
        assert float(found.xreplace(dict(zip((z, h), map(sympy.Float, values), strict=True)))) == expected


@pytest.mark.parametrize("size", [1, 2])
def test_the_exponential_of_a_small_matrix_is_written_out(size: int) -> None:
    scipy_free = np.array([[0.3, -0.7], [0.9, 0.2]])[:size, :size]
    expected = sum(np.linalg.matrix_power(scipy_free, k) / float(sympy.factorial(k)) for k in range(25))
    found = Rotated.sympy(n_x=1, n_h=size)[-1].rhs
    names = {s.name: s for s in found.free_symbols}
    known = {names[f"A_{i}_{j}"]: sympy.Float(scipy_free[i, j], 20) for i in range(size) for j in range(size)}
    column = {names[f"h_{{t-1}}_{j}"]: int(j == 0) for j in range(size)}
    rest = {s: 0 for s in found.free_symbols if s.name.startswith(("W", "x"))}
    values = [complex(e.xreplace({**known, **column, **rest}).evalf()) for e in found]
    np.testing.assert_allclose(values, expected[:, 0], rtol=1e-12)


def test_only_a_cell_is_derived() -> None:
    with pytest.raises(UsageError, match=r"derive takes a cell, not str; for one of the zoo say zoo\['lstm'\]"):
        derive("lstm")  # type: ignore[arg-type]  # what a type checker would refuse as well
