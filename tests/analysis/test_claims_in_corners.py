"""Claims written in unusual ways, about unusual cells, and ones that make no sense: a verdict in every case."""

from __future__ import annotations

import random

import pytest
from claim_trees import INFINITY, E, at, between, by, call, claim, delta, equals, function, grad, over, par, tends

import symrnn
from symrnn import zoo
from symrnn.analysis.claims import FALSE, HOLDS, HOLDS_WITH, UNDECIDED, judge
from symrnn.reading import tree as read

LSTM, RNN = zoo["lstm"], zoo["elman"]
c, h, f, o, x, i = (at(name) for name in "chfoxi")
h_, c_ = at("h", -1), at("c", -1)
W, U = par("W_h"), par("U_h")
MLSTM, LINEAR, SOFT = zoo["mlstm"], zoo["linear_attention"], zoo["on_lstm"]
ATTENTION = symrnn.read(
    r"a_t = \mathrm{softmax}(W x_t + U h_{t-1}), \quad h_t = a_t \odot h_{t-1} + \tanh(V x_t)"
).cells[0]

DERIVATIVES = [
    (RNN, by(h, h_), call("diag", 1 - h**2) * U + (U - U), HOLDS),
    (RNN, by(h, h_), -(call("diag", h**2 - 1) * U), HOLDS),
    (RNN, by(h, h_), 2 * (call("diag", 1 - h**2) * U) / 2, UNDECIDED),
    (RNN, by(h, h_), call("diag", 1 - h**2) * U * 1, HOLDS),
    (RNN, by(h, h_).T, U.T * call("diag", 1 - h**2), HOLDS),
    (RNN, by(h, h_), (1 - h**2) & U, HOLDS),
    (RNN, by(h, h_), (h**2) & U, FALSE),
    (RNN, by(h, h), 1, HOLDS),
    (RNN, by(h, h), par("I"), HOLDS),
    (RNN, by(h, at("x", -1)), by(h, h_) * by(h_, at("x", -1)), HOLDS),
    (LSTM, by(c, at("i")), at("g"), HOLDS),
    (LSTM, by(c, x), by(c, f) * by(f, x) + by(c, i) * by(i, x) + by(c, at("g")) * by(at("g"), x), HOLDS),
    (LSTM, by(h, c_), o & (1 - call("tanh", c) ** 2) & f, HOLDS_WITH),
    (LSTM, by(h, c_), o & f, FALSE),
    (LSTM, by(call("tanh", c), c), 1 - call("tanh", c) ** 2, HOLDS),
    (LSTM, by(h_, c_), at("o", -1) & (1 - call("tanh", c_) ** 2), HOLDS),
    (LSTM, by(c, E(read.Stack((h_.tree, x.tree)))), f, UNDECIDED),
    (LSTM, call("tanh", c, primes=1), 1 - call("tanh", c) ** 2, HOLDS),
    (ATTENTION, by(h, h_), at("a"), HOLDS_WITH),
    (ATTENTION, by(at("a"), h_), (call("diag", at("a")) - at("a") * at("a").T) * par("U"), HOLDS),
    (ATTENTION, by(at("a"), h_), call("diag", at("a")) * par("U"), FALSE),
    (MLSTM, by(at("nrm"), at("nrm", -1)), at("f"), HOLDS),
    (MLSTM, by(at("S"), at("S", -1)), at("f"), UNDECIDED),
    (SOFT, by(h, o), call("tanh", c), HOLDS),
]


@pytest.mark.parametrize(("cell", "left", "right", "verdict"), DERIVATIVES)
def test_derivatives(cell, left: E, right: E | int, verdict: str) -> None:
    assert judge(claim("derivative", left, right, cell)).verdict == verdict


TEXT = r"h_t = \tanh(W x_t + U h_{t-1} + b), \quad y_t = V h_t, \quad p_t = \mathrm{softmax}(y_t)"
READOUT = symrnn.read(TEXT).cells[0]
GRADIENTS = [
    (RNN, grad(W * x + U * h_ + par("b_h")), grad(h) & (1 - h**2), HOLDS),
    (RNN, grad(h * h), grad(h), UNDECIDED),
    (RNN, grad(par("h_prev")), U.T * grad(at("a_h")), HOLDS),
    (RNN, grad(h), grad(h) + grad(par("h_next")), HOLDS),
    (RNN, grad(h_), U.T * grad(at("a_h")) + grad(h_), HOLDS),
    (RNN, grad(W), grad(at("a_h")) * x.T, HOLDS),
    (RNN, grad(W), x * grad(at("a_h")).T, FALSE),
    (RNN, grad(W).T, x * grad(at("a_h")).T, UNDECIDED),
    (RNN, grad(U), grad(at("a_h")) * h_, FALSE),
    (RNN, grad(W), grad(at("a_h")) * x, HOLDS),
    (RNN, grad(x), grad(at("a_h")) * W, HOLDS),
    (RNN, grad(x), W.T * (by(h, at("a_h")).T * grad(h)), HOLDS),
    (RNN, grad(h), by(h, h), UNDECIDED),
    (RNN, grad(par("b_h")), over("sum", "t", 1, par("T"), grad(at("a_h"))), HOLDS),
    (RNN, grad(at("q")), grad(h), UNDECIDED),
    (RNN, grad(at("h", 0, "T")), grad(h), UNDECIDED),
    (RNN, h, grad(h), UNDECIDED),
    (RNN, delta(shift=0), grad(h) & h, UNDECIDED),
    (READOUT, grad(at("y")), (call("diag", at("p")) - at("p") * at("p").T) * grad(at("p")), HOLDS),
    (READOUT, grad(h), par("V").T * grad(at("y")) + par("U").T * grad(at("a_h", 1)), HOLDS),
    (READOUT, grad(h), par("V").T * grad(at("y")), HOLDS_WITH),
    (READOUT, grad(par("V")), grad(at("y")) * h.T, HOLDS),
    (LSTM, grad(E(read.Stack((h_.tree, x.tree)))), grad(h), UNDECIDED),
    (LINEAR, grad(at("v")), grad(at("S")).T * at("k"), HOLDS),
]


@pytest.mark.parametrize(("cell", "left", "right", "verdict"), GRADIENTS)
def test_gradients(cell, left: E, right: E | int, verdict: str) -> None:
    found = judge(claim("adjoint", left, right, cell))
    assert found.verdict == verdict, found


VALUES = [
    ("range", LSTM, "<=", call("softplus", x), INFINITY, HOLDS),
    ("range", LSTM, "<=", call("abs", h), 1, HOLDS),
    ("range", LSTM, ">=", call("exp", c), 0, HOLDS),
    ("range", LSTM, ">", by(h, h_), 0, UNDECIDED),
    ("range", LSTM, "!=", f, 0, UNDECIDED),
    ("range", LSTM, "in", f + i, between(0, 2), HOLDS),
    ("range", LSTM, "in", f & i, between(0, 1), HOLDS),
    ("range", LSTM, "in", f - i, between(-1, 1), HOLDS),
    ("range", LSTM, "<", f / 2, 1, HOLDS),
    ("range", SOFT, "<=", at("f_tilde"), 1, UNDECIDED),
    ("range", None, "<", call("tanh", par("x"), primes=2), par("y"), UNDECIDED),
    ("range", None, "<=", call("log", par("x"), primes=1), 3, FALSE),
    ("range", None, "<", call("tanh", par("x")), call("sqrt", E(claim("x", x, 4).right)), HOLDS),
    ("range", None, "<", call("tanh", par("x")), E(claim("x", x, 2).right) ** 100, UNDECIDED),
    ("range", None, "<", call("tanh", par("x")), E(claim("x", x, 2).right) ** 2 - 1, HOLDS),
    ("range", None, "in", function("hard_sigmoid"), between(0, 1, closed=True), HOLDS),
    ("range", None, "in", function("hard_sigmoid"), between(0, 1), FALSE),
    ("range", None, ">", call("abs", call("sigmoid", par("x"))), 0, HOLDS),
    ("range", None, "<", call("abs", call("logsigmoid", par("x"))), 1, FALSE),
    ("limit", LSTM, "to", h, f, UNDECIDED),
]


@pytest.mark.parametrize(("kind", "cell", "relation", "left", "right", "verdict"), VALUES)
def test_values(kind: str, cell, relation: str, left: E, right: E | int, verdict: str) -> None:
    found = judge(claim(kind, left, right, cell, relation))
    assert found.verdict == verdict, found


LIMITS = [
    (LSTM, E(read.Limit(f.tree, read.Number(0), c.tree)), i & at("g"), [], HOLDS),
    (LSTM, by(h, h_), 0, [tends(f, 0)], UNDECIDED),
    (LSTM, par("b_f"), 0, [tends(par("b_f"), INFINITY)], UNDECIDED),
    (LSTM, at("f") / at("i"), 0, [tends(i, 0)], UNDECIDED),
    (LSTM, f, 1, [tends(at("a_f"), INFINITY)], HOLDS),
    (LSTM, call("log", f), 0, [tends(f, 1)], UNDECIDED),
    (LSTM, par("U_f") * h_, 0, [tends(h_, INFINITY)], UNDECIDED),
    (LSTM, par("b_f") & h_, 0, [tends(par("b_f"), INFINITY)], UNDECIDED),
    (LSTM, par("b_f") - par("b_i"), 0, [tends(par("b_f"), INFINITY), tends(par("b_i"), INFINITY)], UNDECIDED),
    (LSTM, call("cos", par("b_f")), 0, [tends(par("b_f"), INFINITY)], UNDECIDED),
    (LSTM, c, c_, [equals(f, 1), equals(i, 0)], HOLDS),
    (LSTM, c, c_, [read.Relation("<", f.tree, read.Number(1))], UNDECIDED),
    (ATTENTION, h, call("tanh", par("V") * x), [tends(at("a"), 0)], HOLDS),
]


@pytest.mark.parametrize(("cell", "left", "right", "conditions", "verdict"), LIMITS)
def test_limits_of_many_kinds(cell, left: E, right: E | int, conditions, verdict: str) -> None:
    found = judge(claim("limit", left, right, cell, "to", *conditions))
    assert found.verdict == verdict, found


@pytest.mark.parametrize(
    ("left", "right", "conditions", "verdict"),
    [
        ("gru_v1", "gru_note", [equals(par("b_z"), par("W_z"))], UNDECIDED),
        ("gru_v1", "gru_note", [equals(par("b"), par("x") * par("y"))], UNDECIDED),
        ("lstm", "gru_note", [], UNDECIDED),
        ("rnn", "elman", [], HOLDS),
    ],
)
def test_cells(left: str, right: str, conditions, verdict: str) -> None:
    assert judge(claim("equivalence", par(left), par(right), None, "equiv", *conditions)).verdict == verdict


def test_a_note_s_cell_is_the_zoo_s_under_other_names() -> None:
    note = symrnn.read(r"h_t = \tanh(A x_t + B h_{t-1} + d)").cells[0]
    assert judge(claim("equivalence", par("note"), par("elman"), note, "equiv")).verdict == HOLDS


def leaf(rng: random.Random) -> E:
    if rng.random() < 0.6:
        return at(rng.choice("hcfiogxqSa"), rng.choice([0, 0, -1, 1, -2]), rng.choice("ttttjT"))
    return rng.choice([par(rng.choice(["W_f", "U_f", "b_f", "n_h", "x", "y"])), E(read.Number(rng.choice([0, 1, 2])))])


def drawn(rng: random.Random, depth: int) -> E:
    """A tree of anything."""
    if depth == 0 or rng.random() < 0.2:
        return leaf(rng)
    a, b = drawn(rng, depth - 1), drawn(rng, depth - 1)
    functions = ["tanh", "sigmoid", "exp", "log", "sum", "norm", "diag", "softmax", "concat", "where", "nosuch"]
    made = [
        a + b, a - b, a * b, a & b, a / b, a**2, -a, a.T, by(a, b), grad(a), delta(rng.choice(["", "8"]), 0),
        call(rng.choice(functions), a, primes=rng.choice([0, 0, 1, 2])),
        over(rng.choice(["sum", "prod"]), "j", 1, b, a),
        E(read.Stack((a.tree, b.tree))), E(read.Inverse(a.tree)), INFINITY, between(0, 1), function("tanh"),
        E(read.Limit(a.tree, b.tree, a.tree)), E(read.Indicator(tends(a, 1))), E(read.Cases(((a.tree, None),))),
    ]  # fmt: skip
    return rng.choice(made)


def test_nonsense_gets_a_verdict_and_no_exception() -> None:
    rng = random.Random(7)
    kinds = ["derivative", "adjoint", "range", "limit", "count", "equivalence"]
    for _ in range(250):
        kind, cell = rng.choice(kinds), rng.choice([LSTM, RNN, ATTENTION, LINEAR, None])
        left = (
            by(leaf(rng), leaf(rng))
            if kind == "derivative"
            else grad(leaf(rng))
            if kind == "adjoint"
            else drawn(rng, 2)
        )
        conditions = [tends(leaf(rng), rng.choice([0, 1, INFINITY]))] if kind == "limit" else []
        relation = rng.choice(["=", "=", "<", "in", "to", "approx", "+=", "equiv"])
        found = judge(claim(kind, left, drawn(rng, rng.choice([0, 1, 2])), cell, relation, *conditions))
        assert found.verdict in (HOLDS, HOLDS_WITH, FALSE, UNDECIDED) and str(found) and found.facts()
        assert found.verdict != UNDECIDED or found.evidence.reason
