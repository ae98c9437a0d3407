"""Claims about ranges, limits, numbers of parameters, activations and equal cells."""

from __future__ import annotations

import pytest
from claim_trees import INFINITY, E, at, between, by, call, claim, equals, function, par, tends

from symrnn import zoo
from symrnn.analysis.claims import FALSE, HOLDS, HOLDS_WITH, UNDECIDED, judge

LSTM, GRU, RNN = zoo["lstm"], zoo["gru_note"], zoo["elman"]
c, h, f, i, g, z = (at(name) for name in "chfigz")
x, n, m = par("x"), par("n"), par("m")
SLOPE = call("sigmoid", x, primes=1)


@pytest.mark.parametrize(
    ("left", "relation", "right", "verdict"),
    [
        (SLOPE, "<=", E.__truediv__(x - x + 1, 4), UNDECIDED),
        (call("tanh", x, primes=1), "<=", 1, HOLDS),
        (call("tanh", x, primes=1), "<", 1, FALSE),
        (SLOPE, ">", 0, HOLDS),
        (SLOPE, ">=", 0, HOLDS),
        (SLOPE, "<", 1, HOLDS),
        (call("abs", SLOPE), "<=", 1, HOLDS),
        (call("abs", call("tanh", x)), "<", 1, HOLDS),
        (call("tanh", x), ">", 0, FALSE),
        (function("tanh"), "in", between(-1, 1), HOLDS),
        (function("tanh"), "in", between(-1, 1, closed=True), HOLDS),
        (function("tanh"), "in", between(0, 1), FALSE),
        (function("sigmoid"), "in", between(0, 1), HOLDS),
        (function("sigmoid"), "in", between(-1, 1), HOLDS),
        (function("relu"), "in", between(0, 1), FALSE),
        (call("sigmoid", x, primes=2), "<=", 1, HOLDS),
        (function("nosuch"), "in", between(0, 1), UNDECIDED),
    ],
)
def test_bounds_on_activations(left: E, relation: str, right: E | int, verdict: str) -> None:
    assert judge(claim("range", left, right, None, relation)).verdict == verdict


def test_a_quarter_is_reached() -> None:
    quarter = E(claim("range", x, 1).right) / 4
    assert judge(claim("range", SLOPE, quarter, None, "<=")).verdict == HOLDS
    found = judge(claim("range", SLOPE, quarter, None, "<"))
    assert found.verdict == FALSE and found.evidence.reason == "at 0 it is 0.25"
    assert judge(claim("range", quarter, SLOPE, None, ">=")).verdict == HOLDS


@pytest.mark.parametrize(
    ("cell", "left", "relation", "right", "verdict"),
    [
        (LSTM, f, "<", 1, HOLDS),
        (LSTM, f, ">", 0, HOLDS),
        (LSTM, f, "in", between(0, 1), HOLDS),
        (LSTM, h, "in", between(-1, 1), HOLDS),
        (LSTM, c, "in", between(-1, 1), FALSE),
        (LSTM, g, ">", 0, FALSE),
        (GRU, h, "in", between(-1, 1), HOLDS_WITH),
        (GRU, h, "in", between(0, 1), FALSE),
        (GRU, h, "in", between(-2, 2, closed=True), HOLDS_WITH),
        (RNN, h, "in", between(-1, 1), HOLDS),
        (LSTM, at("q"), "<", 1, UNDECIDED),
        (LSTM, f, "<", c, FALSE),
        (None, f, "<", 1, UNDECIDED),
    ],
)
def test_bounds_on_values_of_a_cell(cell, left: E, relation: str, right: E | int, verdict: str) -> None:
    found = judge(claim("range", left, right, cell, relation))
    assert found.verdict == verdict
    if verdict == FALSE:
        assert found.evidence.counterexample is not None


@pytest.mark.parametrize(
    ("cell", "left", "right", "conditions", "verdict"),
    [
        (LSTM, c, at("c", -1), [tends(f, 1), tends(i, 0)], HOLDS),
        (LSTM, c, at("c", -1), [tends(f, 1)], FALSE),
        (LSTM, c, i & g, [tends(f, 0)], HOLDS),
        (LSTM, c, f - f, [tends(f, 0)], FALSE),
        (LSTM, f, 1, [tends(par("b_f"), INFINITY)], HOLDS),
        (LSTM, f, 0, [tends(par("b_f"), -INFINITY)], HOLDS),
        (LSTM, f, 0, [tends(par("b_f"), INFINITY)], FALSE),
        (LSTM, h, 0, [tends(at("o"), 0)], HOLDS),
        (LSTM, c, (at("c", -1) & f) + i, [tends(par("b_g"), INFINITY)], HOLDS),
        (GRU, h, at("h", -1), [tends(z, 1)], HOLDS),
        (GRU, h, at("h_tilde"), [tends(z, 0)], HOLDS),
        (GRU, h, at("h_tilde"), [tends(z, 1)], FALSE),
        (zoo["cifg"], c, g, [tends(f, 0)], HOLDS),
        (zoo["relu_rnn"], h, 0, [tends(par("b_h"), -INFINITY)], HOLDS),
        (zoo["relu_rnn"], h, 0, [tends(par("b_h"), INFINITY)], UNDECIDED),
        (LSTM, c, at("c", -1), [], UNDECIDED),
        (None, c, at("c", -1), [tends(f, 1)], UNDECIDED),
    ],
)
def test_limits(cell, left: E, right: E | int, conditions, verdict: str) -> None:
    assert judge(claim("limit", left, right, cell, "to", *conditions)).verdict == verdict


@pytest.mark.parametrize(
    ("cell", "right", "verdict"),
    [
        (LSTM, 4 * n * (m + n + 1), HOLDS),
        (LSTM, 4 * (n * m + n**2 + n), HOLDS),
        (LSTM, 4 * (n * m + n**2 + 2 * n), HOLDS_WITH),
        (LSTM, 4 * (n * m + n**2), HOLDS_WITH),
        (LSTM, 3 * n * (m + n + 1), FALSE),
        (LSTM, 4 * n * (m + n + 1 + par("d")), UNDECIDED),
        (LSTM, call("exp", n), UNDECIDED),
        (GRU, 3 * n * (m + n), HOLDS),
        (GRU, 3 * par("n_h") * (par("n_h") + par("n_x")), HOLDS),
        (None, 4 * n, UNDECIDED),
    ],
)
def test_numbers_of_parameters(cell, right: E, verdict: str) -> None:
    found = judge(claim("count", call("count"), right, cell))
    assert found.verdict == verdict
    if verdict == FALSE:
        assert "claimed are" in found.evidence.reason


@pytest.mark.parametrize(
    ("left", "right", "verdict"),
    [
        (SLOPE, call("sigmoid", x) * (1 - call("sigmoid", x)), HOLDS),
        (call("tanh", x, primes=1), 1 - call("tanh", x) ** 2, HOLDS),
        (call("tanh", x, primes=1), 1 - call("tanh", x), FALSE),
        (by(call("tanh", x), x), 1 - call("tanh", x) ** 2, HOLDS),
        (call("sigmoid", -x), 1 - call("sigmoid", x), HOLDS),
        (call("tanh", x), 2 * call("sigmoid", 2 * x) - 1, HOLDS),
        (call("tanh", x), 2 * call("sigmoid", x) - 1, FALSE),
    ],
)
def test_identities_of_activations(left: E, right: E, verdict: str) -> None:
    assert judge(claim("derivative", left, right)).verdict == verdict


@pytest.mark.parametrize(
    ("left", "right", "conditions", "verdict"),
    [
        ("GRU_V1", "gru_note", [equals(par("b"), 0)], HOLDS),
        ("gru_v1", "gru_note", [equals(par("b_z"), 0)], UNDECIDED),
        ("lstm", "cifg", [], FALSE),
        ("lstm", "lstm", [], HOLDS),
        ("lstm", "nosuchcell", [], UNDECIDED),
        ("gru_v1", "gru_note", [equals(par("q"), 0)], UNDECIDED),
    ],
)
def test_cells_that_are_one(left: str, right: str, conditions, verdict: str) -> None:
    assert judge(claim("equivalence", par(left), par(right), None, "equiv", *conditions)).verdict == verdict


def test_a_kind_that_is_not_known_is_undecided() -> None:
    assert judge(claim("weather", h, h)).verdict == UNDECIDED
