"""Claims that no argument settles, and why; and functions, sums and products that few claims have in them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
import sympy
from claim_trees import E, at, between, by, call, claim, equals, function, grad, over, par, tends

import symrnn
from symrnn import zoo
from symrnn.analysis.claim_ranges import Reach
from symrnn.analysis.claims import FALSE, HOLDS, HOLDS_WITH, UNDECIDED, judge, judge_all
from symrnn.cell import Cell, Input, State
from symrnn.ops import exp, log, sqrt
from symrnn.reading import tree as read

LSTM, RNN = zoo["lstm"], zoo["elman"]
c, h, f, i, x, a = (at(name) for name in ("c", "h", "f", "i", "x", "a_h"))
h_, c_ = at("h", -1), at("c", -1)
U, n, m = par("U_h"), par("n"), par("m")
CIRCLE = call("sin", h) ** 2 + call("cos", h) ** 2  # 1, which no normal form says
SOFT = call("softmax", h)
SLOPE = call("diag", 1 - h**2)
STACKED = symrnn.read(r"h_t = \tanh(W [h_{t-1}, x_t] + b)").cells[0]
LAGGING = symrnn.read(r"c_t = \tanh(W x_t + U c_{t-1}), \quad h_t = \tanh(V c_{t-1} + R h_{t-1})").cells[0]
NOTHING = read.Partial(None, h.tree)


@pytest.mark.parametrize(
    ("kind", "cell", "relation", "left", "right", "conditions"),
    [
        ("derivative", RNN, "=", by(h, h_), (1 - h**2) & CIRCLE & U, []),
        (
            "derivative",
            None,
            "=",
            by(call("sin", n), n),
            call("cos", n) & call("sin", n) ** 2 + call("cos", n) ** 2,
            [],
        ),
        ("adjoint", RNN, "=", grad(a), grad(h) & (1 - h**2) & CIRCLE, []),
        ("limit", LSTM, "to", c, c_ & CIRCLE, [tends(f, 1), tends(i, 0)]),
    ],
)
def test_what_agrees_at_all_points_does_not_hold_for_that(
    kind: str, cell, relation: str, left: E, right: E, conditions
) -> None:
    found = judge(claim(kind, left, right, cell, relation, *conditions))
    assert found.verdict == UNDECIDED and "no proof was found" in found.evidence.reason
    wrong = judge(claim(kind, left, right + right, cell, relation, *conditions))
    assert wrong.verdict == FALSE


def test_cells_that_agree_at_all_points_are_not_one_for_that() -> None:
    class Root(Cell):
        x = Input()
        h = State(x)
        h = sqrt(h * h + x * x + 1)

    class Exponent(Cell):
        x = Input()
        h = State(x)
        h = exp(log(h * h + x * x + 1) / 2)

    both = claim("equivalence", par("one"), par("other"), Root, "equiv")
    found = judge(replace(both, other=Exponent))
    assert found.verdict == UNDECIDED and found.evidence.reason.startswith("agrees at ")
    assert judge(replace(both, other=Root)).verdict == HOLDS


@pytest.mark.parametrize(
    ("kind", "cell", "relation", "left", "right", "word"),
    [
        (
            "derivative",
            RNN,
            "=",
            by(h, h_),
            E(read.Stack((U.tree, h.tree))),
            "only vectors are put one after the other",
        ),
        ("derivative", RNN, "=", by(h, h_), by(h, h_) + by(h, x), "different shapes"),
        ("derivative", RNN, "=", by(h, h_), E(read.Binary("conv", h.tree, x.tree)), "convolution"),
        ("derivative", RNN, "=", by(h, h_), call("tanh", by(h, h_)), "tanh of a Jacobian"),
        ("derivative", RNN, "=", by(h, h_), E(NOTHING), "a derivative of nothing"),
        ("derivative", RNN, "=", by(by(h, h_), h_), U, "a derivative of a Jacobian"),
        ("derivative", RNN, "=", by(U, h_), U, "by or of a matrix"),
        ("range", None, "<", call("tanh", n), call("exp", E(read.Number(Fraction(1)))), "only bounds that are numbers"),
        ("range", None, "<=", call("log", n, primes=1), 10**6, "no value outside the bound was found"),
        ("count", LSTM, "=", call("count"), n ** par("m"), "no formula in sizes"),
        ("count", LSTM, "=", call("count"), E(read.Binary("conv", n.tree, m.tree)), "no formula in sizes"),
        ("adjoint", RNN, "=", h, grad(h), "the left side is no gradient"),
    ],
)
def test_what_is_not_understood_is_named(kind: str, cell, relation: str, left: E, right: E | int, word: str) -> None:
    lone = claim(kind, left, right, cell, relation)
    for found in (judge(lone), *judge_all([lone])):
        assert found.verdict == UNDECIDED and word in found.evidence.reason, found


def test_a_condition_on_a_cell_gives_a_parameter_a_value() -> None:
    less = read.Relation("<", par("b_z").tree, read.Number(0))
    found = judge(claim("equivalence", par("gru_v1"), par("gru_note"), None, "equiv", less))
    assert found.verdict == UNDECIDED and "give a parameter a value" in found.evidence.reason
    assert (
        judge(claim("equivalence", par("gru_v1"), par("gru_note"), None, "equiv", equals(par("b"), 0))).verdict == HOLDS
    )


@pytest.mark.parametrize(
    ("cell", "left", "right", "verdict"),
    [
        (RNN, by(SOFT, h), call("diag", SOFT) - SOFT * SOFT.T, HOLDS),
        (RNN, by(SOFT, h), call("diag", SOFT) + SOFT * SOFT.T, FALSE),
        (RNN, by(call("logsumexp", h_) & x, x), call("logsumexp", h_), HOLDS),
        (RNN, by(call("logsumexp", h_) & x, x), call("sum", h_), FALSE),
        (RNN, by(call("sum", h_ & h_) & x, x), call("sum", h_ & h_), HOLDS),
        (RNN, by(call("sum", h_ & h_) & x, x), call("sum", call("sum", h_ & h_)), HOLDS),
        (RNN, by(call("sum", h_ & h_) & x, x), call("sum", h_), FALSE),
        (RNN, by(call("floor", h), h), h - h, HOLDS),
        (RNN, by(call("floor", h), h), 1, FALSE),
        (LSTM, by(call("tanh", c), c), 1 - call("tanh", c), FALSE),
        (RNN, by(h, h_), call("log", call("sum", h)) * U, FALSE),
        (RNN, by(h, h_), over("sum", "t", 1, par("T"), U + SLOPE * U), FALSE),
    ],
)
def test_derivatives_of_functions_of_whole_values(cell, left: E, right: E | int, verdict: str) -> None:
    found = judge(claim("derivative", left, right, cell))
    assert found.verdict == verdict, found


def test_the_terms_of_a_sum_over_time_are_told_apart() -> None:
    found = judge(claim("derivative", by(h, h_), over("sum", "t", 1, par("T"), U + SLOPE * U), RNN)).evidence
    assert (found.missing, found.wrong) == ((), ("U_h",))


@pytest.mark.parametrize(
    ("cell", "left", "right", "verdict"),
    [
        (RNN, grad(x), grad(a) * by(a, x), HOLDS),
        (RNN, grad(x), grad(h) * by(a, x), FALSE),
        (STACKED, grad(par("W")), grad(a) * call("concat", h_, x).T, HOLDS),
        (STACKED, grad(par("W")), grad(h) * call("concat", h_, x).T, FALSE),
        (RNN, grad(h), grad(par("h_next")), HOLDS_WITH),
        (LAGGING, grad(c), par("V").T * grad(at("a_h", 1)) + par("U").T * grad(at("a_c", 1)), HOLDS),
        (LAGGING, grad(c), par("U").T * grad(at("a_c", 1)), FALSE),
    ],
)
def test_gradients_by_rows_stacks_and_what_is_handed_back(cell, left: E, right: E, verdict: str) -> None:
    found = judge(claim("adjoint", left, right, cell))
    assert found.verdict == verdict, found


@pytest.mark.parametrize(
    ("cell", "right", "verdict"),
    [
        (LSTM, -(-4 * n * (m + n + 1)), HOLDS),
        (LSTM, 8 * n * (m + n + 1) / 2, HOLDS),
        (LSTM, -4 * n * (m + n + 1), FALSE),
    ],
)
def test_numbers_of_parameters_by_signs_and_quotients(cell, right: E, verdict: str) -> None:
    assert judge(claim("count", call("count"), right, cell)).verdict == verdict


@pytest.mark.parametrize(
    ("cell", "state", "factor", "verdict"),
    [
        (LSTM, "c", by(at("c", 0, "j"), at("c", -1, "j")), HOLDS_WITH),
        (LAGGING, "c", by(at("c", 0, "j"), at("c", -1, "j")), HOLDS),
        (LAGGING, "c", by(at("h", 0, "j"), at("c", -1, "j")), FALSE),
    ],
)
def test_a_product_of_full_derivatives_leaves_out_what_goes_through_other_states(
    cell, state: str, factor: E, verdict: str
) -> None:
    product = over("prod", "j", par("k") + 1, par("t"), factor)
    found = judge(claim("derivative", by(at(state), at(state, 0, "k")), product, cell))
    assert found.verdict == verdict
    assert found.evidence.assumption == ("h held fixed at every step" if verdict == HOLDS_WITH else "")


@pytest.mark.parametrize(
    ("ends", "closed", "expected"),
    [
        ((1, 2), (False, True), (1, 2, (False, True))),
        ((-3, -2), (True, False), (2, 3, (False, True))),
        ((-3, 2), (True, False), (0, 3, (True, True))),
        ((-1, 1), (True, False), (0, 1, (True, True))),
        ((0, 2), (False, True), (0, 2, (False, True))),
    ],
)
def test_the_magnitude_of_a_range(
    ends: tuple[int, int], closed: tuple[bool, bool], expected: tuple[object, ...]
) -> None:
    found = Reach(*map(sympy.Integer, ends), closed).magnitude
    assert (found.low, found.high, found.closed) == expected


def test_a_bound_is_refuted_where_the_value_is_defined() -> None:
    found = judge(claim("range", call("log", call("sum", c)), -50, LSTM, "<"))
    assert found.verdict == FALSE and found.evidence.counterexample is not None
    root = judge(claim("range", function("sqrt"), between(0, 2, closed=True), None, "in"))
    assert (root.verdict, root.evidence.reason) == (FALSE, "at 10 it is 3.16228")
