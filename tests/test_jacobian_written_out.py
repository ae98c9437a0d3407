"""Jacobians through values that the author did not name: written out in the symbolic view and in the printed text."""

from __future__ import annotations

import numpy as np
import pytest
from jacobian_oracle import by_leaf, columns, numbers, sample
from test_jacobian_corners import entries
from test_jacobian_sympy import in_numbers

from symrnn.cell import Cell, Input, Matrix, Size, State, Vector
from symrnn.derivation import derive
from symrnn.errors import UsageError
from symrnn.interpret import interpret
from symrnn.ops import concat, cumsum, diag, exp, expm, eye, logsumexp, ones, reshape, softmax, solve, split, tanh


class Sums(Cell):
    """Sums and products that are numbers, read as they stand."""

    x = Input()
    h, m = State(x), State(1)
    a, b = Vector(x), Vector(x)
    largest = logsumexp(h)
    m = ones().T @ h + largest * 0.5 + tanh(m)
    h = tanh((a.T @ x) * h) + a * tanh((ones().T @ b) * m)


class Solved(Cell):
    """Systems whose matrices are written where they are solved."""

    x = Input()
    h, k, q = State(x), State(x), State(x)
    A, B, a = Matrix(x, x), Matrix(x, x), Vector(x)
    h = solve(A + 2 * B, h) + solve(diag(exp(a)), k)
    k = solve(A.T, k) * tanh(solve(B, x))
    q = tanh(solve(A, q)) + h


class Parts(Cell):
    """Parts of a vector, read without a name."""

    x = Input()
    h = State(x)
    a = Vector(x)
    h = tanh(split(concat(a, x), 2)[1]) * h + split(concat(h, a), 2)[0]


class Whole(Cell):
    """Functions of whole values, sizes and grids, read without a name."""

    n_x = Size()
    x = Input(n_x)
    h, S = State(n_x), State(2, n_x)
    a = Vector(x)
    h = tanh(softmax(h) / n_x) * cumsum(x * h) + tanh(logsumexp(h * a) * h)
    S = tanh(reshape(concat(h, a), 2, n_x) * S) + reshape(concat(h, x), 2, n_x)


class Turned(Cell):
    """Exponentials of matrices."""

    x = Input()
    h, k = State(x), State(x)
    A = Matrix(x, x)
    h = expm(A) @ h + tanh(expm(A) @ x) * k
    k = solve(eye() + h @ x.T, k)


class Moved(Cell):
    """An exponential of what moves."""

    x = Input()
    h = State(x)
    A = Matrix(x, x)
    h = expm(A + h @ x.T) @ x


CELLS = {cell.name: cell for cell in (Sums, Solved, Parts)}


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("accurate", [False, True], ids=["fast", "accurate"])
def test_a_block_of_symbolic_size_is_the_derivative(name: str, accurate: bool) -> None:
    derivation = derive(CELLS[name], accurate=accurate)
    step = derivation.forward
    values = sample(step)
    for wrt in step.carries:
        moved = by_leaf(step, values, wrt.read)
        for of in step.carries:
            block = derivation.jacobian(of.name, wrt.name)
            reference = columns(moved[of.write], of.write, wrt.read)
            np.testing.assert_allclose(block.evaluate(values), reference, rtol=1e-9, atol=1e-12)
            ours = in_numbers(block.sympy(), step, values)
            np.testing.assert_allclose(ours, reference[0], rtol=1e-9, atol=1e-12, err_msg=f"{of.name} by {wrt.name}")


@pytest.mark.parametrize("cell", [*CELLS.values(), Whole, Turned], ids=lambda cell: cell.name)
def test_a_block_of_given_size_is_the_derivative(cell: type[Cell]) -> None:
    derivation = derive(cell)
    step = derivation.forward
    values = sample(step)
    known = interpret(step, values, numbers(step)) | values
    for wrt in step.carries:
        moved = by_leaf(step, values, wrt.read)
        for of in step.carries:
            block = derivation.jacobian(of.name, wrt.name)
            reference = columns(moved[of.write], of.write, wrt.read)
            np.testing.assert_allclose(block.evaluate(values), reference, rtol=1e-9, atol=1e-12)
            ours = block.sympy(n_x=2)
            numeric = np.array(ours.xreplace(entries(ours, known, step)).evalf().tolist(), dtype=complex)
            np.testing.assert_allclose(numeric, reference[0], rtol=1e-9, atol=1e-12, err_msg=f"{of.name} by {wrt.name}")


@pytest.mark.parametrize(
    ("cell", "of", "wrt", "line"),
    [
        (Solved, "h", "h", "    = solve(u_h, ·)"),
        (Turned, "k", "k", "    + solve(u_k_2[t], ·)"),
        (Turned, "k", "h", "    = -solve(u_k_2[t], · @ k[t]) @ outer(·, x[t]) @ expm_A"),
        (Moved, "h", "h", "    = matvec(·, x[t]) @ dexpm(u_h[t], ·) @ outer(·, x[t])"),
        (Whole, "h", "h", "    + diag(h[t-1]*(1 - tanh_u_h_4[t]**2)) @ ones() @ dlogsumexp(·) @ diag(a)"),
    ],
)
def test_the_derivative_of_a_function_of_whole_values_prints(cell: type[Cell], of: str, wrt: str, line: str) -> None:
    assert line in str(derive(cell).jacobian(of, wrt)).splitlines()


class Late(Cell):
    """A state that is multiplied with what it was two ticks ago."""

    x = Input()
    h = State(x)
    h = h * h.delay(3) + x


def test_what_is_kept_for_a_delay_is_an_older_value_in_the_view_of_given_size() -> None:
    block = derive(Late).jacobian("h", "h").sympy(n_x=2)
    assert [[str(entry) for entry in row] for row in block.tolist()] == [["h_{t-3}_0", "0"], ["0", "h_{t-3}_1"]]


@pytest.mark.parametrize(
    ("cell", "sizes", "message"),
    [
        (Whole, {}, "has no form of symbolic size; give sizes"),
        (Moved, {"n_x": 2}, r"the derivative of a matrix exponential has no closed form in SymPy; use .evaluate\(\)"),
        (Turned, {"n_x": 40}, r"use .evaluate\(\) for the numbers of a Jacobian"),
    ],
)
def test_what_cannot_be_written_out_is_refused(cell: type[Cell], sizes: dict[str, int], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        derive(cell).jacobian("h", "h").sympy(**sizes)
