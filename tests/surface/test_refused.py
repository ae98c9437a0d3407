"""What functions of whole values, delays, copies, conditions and complex values are told when they do not fit."""

from __future__ import annotations

import pytest
from refusal import refused

from symrnn.cell import Cell, State, Weight
from symrnn.errors import CellError
from symrnn.ops import diag, eye, ones, solve
from symrnn.sympy_reader import from_sympy


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ("h = softmax(W.h)", "W_h has shape (n_h, n_x); softmax() of a matrix needs axis=0 (down a column) or axis=1"),
        ("h = logsumexp(W.h, axis=2)", "logsumexp() of a matrix needs axis=0"),
        ("h = cumsum(h, axis=1)", "cumsum(h[t-1], axis=1): a vector has only axis 0"),
        ("h = softmax(h, axis=True)", "a vector has only axis 0"),
        ("h = normalize(h, p=0.5)", "normalize(p=0.5): p is at least 1"),
        ("h = normalize(h, eps=-1)", "normalize(eps=-1): eps is at least 0"),
        ("h = normalize(h, p=x)", "not Expr"),
        ("h = layer_norm(h, x)", "layer_norm() normalizes vectors of length n_h, but x[t] has length n_x"),
        ("h = rms_norm(h, U.h)", "rms_norm() normalizes vectors of length n_h, but U_h has shape (n_h, n_h)"),
        ("h = concat(h, U.h)", "concat() takes vectors, but U_h has shape (n_h, n_h)"),
        ("h = concat()", "concat() takes a signal or parameter of a cell, not nothing"),
        ("h = concat(x, h)", "state h has length n_h but its update concat(…) has length n_h + n_x"),
        ("a, b = split(h, 2)", "split(h[t-1], 2): length n_h is not a multiple of 2; declare the length of a part"),
        ("a, b = split(U.h, 2)", "split() takes vectors, but U_h has shape (n_h, n_h)"),
        ("a, b = split(h, 0)", "split(v, 0): the number of parts is an integer of at least 1"),
        ("a, b = split(h, 2.0)", "split(v, 2.0): the number of parts is an integer"),
        ("h = reshape(h, x, 2)", "h[t-1] has length n_h, which cannot be reshaped to (n_x, 2)"),
        ("h = reshape(h, h * 2, 2)", "a length is made of sizes and integers"),
        ("h = reshape(h, 0, 2)", "reshape(0): a length is at least 1"),
        ("h = reshape(h, 'n')", "reshape('n'): a length is an int, a Size, or a declared vector"),
        ("h = reshape(h, W, 2)", "a length is an int, a Size, or a declared vector"),
        ("h = diag(U.h)", "diag() takes vectors, but U_h has shape (n_h, n_h)"),
        ("M = Matrix(h, x); h = expm(M)", "expm() takes a square matrix, but M has shape (n_h, n_x)"),
        ("h = expm(h)", "expm() takes a square matrix, but h[t-1] has length n_h"),
        ("M = Matrix(h, h); h = solve(M, x)", "solve(M, x[t]): the matrix has n_h rows, but x[t] has length n_x"),
        ("h = softmax(W)", "W is a family; name a block of it, e.g. W.i"),
        ("h = softmax(3)", "softmax() takes a signal or parameter of a cell, not int"),
        ("h = expm(eye())", "expm() takes a signal or parameter of a cell, not Unsized"),
        ("h = h * (2 * ones())", "ones() takes its size from its surroundings, so it stands beside a signal or param"),
        ("h = h - -eye()", "eye() takes its size from its surroundings"),
        ("h = h + W * ones()", "W is a family; name a block of it, e.g. W.i"),
        ("h = h + ones() * W", "W is a family; name a block of it, e.g. W.i"),
        ("h = ones()", "h is a state (line 4) and cannot become a plain Python value"),
        ("h = h + eye()", "h[t-1] has length n_h but eye() has shape"),
    ],
)
def test_functions_of_whole_values(body: str, part: str) -> None:
    message, line = refused(body)
    assert part in message
    assert line == 5 + len(body.split("; "))


def test_a_size_that_nothing_decides() -> None:
    message, line = refused("a = ones().T @ ones() * h; h = a + W.h @ x + U.h @ h + b.h")
    assert "ones().T takes its size from its surroundings" in message and line == 6
    message, line = refused("s = Scalar(); a = s * ones(); h = (a.T @ a) * h + W.h @ x + U.h @ h + b.h")
    assert message.startswith("Bad: nothing decides the shape of ones() (line 7)") and line == 0


def test_ones_and_eye_print_as_they_are_called() -> None:
    assert [repr(value) for value in (ones(), ones().T, eye(), ones().T.T)] == ["ones()", "ones().T", "eye()", "ones()"]
    with pytest.raises(CellError, match=r"ones\(\).T takes its size"):
        ones().T @ ones()


def test_from_sympy_says_what_it_cannot_read() -> None:
    class Solved(Cell):
        h = State()
        U = Weight(h)
        h = solve(U.h + eye(), h)

    class Scaled(Cell):
        h = State()
        h = diag(h) @ h

    class Delayed(Cell):
        h = State()
        h = h + h.delay(2)

    for cell, part in ((Solved, "Inverse cannot be read"), (Scaled, "DiagMatrix cannot be read"), (Delayed, "h_{t-2}")):
        with pytest.raises(CellError, match=part):
            from_sympy(cell.sympy(), ["h"], [])
