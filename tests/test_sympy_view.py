"""Both SymPy views of a cell and the way back: names, meaning, and no rule of this package in the explicit one."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

import pytest
import sympy
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from symrnn.cell import Bias, Cell, Constant, Input, Matrix, Output, Scalar, Scale, Size, State, Vector, Weight
from symrnn.errors import CellError
from symrnn.ops import exp, hard_sigmoid, maximum, sigmoid, sqrt, tanh
from symrnn.ops.elementwise import Head
from symrnn.sympy_reader import from_sympy
from symrnn.sympy_view import EntrywiseFunction
from symrnn.tree import Apply, Arith
from symrnn.unify import HIDDEN, size_symbol
from symrnn.zoo import LSTM, Elman, GRUcuDNN, zoo

N = HIDDEN
N_X = size_symbol("n_x")
X, H, H_OLD = (sympy.MatrixSymbol(name, size, 1) for name, size in (("x_t", N_X), ("h_t", N), ("h_{t-1}", N)))
W, U, B = sympy.MatrixSymbol("W_h", N, N_X), sympy.MatrixSymbol("U_h", N, N), sympy.MatrixSymbol("b_h", N, 1)
Z = sympy.Symbol("z")


class Mixed(Cell):
    """Everything that the two views have to hold: scalars, numbers, matrices, versions, static equations."""

    n_k = Size()
    x = Input()
    k = Input(n_k)
    h = State()
    S = State(h, k)
    y = Output()
    W, U, V, w = Weight(x), Weight(h), Weight(k), Weight(k, to=1)
    b, p = Bias(), Scale()
    alpha = Constant(0.25)
    nu, g, Q = Vector(h), Scalar(), Matrix(h, h)
    lam = exp(-exp(nu)) / 2
    gate = sigmoid(w.g @ k)
    s = tanh(W.s @ x + U.s @ h + b.s) - 1 / sqrt(n_k)
    s = maximum(s, p.s * h) ** 2 * 3
    s = maximum(-s, 0.5) + abs(s) * gate - Q @ s
    S = gate * S + s @ k.T * alpha
    h = lam * h + (1 - lam) * (S @ k) + g * hard_sigmoid(s, slope=0.2) + (V.h @ k) / (2 + k.T @ k)
    y = h.T @ h + S.T @ h * (g * gate)


def back(cell: type[Cell]) -> type[Cell]:
    return from_sympy(
        cell.sympy(),
        states=[item.name for item in cell.states],
        inputs=[item.name for item in cell.inputs],
        outputs=() if cell.outputs == (cell.states[0].name,) else cell.outputs,
        constants=dict(cell.constants),
        name=cell.name,
    )


# What SymPy has a form for at a symbolic size; ones(), norms and comparisons have none.
ROUND = (
    "cifg", "elman", "gru_cudnn", "gru_note", "gru_v1", "gru_v3", "hard_lstm", "lstm", "lstm_peephole",
    "mgu", "relu_rnn",
)  # fmt: skip


@pytest.mark.parametrize("id", ROUND)
def test_zoo_comes_back_from_its_symbolic_view(id: str) -> None:
    again = back(zoo[id])
    assert again == zoo[id]
    assert str(again).splitlines()[1:] == str(zoo[id]).splitlines()[1:]
    assert [(p.family, p.block, p.kind) for p in again.params] == [(p.family, p.block, p.kind) for p in zoo[id].params]


def test_symbolic_view_of_an_elman_network() -> None:
    (equation,) = Elman.sympy()
    assert equation.lhs == H
    function, argument = equation.rhs.args
    assert isinstance(equation.rhs, ElementwiseApplyFunction) and function.expr.func is tanh.head
    inner = sympy.MatAdd(sympy.MatMul(W, X), sympy.MatMul(U, H_OLD))
    assert argument == sympy.MatAdd(inner, B)


def values_at(cell: type[Cell], sizes: Mapping[str, int]) -> dict[sympy.Symbol, float]:
    """A random number for every symbol of the explicit view that no equation computes."""
    draw = random.Random(7)
    computed = {entry for equation in cell.sympy(**sizes) for entry in equation.lhs}
    read = set().union(*(equation.rhs.free_symbols for equation in cell.sympy(**sizes)))
    return {symbol: draw.uniform(-0.9, 0.9) for symbol in sorted(read - computed, key=str)}


def explicit_values(cell: type[Cell], sizes: Mapping[str, int]) -> dict[str, list[float]]:
    """Every equation's value by the explicit view."""
    known: dict[sympy.Symbol, float] = dict(values_at(cell, sizes))
    result = {}
    for equation in cell.sympy(**sizes):
        numbers = [float(entry.xreplace(known).evalf()) for entry in equation.rhs]
        known.update(zip(equation.lhs, numbers, strict=True))
        result[str(equation.lhs[0]).rsplit("_", equation.lhs.shape[1] > 1 and 2 or 1)[0]] = numbers
    return result


def symbolic_values(cell: type[Cell], sizes: Mapping[str, int]) -> dict[str, list[float]]:
    """The same by the symbolic view, made explicit by SymPy and with the functions put in at the end."""
    numbers = {str(symbol): value for symbol, value in values_at(cell, sizes).items()}
    shape = {size_symbol(name): size for name, size in sizes.items()}
    constants = {sympy.Symbol(name, real=True): value for name, value in cell.constants}
    known: dict[str, sympy.Matrix] = {}
    result = {}
    for equation in cell.sympy():
        sized = equation.rhs.subs(shape)
        for symbol in sized.atoms(sympy.MatrixSymbol):
            if symbol.name not in known:
                names = [[f"{symbol.name}_{i}_{j}" for j in range(symbol.cols)] for i in range(symbol.rows)]
                if names[0][0] not in numbers:
                    names = [[name.rsplit("_", 1)[0] for name in row] for row in names]
                known[symbol.name] = sympy.Matrix([[numbers[name] for name in row] for row in names])
        entries = [sized[i, j] for i in range(sized.shape[0]) for j in range(sized.shape[1])]
        matrices = {symbol: known[symbol.name] for symbol in sized.atoms(sympy.MatrixSymbol)}
        scalars = {s: numbers[s.name] for s in sized.free_symbols if s.name in numbers}
        filled = [entry.subs(constants).subs(scalars).xreplace(elements(entry, matrices)) for entry in entries]
        meant = [value.replace(lambda e: isinstance(e, Head), lambda e: e.op.definition(*e.args)) for value in filled]
        result[equation.lhs.name] = [float(value.doit().evalf()) for value in meant]
        known[equation.lhs.name] = sympy.Matrix(*sized.shape, result[equation.lhs.name])
    return result


def elements(entry: sympy.Expr, matrices: Mapping[sympy.MatrixSymbol, sympy.Matrix]) -> dict[sympy.Expr, sympy.Expr]:
    found = entry.atoms(sympy.matrices.expressions.matexpr.MatrixElement)
    return {element: matrices[element.parent][element.i, element.j] for element in found}


@pytest.mark.parametrize("cell", [Mixed, LSTM, GRUcuDNN])
def test_the_two_views_have_one_meaning(cell: type[Cell]) -> None:
    sizes = {str(size): number for size, number in zip(cell.sizes, (3, 2, 4), strict=False)}
    explicit, symbolic = explicit_values(cell, sizes), symbolic_values(cell, sizes)
    assert explicit.keys() == symbolic.keys()
    for name, numbers in explicit.items():
        assert numbers == pytest.approx(symbolic[name], rel=1e-12), name


def test_mixed_cell_comes_back() -> None:
    assert back(Mixed) == Mixed


def test_explicit_view_holds_functions_of_sympy_only() -> None:
    for id in zoo:
        sizes = {str(size): 2 for size in zoo[id].sizes}
        assert not any(equation.rhs.atoms(Head) for equation in zoo[id].sympy(**sizes))


def test_sympy_differentiates_the_explicit_view() -> None:
    cell_state = LSTM.sympy(n_h=2, n_x=1)[3].rhs
    f, g = sympy.Symbol("f_t_1", real=True), sympy.Symbol("g_t_1", real=True)
    assert cell_state[1].diff(sympy.Symbol("c_{t-1}_1", real=True)) == f
    assert cell_state[1].diff(sympy.Symbol("i_t_1", real=True)) == g
    (hidden,) = Elman.sympy(n_h=1, n_x=1)
    slope = hidden.rhs[0].diff(sympy.Symbol("U_h_0_0", real=True))
    assert sympy.simplify(slope - (1 - hidden.rhs[0] ** 2) * sympy.Symbol("h_{t-1}_0", real=True)) == 0


WRONG_SIZES = [{"n_h": 2}, {"n_h": 2, "n_x": 0}, {"n_h": 2, "n_x": 1, "n_k": 3}, {"n_h": 2, "n_x": True}]


@pytest.mark.parametrize("sizes", WRONG_SIZES)
def test_explicit_view_wants_every_size(sizes: dict[str, int]) -> None:
    with pytest.raises(CellError, match="LSTM.sympy"):
        LSTM.sympy(**sizes)


def elman(right: sympy.MatrixExpr) -> type[Cell]:
    return from_sympy([sympy.Eq(H, right, evaluate=False)], states=["h"], inputs=["x"])


@pytest.mark.parametrize("function", [sympy.tanh, tanh.head, lambda v: 1 - 2 / (sympy.exp(2 * v) + 1)])
def test_functions_of_sympy_are_understood(function: Callable[[sympy.Expr], sympy.Expr]) -> None:
    cell = elman((W * X + U * H_OLD + B).applyfunc(sympy.Lambda(Z, function(Z))))
    tree = cell.equations[0].tree
    assert isinstance(tree, Apply | Arith)
    point = {symbol: sympy.Rational(1, 3) for symbol in cell.sympy(n_h=1, n_x=1)[0].rhs.free_symbols}
    value = cell.sympy(n_h=1, n_x=1)[0].rhs[0].xreplace(point)
    assert float(value) == pytest.approx(float(sympy.tanh(sympy.Rational(5, 9))), rel=1e-14)


def test_a_sigmoid_is_known_by_its_definition() -> None:
    cell = elman((W * X + U * H_OLD).applyfunc(sympy.Lambda(Z, 1 / (1 + sympy.exp(-Z)))))
    assert isinstance(cell.equations[0].tree, Apply) and cell.equations[0].tree.op == "sigmoid"


def test_start_values_and_names_are_taken_over() -> None:
    cell = from_sympy([sympy.Eq(H, H_OLD + B)], states={"h": 0.5}, inputs=[], name="Ramp")
    assert (cell.name, cell.id, cell.states[0].start) == ("Ramp", "ramp", 0.5)
    assert "h[t] = " in str(cell)


def test_foreign_size_symbols_become_those_of_the_package() -> None:
    n = sympy.Symbol("n")
    h, old, u = sympy.MatrixSymbol("h_{t}", n, 1), sympy.MatrixSymbol("h_{t-1}", n, 1), sympy.MatrixSymbol("U", n, n)
    cell = from_sympy([sympy.Eq(h, u * old)], states=["h"], inputs=[])
    assert cell.sizes == (size_symbol("n"),)
    assert cell.params[0].shape == (size_symbol("n"), size_symbol("n"))


def test_one_symbol_for_two_things_is_refused() -> None:
    class Clash(Cell):
        h = State()
        h_t = Vector(h)
        h = h + h_t

    with pytest.raises(CellError, match="parameter h_t and signal h would be one symbol"):
        Clash.sympy()


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda v: sympy.Max(v, 0.25), "maximum(0.25, h[t-1])"),
        (lambda v: sympy.Min(v, 2), "minimum(2, h[t-1])"),
        (lambda v: sympy.Abs(v), "abs(h[t-1])"),
        (lambda v: sympy.log(v + 3), "log(3 + h[t-1])"),
        (lambda v: v**2 * 0.1, "0.1 * h[t-1] ** 2"),
    ],
)
def test_scalar_functions_are_read_node_by_node(function: Callable[[sympy.Expr], sympy.Expr], text: str) -> None:
    right = H_OLD.applyfunc(sympy.Lambda(Z, function(Z)))
    cell = from_sympy([sympy.Eq(H, right, evaluate=False)], states=["h"], inputs=[])
    assert str(cell).splitlines()[2] == f"  h[t] = {text}  (n_h)"


def test_a_weight_that_acts_on_a_scalar_stays_a_matrix() -> None:
    class Driven(Cell):
        s = Input(1)
        h = State()
        W = Weight(s)
        h = h + W.s @ s

    assert Driven.params[0].shape == (N, sympy.Integer(1))
    assert back(Driven) == Driven


def test_parameters_that_share_a_letter_with_a_signal_stay_single() -> None:
    class Singles(Cell):
        c = State()
        c_m, c_a, A_log = Vector(), Vector(), Vector()
        c = c_m * c + c_a * exp(A_log)

    assert back(Singles) == Singles
    assert [array.name for array in back(Singles).arrays] == ["c_m", "c_a", "A_log"]


def deep(times: int) -> sympy.MatrixExpr:
    value = H_OLD
    for _ in range(times):
        value = value.applyfunc(sympy.Lambda(Z, sympy.tanh(Z)))
    return value


R_T, OLD_R = sympy.MatrixSymbol("r_t", N, 1), sympy.MatrixSymbol("r_{t-1}", N, 1)
REFUSED = [
    ([H], ["h"], [], "equation 1 is not of the form Eq"),
    ([sympy.Eq(Z, Z + 1, evaluate=False)], ["h"], [], "equation 1 is not of the form Eq"),
    ([sympy.Eq(H, U * H_OLD)], ["h"], ["x"], "input x stands in no equation; its symbol would be x_t"),
    ([sympy.Eq(H, U * H_OLD)], ["h", "c"], [], "state c stands in no equation"),
    ([sympy.Eq(H, sympy.Inverse(U) * H_OLD)], ["h"], [], "Inverse cannot be read"),
    ([sympy.Eq(H, sympy.MatMul(U, H))], ["h"], [], "h_t is read before the equation that computes h"),
    ([sympy.Eq(H, H_OLD.applyfunc(sympy.Lambda(Z, sympy.gamma(Z))))], ["h"], [], "gamma cannot be read"),
    ([sympy.Eq(H, H_OLD + sympy.MatrixSymbol("import os", N, 1))], ["h"], [], "'import os' is not a name"),
    ([sympy.Eq(H, H_OLD + OLD_R), sympy.Eq(R_T, H_OLD)], ["h"], [], "r_{t-1} is the"),
    ([sympy.Eq(H, R_T), sympy.Eq(R_T, H_OLD)], ["h"], [], "r_t is read before the equation that computes r"),
    ([sympy.Eq(H, H_OLD), sympy.Eq(R_T, sympy.MatrixSymbol("h_t", N, N) * R_T)], ["h"], [], "h_t has the shapes"),
    ([sympy.Eq(sympy.MatrixSymbol("y", N, 1), H_OLD), sympy.Eq(H, H_OLD)], ["h"], [], "y (line 1) is computed but"),
    ([sympy.Eq(H, sympy.MatMul(H_OLD.T, U, H_OLD), evaluate=False)], ["h"], [], "h_t has length n_h, but its right"),
]


@pytest.mark.parametrize(("equations", "states", "inputs", "message"), REFUSED)
def test_refused_equations(equations: list[sympy.Eq], states: list[str], inputs: list[str], message: str) -> None:
    with pytest.raises(CellError) as caught:
        from_sympy(equations, states=states, inputs=inputs)
    assert message in str(caught.value)


def test_nesting_is_bounded() -> None:
    assert len(str(from_sympy([sympy.Eq(H, deep(50), evaluate=False)], states=["h"], inputs=[]))) > 250
    with pytest.raises(CellError, match="nests at most 200"):
        from_sympy([sympy.Eq(H, deep(210), evaluate=False)], states=["h"], inputs=[])


def test_entrywise_function_prints_and_has_entries() -> None:
    both = EntrywiseFunction(sympy.Lambda(Z, Z**2), H)
    assert both.shape == (N, 1)
    assert both[0, 0] == H[0, 0] ** 2
    assert both.function == sympy.Lambda(Z, Z**2)
