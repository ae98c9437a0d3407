"""What a class body becomes: roles, shapes, versions, stacking, numbers, options."""

from __future__ import annotations

from fractions import Fraction

import numpy

from symrnn.cell import Bias, Cell, Constant, Input, Matrix, Output, Scalar, Scale, Size, State, Vector, Weight
from symrnn.ops import exp, hard_sigmoid, sigmoid, sqrt, tanh
from symrnn.scope import exact
from symrnn.tree import Apply, Arith, Named, Number, Param, Product, Ref, Transpose, walk
from symrnn.unify import HIDDEN, size_symbol
from symrnn.zoo import LSTM

N_X = size_symbol("n_x")


def shapes(cell: type[Cell]) -> dict[str, str]:
    return {item.name: str(item.shape) for item in cell.params}


def arrays(cell: type[Cell]) -> dict[str, tuple[str, ...]]:
    return {array.name: array.blocks for array in cell.arrays}


def test_roles_of_an_lstm() -> None:
    assert [item.name for item in LSTM.inputs] == ["x"]
    assert [item.name for item in LSTM.states] == ["h", "c"]
    assert LSTM.outputs == ("h",)
    assert LSTM.sizes == (N_X, HIDDEN)
    assert [item.name for item in LSTM.params[:4]] == ["W_i", "U_i", "b_i", "W_f"]
    assert arrays(LSTM)["U"] == ("U_i", "U_f", "U_g", "U_o")
    assert {array.name: array.shape for array in LSTM.arrays}["W"] == (4 * HIDDEN, N_X)


def test_state_is_old_before_its_equation_and_new_after() -> None:
    update, *_, last = LSTM.equations[3:]
    assert update.tree == Arith("+", (Arith("*", (Ref("f"), Ref("c", 1))), Arith("*", (Ref("i"), Ref("g")))))
    assert last.tree == Arith("*", (Ref("o"), Apply("tanh", (Ref("c"),))))


def test_rebinding_makes_versions_of_which_the_last_keeps_the_name() -> None:
    class Deep(Cell):
        x = Input()
        h = State()
        W, U, b = Weight(x), Weight(h), Bias()
        L = Constant(2)
        for k in range(L):
            h = tanh(U[k] @ h + b[k])
            if k == 0:
                h = h + W.x @ x

    assert [item.name for item in Deep.equations] == ["h_1", "h_2", "h"]
    assert Deep.equations[0].tree == Apply("tanh", (Arith("+", (Product(Param("U_0"), Ref("h", 1)), Param("b_0"))),))
    assert Ref("h_2") in walk(Deep.equations[2].tree)
    assert arrays(Deep) == {"U": ("U_0", "U_1"), "b": ("b_0", "b_1"), "W_x": ("W_x",)}
    assert Deep.constants == (("L", 2),)


def test_blocks_are_stacked_by_columns_in_order_of_first_use() -> None:
    class Nested(Cell):
        x = Input()
        h = State()
        W = Weight()
        b = Bias()
        a = sigmoid(W.ii @ h + W.x @ x)
        h = tanh(W["if"] @ x + b.a) * a + W.ih @ h

    assert arrays(Nested) == {"W": ("W_ii", "W_ih"), "W_x": ("W_x", "W_if"), "b_a": ("b_a",)}


def test_first_larger_group_is_named_by_the_family_and_the_next_by_its_first_block() -> None:
    class Grouped(Cell):
        x = Input()
        k = Input()
        h = State()
        W = Weight()
        h = tanh(W.k @ k + W.i @ x + W.f @ x + W.ii @ h + W.ff @ h)

    assert arrays(Grouped) == {"W_k": ("W_k",), "W": ("W_i", "W_f"), "W_ii": ("W_ii", "W_ff")}
    assert [array.shape for array in Grouped.arrays] == [
        (HIDDEN, size_symbol("n_k")),
        (2 * HIDDEN, N_X),
        (2 * HIDDEN, HIDDEN),
    ]


def test_single_parameters_have_inferred_shapes_and_arrays_of_their_own() -> None:
    class Single(Cell):
        x = Input()
        h = State()
        A_log, M, s, v = Vector(), Matrix(), Scalar(domain="positive"), Vector(x)
        a = exp(-exp(A_log))
        h = a * h + s * (M @ (x * v))

    assert shapes(Single) == {"A_log": "(n_h,)", "s": "()", "M": "(n_h, n_x)", "v": "(n_x,)"}
    assert all(array.blocks == (array.name,) for array in Single.arrays)
    assert Single.params[1].domain == "positive"
    assert [item.static for item in Single.equations] == [True, False]


def test_static_equations_read_no_signal_even_through_others() -> None:
    class Rates(Cell):
        x = Input()
        h = State()
        nu = Vector()
        W = Weight(x)
        lam = exp(nu)
        gain = 1 - lam
        mixed = lam * h
        h = mixed + gain * (W.x @ x)

    assert {item.name: item.static for item in Rates.equations} == {
        "lam": True,
        "gain": True,
        "mixed": False,
        "h": False,
    }
    assert "lam = exp(nu)" in str(Rates)
    assert "lam * h[t-1]" in str(Rates)


def test_a_state_has_a_time_index_whatever_it_is_set_to() -> None:
    class Fixed(Cell):
        h = State()
        v = Vector(h)
        h = exp(v)

    assert not Fixed.equations[0].static
    assert Fixed.inputs == ()


def test_outputs_are_declared_or_the_first_state() -> None:
    class Read(Cell):
        x = Input()
        h = State()
        y = Output()
        W, U, V = Weight(x), Weight(h), Weight(h, to=x)
        h = tanh(W.h @ x + U.h @ h)
        y = V.y @ h + x

    assert Read.outputs == ("y",)
    assert Read.record.shape_of("y") == (N_X,)


def test_sizes_constants_and_scalars_in_equations() -> None:
    class Attention(Cell):
        n_k = Size()
        k = Input(n_k)
        h = State(2 * n_k)
        S = State(h, k)
        beta = Constant(0.5)
        V, w = Weight(k), Weight(k, to=1)
        g = sigmoid(w.g @ k)
        v = V.v @ k / sqrt(n_k)
        S = g * S + v @ k.T
        h = beta * h + S @ k

    n_k = size_symbol("n_k")
    assert Attention.record.shape_of("S") == (2 * n_k, n_k)
    assert Attention.record.shape_of("g") == (1,)
    assert shapes(Attention) == {"w_g": "(1, n_k)", "V_v": "(2*n_k, n_k)"}
    assert Attention.sizes == (n_k,)
    assert Product(Ref("v"), Transpose(Ref("k"))) in walk(Attention.equations[2].tree)
    assert Named("n_k") in walk(Attention.equations[1].tree)


def test_dot_product_is_a_scalar_that_broadcasts() -> None:
    class Norm(Cell):
        h = State()
        U = Weight(h)
        s = h.T @ h
        h = U.h @ h / sqrt(s + 1)

    assert Norm.record.shape_of("s") == (1,)
    assert Norm.record.shape_of("h") == (HIDDEN,)


def test_a_scalar_never_fixes_an_open_length() -> None:
    class Shift(Cell):
        t = Input(1)
        h = State()
        s = Vector(h)
        h = h + tanh(t - s)

    assert shapes(Shift) == {"s": "(n_h,)"}


def test_what_nothing_decides_becomes_n_h() -> None:
    class Default(Cell):
        x = Input()
        h = State()
        y = Output()
        W, V = Weight(x), Weight()
        a = W.a @ x
        h = V.h @ tanh(a)
        y = h

    assert Default.record.shape_of("a") == (HIDDEN,)
    assert shapes(Default)["V_h"] == "(n_h, n_h)"


def test_numbers_are_exact() -> None:
    assert exact(0.2) == Fraction(1, 5)
    assert exact(1 / 6) == Fraction(1, 6)
    assert exact(3) == 3
    assert exact(1e-8) == Fraction(1, 10**8)
    assert exact(numpy.float64(0.1)) == Fraction(1, 10)
    assert float(exact(0.123456789012345)) == 0.123456789012345


def test_numbers_of_numpy_stand_on_either_side() -> None:
    class Scaled(Cell):
        h = State()
        U = Weight(h)
        h = numpy.float64(0.5) * (U.h @ h) - h / numpy.int64(2)

    assert [n.value for n in walk(Scaled.equations[0].tree) if isinstance(n, Number)] == [Fraction(1, 2), 2]


def test_options_of_a_function_by_place_or_name() -> None:
    class Named_(Cell):
        h = State()
        U = Weight(h)
        h = hard_sigmoid(U.h @ h, slope=0.2)

    class Placed(Cell):
        h = State()
        U = Weight(h)
        h = hard_sigmoid(U.h @ h, 0.2)

    class Default(Cell):
        h = State()
        U = Weight(h)
        h = hard_sigmoid(U.h @ h)

    assert Named_ == Placed != Default
    assert Default.equations[0].tree.args[1] == Number(Fraction(1, 6))  # type: ignore[union-attr]


def test_scale_and_fixed_and_init_are_kept() -> None:
    class Options(Cell):
        x = Input(domain="unit")
        h = State()
        p = Scale(fixed=True, init=0.1)
        W = Weight(x, init=lambda rng, shape: numpy.eye(*shape))
        h = p.h * h + W.h @ x

    p, w = Options.params
    assert (p.kind, p.fixed, p.init, p.family, p.block) == ("scale", True, 0.1, "p", "h")
    assert w.kind == "weight" and callable(w.init)
    assert Options.inputs[0].domain == "unit"
