"""What a class body is told when it is wrong: the message, and that it comes from the author's line."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from refusal import nested, refused

from symrnn.cell import Cell, Constant, Input, State
from symrnn.errors import CellError
from symrnn.expr import Expr
from symrnn.ops import tanh, where

SPECIFIED = [
    (
        "h = U.z @ h + x",
        6,
        "U_z @ h[t-1] has length n_h but x[t] has length n_x; "
        "map one into the other with a weight, e.g. W.k @ x[t]",
    ),
    ("h = W.h @ h", 6, "W_h takes a vector of length n_x, but h[t-1] has length n_h"),
    (
        "r = sigmoid(W.r @ x + U.r @ h); h = r * U.h @ h",
        7,
        "r[t] has length n_h but U_h has shape (n_h, n_h); * and @ bind equally from the left, so write a*(M @ x); "
        "to scale rows write diag(v) @ M",
    ),
    ("h = tanh(W @ x)", 6, "W is a family; name a block of it, e.g. W.i"),
    ("z = W.z @ x; h = tanh(U.h @ h + b.h + W.h @ x)", 0, "Bad: z (line 6) is computed but never used"),
    ("c = State(); h = tanh(W.h @ x)", 0, "Bad: state c (line 6) is never updated; add an equation 'c = …'"),
    (
        "b = tanh(W.b @ x)",
        6,
        "b is a family of parameters and cannot be assigned; choose another name, e.g. b_hat",
    ),
    (
        "z = W.z @ x; h = z if z > 0 else h",
        7,
        "z[t] > 0 has no truth value while the cell is being recorded; write where(condition, a, b), maximum(a, b) or "
        "minimum(a, b), or let a Python value decide",
    ),
    (
        "r = W.r @ x; h = r.delay(1)",
        7,
        "r[t] is not a state; only states and inputs are remembered. Declare r = State() to read its previous value",
    ),
    (
        "h = tanh(W.h @ x) @ h",
        6,
        "tanh(…) and h[t-1] are both vectors (columns); write a * b elementwise, a.T @ b for their dot product, "
        "a @ b.T for their outer product",
    ),
]


BEGINNERS = [
    ("h = tanh(W.h * x)", "W_h has shape (n_h, n_x) but x[t] has length n_x; a matrix acts on a vector by @, not by *"),
    ("h = x @ W.h", "x[t] is a vector (a column) and W_h a matrix, which stands left of it: W_h @ v"),
    ("h = W.h(x)", "W_h is no function; a matrix acts on a vector by @, e.g. W.i @ x, and * is elementwise"),
    ("h = W(x)", "W is a family; name a block of it, e.g. W.i"),
    ("h = h / len(h)", "the length of h[t-1] is a symbol; name it, n_k = Size(), and declare by it, e.g. State(n_k)"),
    ("c = State", "c is State itself; call it, c = State()"),
    (
        "h = numpy.tanh(h)",
        "np.tanh takes numbers, and h[t-1] is none while the cell is being recorded; use operators and the functions "
        "of symrnn.ops, e.g. tanh(v)",
    ),
    (
        "p, q = split(concat(W.p @ x, U.q @ h), 2)",
        "split(concat(…), 2): some lengths that concat(…) is made of are not known yet; say them where they are "
        "declared, e.g. W = Weight(x, to=h)",
    ),
]


@pytest.mark.parametrize(("body", "message"), BEGINNERS)
def test_a_beginner_is_told_what_to_write(body: str, message: str) -> None:
    assert refused(body) == (message, 6)


def test_numpy_numbers_stand_on_either_side() -> None:
    class Halved(Cell):
        x = Input()
        h = State(x)
        h = np.float64(0.5) * x - np.float32(2) / (1 + h * np.int64(3)) + where(np.float64(0) < h, h, x)

    assert "0.5 * x[t] - 2 / (1 + h[t-1] * 3) + where(h[t-1] > 0, h[t-1], x[t])" in str(Halved)


@pytest.mark.parametrize(("body", "line", "message"), SPECIFIED)
def test_specified_messages(body: str, line: int, message: str) -> None:
    assert refused(body) == (message, line)


@pytest.mark.parametrize(
    ("body", "line", "part"),
    [
        # names
        ("double = W.h @ x", 6, "double is a keyword of Python or C"),
        ("ä = W.h @ x", 6, "'ä' is not a name"),
        (f"{'a' * 65} = W.h @ x", 6, "is too long for a name"),
        ("__h = W.h @ x", 6, "underscore"),
        ("h = W['i j'] @ x", 6, "'W_i j' is not a name"),
        ("h = W[-1] @ x", 6, "is not a name"),
        ("h = W[True] @ x", 6, "a block is named by a word or a number"),
        ("x = W.h @ x", 6, "x is an input and cannot be assigned; choose another name, e.g. x_hat"),
        ("x = Input()", 6, "x is an input (line 3) already"),
        ("z = W.z @ x; z = Vector()", 7, "z is computed (line 6) already"),
        ("h = 3", 6, "h is a state (line 4) and cannot become a plain Python value"),
        ("z = W.z @ x; z = 3", 7, "z is computed (line 6) and cannot become a plain Python value"),
        ("a = q = Input()", 6, "q and a are one declaration; write q = Input() on its own"),
        ("h = h + Input()", 6, "Input() has no name yet"),
        ("h = h + Weight(x).i @ x", 6, "declared on a line of its own"),
        ("W_i = Matrix(); h = W.i @ x", 7, "W.i is the parameter W_i, which is declared already (line 6)"),
        ("z = W.i @ x; W_i = Matrix()", 7, "W_i is a block of W already"),
        ("W_i = W.i @ x; h = U.h @ W_i + U.g @ h + b.h", 0, "W_i (line 6) is also the name of a parameter (line 5)"),
        ("n_x = W.i @ x; h = U.h @ h + b.h + n_x", 0, "n_x (line 6) is the name of a size"),
        (
            "s_1 = W.s @ x; s = U.s @ h; s = s + s_1; h = s + b.h",
            0,
            "s is assigned more than once, which makes the version s_1 (line 7)",
        ),
        ("Q = Weight(x); Q_a = Matrix(); h = Q.a_1 @ x; h = Q.a @ h", 9, "Q.a is the parameter Q_a"),
        # what is unused or missing
        ("h = tanh(U.h @ h + b.h)", 0, "input x (line 3) is declared but never used"),
        ("h = tanh(U.h @ h + W.h @ x)", 0, "family b (line 5) is declared but never used"),
        ("v = Vector(h); h = tanh(U.h @ h + W.h @ x + b.h)", 0, "parameter v (line 6) is declared but never used"),
        ("a = Constant(0.5); h = U.h @ h + W.h @ x + b.h", 0, "constant a (line 6) is declared but never used"),
        ("y = Output(); h = U.h @ h + W.h @ x + b.h", 0, "output y (line 6) is never assigned"),
        ("y = Output(); h = U.h @ h + y", 7, "y is an output that has no value yet"),
        ("z = W.z @ x; z = W.y @ x; h = z + U.h @ h + b.h", 0, "z (line 6) is computed but never used"),
        # shapes
        ("h = W.h @ x + Matrix(h, h)", 6, "Matrix() has no name yet"),
        ("M = Matrix(h, x); h = b.h + M", 7, "b_h has length n_h but M has shape (n_h, n_x); the operands of + need"),
        ("c = State(h, x); c = c + c.T", 7, "c[t-1] has shape (n_h, n_x) but c[t-1].T has shape (n_x, n_h)"),
        ("c = State(x); c = U.c @ h", 7, "state c has length n_x but its update U_c @ h[t-1] has length n_h"),
        ("c = State(h, x); c = h", 7, "state c has shape (n_h, n_x) but its update h[t-1] has length n_h"),
        ("c = State(h, x); d = c @ c", 7, "c[t-1] has n_x columns, but c[t-1] has n_h rows"),
        ("c = State(h, x); d = h @ c", 7, "what stands right of its @ is a row"),
        ("h = tanh(U.h @ h + b.h + W.a @ (x * (U.q @ h)))", 6, "e.g. W.k @ x[t]"),
        ("z = Weight(x); a = z.a @ x; h = 2 @ h", 8, "@ is the matrix product; scale h[t-1] by 2 with *"),
        ("V = Matrix(); y = Output(); y = V @ x; h = W.h @ x + U.h @ h + b.h", 0, "nothing decides the shape of y (l"),
        # declarations
        ("c = State(0)", 6, "a length is at least 1"),
        ("c = State(1, 2, 3)", 6, "3 lengths are too many"),
        ("c = State(None)", 6, "a length is an int, a Size, or a declared vector"),
        ("c = State(2.5)", 6, "a length is an int, a Size, or a declared vector"),
        ("c = State(h + h)", 6, "a length is made of sizes and integers"),
        ("a = Constant(0.5); c = State(a)", 7, "a length is made of sizes and integers"),
        ("c = State(h, h); d = State(c)", 7, "only a vector can stand for its length"),
        ("c = State(start='0')", 6, "must be a finite number"),
        ("c = Constant(float('inf'))", 6, "must be a finite number"),
        ("c = Vector(domain='complex')", 6, "domain='complex' is not known; it is one of real"),
        ("c = Vector(init='zero')", 6, "init must be a finite number"),
        # expressions
        ("h = h + 'a'", 6, "not str"),
        ("h = h + True", 6, "not bool"),
        ("h = numpy.ones(3) * h", 6, "not ndarray"),
        ("h = h + float('nan')", 6, "numbers must be finite"),
        ("h = h + 10**400", 6, "too large for floating point"),
        ("h = h ** 65", 6, "constant exponents go up to 64"),
        ("h = h / 0", 6, "h[t-1] / 0 divides by zero"),
        ("h = h if h else x", 6, "h[t-1] has no truth value while the cell is being recorded"),
        ("h = h if h == x else x", 6, "has no truth value"),
        ("h = h if h != 0 else x", 6, "has no truth value"),
        ("h = [v for v in h]", 6, "h[t-1] cannot be iterated over"),
        ("h = float(h)", 6, "h[t-1] is not a number while the cell is being recorded"),
        ("h = int(h)", 6, "h[t-1] is not a number"),
        ("h = round(h)", 6, "h[t-1] cannot be rounded"),
        ("a = Constant(0.5); c = range(a)", 7, "a is not an integer Constant"),
        ("h = tanh(W)", 6, "W is a family; name a block of it, e.g. W.i"),
        ("h = -W", 6, "W is a family"),
        ("V = W", 6, "W is a family"),
        ("h = h * b", 6, "b is a family; name a block of it, e.g. b.i"),
        ("h = tanh()", 6, "tanh() is called as tanh(v)"),
        ("h = maximum(h)", 6, "maximum() is called as maximum(v, v)"),
        ("h = hard_sigmoid(h, 0.2, 0.5)", 6, "called as hard_sigmoid(v, slope=…)"),
        ("h = hard_sigmoid(h, 0.2, slope=0.5)", 6, "called as hard_sigmoid(v, slope=…)"),
        ("h = hard_sigmoid(h, slop=0.5)", 6, "called as hard_sigmoid(v, slope=…)"),
        ("h = hard_sigmoid(h, slope=x)", 6, "takes a number after its operands, not x[t]"),
        ("h = tanh(1.0)", 6, "takes a signal or parameter of a cell, not float"),
        ("h = nested(h, 201, tanh)", 6, "nests at most 200 operations"),
        ("h = twice(h, 20)", 6, "holds at most 100000"),
    ],
)
def test_refused(body: str, line: int, part: str) -> None:
    message, where = refused(body)
    assert part in message
    assert where == line


def test_many_equations_are_bounded_together() -> None:
    message, line = refused("for k in range(9):;     h = twice(h, 13)")
    assert "a cell holds at most 100000 operations" in message and line == 7


def test_a_cell_returns_something() -> None:
    assert refused("a = Size()", []) == (
        "Bad: nothing is returned; declare a state, h = State(), or an output, y = Output()",
        0,
    )


def test_rows_need_a_size_where_there_is_no_n_h() -> None:
    start = ["x = Input()", "y = State(2)", "W, V = Weight(x), Weight(to=y)"]
    message, line = refused("y = V.y @ tanh(W.h @ x)", start)
    assert message.startswith("Bad: nothing decides the shape of V_y (line 5); declare it, e.g. Weight(x, to=h)")
    assert line == 0


def test_two_arrays_of_one_name() -> None:
    start = ["x = Input()", "h = State()", "W, W_ii = Weight(), Weight()"]
    body = "a = W.a @ x + W.b @ x + W.ii @ h + W.jj @ h; h = a + W_ii.a @ x + W_ii.b @ x"
    assert "two arrays of parameters would be called W_ii" in refused(body, start)[0]


def test_expressions_stay_in_their_cell() -> None:
    kept: list[Expr] = []

    class First(Cell):
        h = State()
        kept.append(h)
        h = h + 1

    with pytest.raises(CellError, match="belongs to another cell"):

        class Second(Cell):
            h = State()
            h = h + kept[0]

    with pytest.raises(CellError, match="belongs to another cell"):

        class Third(Cell):
            h = State()
            h = kept[0]


def test_a_class_name_is_a_name() -> None:
    with pytest.raises(CellError, match="is not a name"):

        class Zelle_ä(Cell):
            h = State()
            h = h + 1


def test_integer_constants_steer_the_recording_and_compare() -> None:
    seen: list[bool] = []

    class Counted(Cell):
        h = State()
        L = Constant(2)
        seen.extend([L == 2, L != 2, 2 in [L]])
        for _ in range(L):
            h = h + 1

    assert seen == [True, False, True]
    assert len(Counted.equations) == 2


def test_nesting_up_to_the_limit_is_recorded_printed_and_hashed() -> None:
    class Deep(Cell):
        h = State()
        h = nested(h, 199, tanh)

    assert str(Deep).count("tanh(") == 199 and Deep.latex().count(r"\tanh") == 199
    assert hash(Deep) and sys.getrecursionlimit() <= 3000
