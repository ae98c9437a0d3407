"""The edges of judging: products over time that are none, drawn domains, functions of whole values at 50 digits."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy
from claim_trees import E, at, by, call, claim, over, par

from symrnn import zoo
from symrnn.analysis.agreement import agreement, same_at
from symrnn.analysis.claims import FALSE, HOLDS, UNDECIDED, judge
from symrnn.analysis.digits import values
from symrnn.analysis.random_points import Points
from symrnn.analysis.ticks import Ticks
from symrnn.ir import leaf, make, pointwise, slot
from symrnn.lower import lower
from symrnn.primitives import CumSum, ExpmDerivative, LogSumExp, Slice, Softmax, Solve
from symrnn.reading import tree as read
from symrnn.verification.scalars import Meaningless

LSTM, RNN = zoo["lstm"], zoo["elman"]
k, t = par("k"), par("t")
GATE = at("f", 0, "j")


def late(state: str, letter: str = "t") -> E:
    return by(at(state, 0, letter), at(state, 0, "k"))


@pytest.mark.parametrize(
    ("left", "right", "cell"),
    [
        (late("c"), over("prod", "j", k + 1, t, GATE) * 2, LSTM),
        (by(at("c"), at("h", 0, "k")), over("prod", "j", k + 1, t, GATE), LSTM),
        (late("f"), over("prod", "j", k + 1, t, GATE), LSTM),
        (by(par("c"), at("c", 0, "k")), over("prod", "j", k + 1, t, GATE), LSTM),
        (late("c"), E(read.Over("prod", "j", None, t.tree, GATE.tree)), LSTM),
        (late("c"), over("prod", "j", k * 2, t, GATE), LSTM),
    ],
)
def test_what_is_no_product_of_one_step_jacobians_is_undecided(left: E, right: E, cell) -> None:
    found = judge(claim("derivative", left, right, cell))
    assert found.verdict == UNDECIDED and found.evidence.reason


def test_the_ends_of_a_product_may_be_times_and_numbers() -> None:
    low, high = E(read.Name("c", read.Time("k", 1))), E(read.Name("c", read.Time("t", 0)))
    found = judge(claim("derivative", late("c"), over("prod", "j", low, high, GATE), LSTM))
    assert "held fixed" in found.evidence.assumption
    start = by(at("c"), E(read.Name("c", read.Time("", 0))))
    assert judge(claim("derivative", start, over("prod", "j", 1, t, GATE), LSTM)).verdict == found.verdict
    assert judge(claim("derivative", start, over("prod", "j", 0, t, GATE), LSTM)).verdict == FALSE


def test_functions_compared_by_something_else_than_equality_are_undecided() -> None:
    x = par("x")
    assert judge(claim("derivative", call("tanh", x, primes=1), 1, None, "approx")).verdict == UNDECIDED
    assert judge(claim("derivative", call("frobnicate", x, primes=1), 1)).verdict == UNDECIDED


def test_leaves_are_drawn_within_their_domains() -> None:
    found = {}
    for name in ("augru", "clockwork_rnn", "hippo_legs", "phased_lstm", "tlstm_time", "gru_d", "rhn"):
        ticks = Ticks(lower(zoo[name].record))
        declared = {d.name: d.domain for d in (*ticks.record.inputs, *ticks.record.params)}
        nodes = [ticks.at(n, 0) for n in (*ticks.step.inputs, *ticks.step.parameters)]
        for node, drawn in zip(nodes, ticks.points.at((0, 0)).values(nodes), strict=True):
            found.setdefault(declared.get(node.op.name.partition("[t")[0]), []).extend(float(v) for v in drawn.flat)
    assert {"real", "positive"} <= found.keys() and len(found) > 3
    assert all(v > 0 for v in found["positive"]) and min(found["real"]) < 0
    assert all(0 < v < 1 for v in found.get("unit", [])) and set(found.get("mask", [])) <= {0.0, 1.0}
    assert set(found.get("time", [])) <= {1.0}


def test_functions_of_whole_values_at_50_digits_are_those_of_numpy() -> None:
    n, m = sympy.symbols("n m", integer=True, positive=True)
    matrix = leaf("A", "parameter", (n, m))
    array = np.random.default_rng(0).standard_normal((2, 3))
    known = {matrix: np.frompyfunc(mpmath.mpf, 1, 1)(array)}
    nodes = [
        make(Softmax(1), matrix), make(LogSumExp(0), matrix), make(CumSum(1), matrix), make(CumSum(0, True), matrix),
    ]  # fmt: skip
    found = [np.asarray(v, dtype=float) for v in values(nodes, known, {"n": 2, "m": 3})]
    grown = np.exp(array)
    expected = [grown / grown.sum(1, keepdims=True), np.log(grown.sum(0)), array.cumsum(1), array[::-1].cumsum(0)[::-1]]
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-14)
    corner = leaf("C", "parameter", (n, n))
    known |= {corner: np.frompyfunc(mpmath.mpf, 1, 1)(array[:, 1:])}
    vector = leaf("v", "parameter", (m,))
    known |= {vector: np.frompyfunc(mpmath.mpf, 1, 1)(array[0])}
    parts = [make(Slice(sympy.Integer(1), m), vector), make(Solve(), corner, matrix)]
    rows, solved = [np.asarray(v, dtype=float) for v in values(parts, known, {"n": 2, "m": 3})]
    np.testing.assert_allclose(rows, array[0, 1:], rtol=1e-14)
    np.testing.assert_allclose(array[:, 1:] @ solved, array, rtol=1e-13)
    with pytest.raises(Meaningless):
        values([leaf("B", "parameter", (n,))], {}, {"n": 2})
    square = leaf("S", "parameter", (n, n))
    with pytest.raises(Meaningless):
        values([make(ExpmDerivative(), square, square)], {square: np.ones((2, 2), dtype=object)}, {"n": 2})


def test_agreement_at_points_is_no_proof() -> None:
    """sin² + cos² and 1 agree everywhere, and no normal form says so; where no value is defined nothing is said."""
    ticks = Ticks(lower(RNN.record))
    x = ticks.at(ticks.step.inputs[0], 0)
    from symrnn.ops import cos, log, sin

    circle = pointwise(sin.head(slot(0)) ** 2 + cos.head(slot(0)) ** 2, (x,))
    one = pointwise(slot(0) - slot(0) + 1, (x,))
    found = agreement(ticks.points, circle, one)
    assert (found.proved, found.gap, found.points) == (False, None, 6)
    nowhere = pointwise(log.head(slot(0)), (pointwise(-(slot(0) ** 2), (x,)),))
    assert agreement(ticks.points, nowhere, x).points == 0 and not same_at(ticks.points, nowhere, x)
    assert Points(RNN.record).at((0, 1)).seed == (0, 1)


def test_a_value_of_another_tick_is_known_only_within_the_window() -> None:
    ticks = Ticks(lower(LSTM.record), -1, 1)
    assert ticks.value("f", 2) is None and ticks.value("c", -3) is None and ticks.value("c", -2) is not None
    assert ticks.value("W_f", 7) is ticks.value("W_f", 0) and ticks.gradient("h", 2) is None
    assert ticks.gradient("h", -2) is None
    assert judge(claim("derivative", by(at("c", 1), at("c")), at("f", 1), LSTM)).verdict != HOLDS
