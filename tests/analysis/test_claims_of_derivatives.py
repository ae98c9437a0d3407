"""Claims about Jacobians: the verdicts on right and wrong ones, and counterexamples checked by finite steps."""

from __future__ import annotations

import numpy as np
import pytest
from claim_trees import E, at, by, call, claim, of, over, par

from symrnn import zoo
from symrnn.analysis.claims import FALSE, HOLDS, HOLDS_WITH, UNDECIDED, judge
from symrnn.analysis.random_points import Point
from symrnn.analysis.ticks import Ticks
from symrnn.interpret import evaluate, interpret
from symrnn.lower import lower
from symrnn.reading.tree import Partial

LSTM, RNN, GRU = zoo["lstm"], zoo["elman"], zoo["gru_note"]
c, h, f, o, i, g = (at(name) for name in "chfoig")
c_, h_ = at("c", -1), at("h", -1)
z, r, n = at("z"), at("r"), at("h_tilde")
of_zero = f - f
SLOPE = 1 - at("h") ** 2

RIGHT = [
    (LSTM, by(h, c), o * (1 - call("tanh", c) ** 2)),
    (LSTM, by(c, f), c_),
    (LSTM, by(c, i), g),
    (LSTM, by(f, h_), f * (1 - f) * par("U_f")),
    (LSTM, by(f, h_), call("diag", f * (1 - f)) * par("U_f")),
    (LSTM, by(h, o), call("tanh", c)),
    (LSTM, by(h, h_), by(h, c) * by(c, h_) + by(h, o) * by(o, h_)),
    (LSTM, by(c, h_), by(c, f) * by(f, h_) + by(c, i) * by(i, h_) + by(c, g) * by(g, h_)),
    (RNN, by(h, h_), call("diag", SLOPE) * par("U_h")),
    (RNN, by(h, h_), SLOPE * par("U_h")),
    (RNN, by(h, at("x")), call("diag", SLOPE) * par("W_h")),
    (RNN, by(h, at("h", -2)), by(h, h_) * by(h_, at("h", -2))),
    (GRU, by(h, z), h_ - n),
    (GRU, by(h, n), 1 - z),
]
WRONG = [
    (LSTM, by(h, h_), o),
    (LSTM, by(c, c_), i),
    (LSTM, by(c, f), c),
    (LSTM, by(f, h_), f * par("U_f")),
    (LSTM, by(f, h_), f * (1 - f) * par("U_i")),
    (LSTM, by(h, c), o * (1 - call("tanh", c))),
    (LSTM, by(h, h_), by(h, c) * by(c, h_)),
    (RNN, by(h, h_), par("U_h")),
    (RNN, by(h, h_), par("U_h") * call("diag", SLOPE)),
    (RNN, by(h, h_), SLOPE * par("U_h") + 1),
    (GRU, by(h, n), z),
]
WITH = [
    (LSTM, by(c, c_), f, "h[t-1] held fixed"),
    (LSTM, by(c, at("c", -2)), f * at("f", -1), "h[t-1], h[t-2] held fixed"),
    (LSTM, by(h, c_), o * (1 - call("tanh", c) ** 2) * f, "h[t-1] held fixed"),
    (LSTM, by(f, c_), of_zero, "h[t-1] held fixed"),
    (GRU, by(h, h_), z, "h_tilde[t], z[t] held fixed"),
    (zoo["lstm_peephole"], by(c, c_), f, "f[t], g[t], i[t] held fixed"),
]


@pytest.mark.parametrize(("cell", "left", "right"), RIGHT)
def test_a_right_claim_holds_by_a_symbolic_argument(cell, left: E, right: E) -> None:
    found = judge(claim("derivative", left, right, cell))
    assert (found.verdict, found.evidence.method, found.evidence.convention) == (HOLDS, "symbolic", "")


@pytest.mark.parametrize(("cell", "left", "right"), WRONG)
def test_a_wrong_claim_is_refuted_at_a_point(cell, left: E, right: E) -> None:
    found = judge(claim("derivative", left, right, cell))
    assert (found.verdict, found.evidence.method) == (FALSE, "50 digits")
    gap = found.evidence.counterexample
    assert gap is not None and gap.size > 1e-3
    assert abs(gap.derived - by_steps(cell, left, gap)) < 1e-6 * (1 + abs(gap.derived))


def by_steps(cell, left: E, gap) -> float:
    """The entry of the Jacobian that a counterexample speaks of, by a central difference of the cell's own step."""
    partial = of(left)
    assert isinstance(partial, Partial)
    ticks = Ticks(lower(cell.record), min(0, partial.wrt.time.shift), 0)
    point = Point(cell.record, gap.seed)
    step = ticks.step
    nodes = {step.names[n]: ticks.at(n, 0) for n in step.leaves}
    known = point.values(list(nodes.values()))
    leaves = {name: np.asarray(v, dtype=float) for name, v in zip(nodes, known, strict=True)}
    row, column = gap.entry
    numbers = {name: float(v) for name, v in point.numbers.items()}
    wrt = partial.wrt.name + ("[t-1]" if partial.wrt.time.shift else "")
    if wrt in leaves:
        return steps(lambda v: interpret(step, leaves | {wrt: v}, numbers)[partial.of.name], leaves[wrt], row, column)
    # By a named value of the same step: what follows it is computed again from its moved value.
    base = interpret(step, leaves, numbers)

    def moved(value):
        later = dict(base)
        for name, node in step.equations:
            operands = [later[step.names[a]] for a in node.args]
            later[name] = value if name == wrt else evaluate(node, operands, numbers)
        return later[partial.of.name]

    return steps(moved, base[wrt], row, column)


def steps(value, start, row: int, column: int) -> float:
    unit = np.eye(len(start))[column] * 1e-6
    return float((value(start + unit) - value(start - unit))[row] / 2e-6)


@pytest.mark.parametrize(("cell", "left", "right", "assumption"), WITH)
def test_a_claim_about_one_path_holds_with_what_it_holds_fixed(cell, left: E, right: E, assumption: str) -> None:
    found = judge(claim("derivative", left, right, cell))
    assert found.verdict == HOLDS_WITH
    names, words = found.evidence.assumption.removesuffix(" held fixed"), found.evidence.assumption[-11:]
    assert (sorted(names.split(", ")), words) == (sorted(assumption[:-11].split(", ")), " held fixed")


def test_what_a_partial_claim_leaves_out_is_listed() -> None:
    evidence = judge(claim("derivative", by(c, c_), f, LSTM)).evidence
    assert [any(f"U_{gate}" in term for term in evidence.missing) for gate in "figo"] == [True, True, True, False]
    assert len(evidence.missing) == 3 and evidence.expression.startswith("diag(f[t])\n+ ")
    wrong = judge(claim("derivative", by(h, h_), o, LSTM)).evidence
    assert (len(wrong.missing), wrong.wrong) == (4, ("o[t]",))


def test_both_conventions_of_transposition_are_accepted_and_said() -> None:
    direct = call("diag", SLOPE) * par("U_h")
    assert judge(claim("derivative", by(h, h_), direct, RNN)).evidence.convention == ""
    found = judge(claim("derivative", by(h, h_), par("U_h").T * call("diag", SLOPE), RNN))
    assert found.verdict == HOLDS and "transposed" in found.evidence.convention


@pytest.mark.parametrize(
    ("cell", "state", "factor", "verdict"),
    [
        (LSTM, "c", at("f", 0, "j"), HOLDS_WITH),
        (LSTM, "c", at("i", 0, "j"), FALSE),
        (RNN, "h", by(at("h", 0, "j"), at("h", -1, "j")), HOLDS),
        (RNN, "h", par("U_h").T * call("diag", 1 - at("h", 0, "j") ** 2), HOLDS),
        (RNN, "h", par("U_h") * call("diag", 1 - at("h", 0, "j") ** 2), FALSE),
        (zoo["cifg"], "c", at("f", 0, "j"), HOLDS_WITH),
        (zoo["sru"], "c", at("f", 0, "j"), HOLDS_WITH),
        (zoo["mingru"], "h", 1 - at("z", 0, "j"), HOLDS),
    ],
)
def test_a_product_over_time_follows_from_one_factor(cell, state: str, factor: E, verdict: str) -> None:
    product = over("prod", "j", par("k") + 1, par("t"), factor)
    found = judge(claim("derivative", by(at(state), at(state, 0, "k")), product, cell))
    assert found.verdict == verdict
    if verdict == FALSE:
        assert found.evidence.counterexample is not None


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (par("k") + 1, par("T"), HOLDS_WITH),
        (par("k"), par("T"), FALSE),
        (par("k") + 1, par("T") - 1, FALSE),
        (par("k"), par("T") - 1, FALSE),
    ],
)
def test_a_product_has_one_factor_for_each_step(low: E, high: E, verdict: str) -> None:
    product = over("prod", "j", low, high, at("f", 0, "j"))
    found = judge(claim("derivative", by(at("c", 0, "T"), at("c", 0, "k")), product, LSTM))
    assert found.verdict == verdict


def test_a_product_may_count_its_factors_from_the_step_before() -> None:
    product = over("prod", "j", par("k"), par("T") - 1, at("f", 1, "j"))
    assert judge(claim("derivative", by(at("c", 0, "T"), at("c", 0, "k")), product, LSTM)).verdict == HOLDS_WITH


@pytest.mark.parametrize(
    ("left", "right", "cell", "word"),
    [
        (by(at("S"), at("S", -1)), f, LSTM, "no S"),
        (by(h, h_), at("q"), LSTM, "no q"),
        (by(h, h_), f, None, "no cell"),
        (by(h, par("U_f")), f, LSTM, "matrix"),
        (by(h, h_), call("frobnicate", f), LSTM, "frobnicate"),
    ],
)
def test_what_cannot_be_decided_says_why(left: E, right: E, cell, word: str) -> None:
    found = judge(claim("derivative", left, right, cell))
    assert found.verdict == UNDECIDED and word in found.evidence.reason


def test_a_verdict_prints_and_is_plain_data() -> None:
    found = judge(claim("derivative", by(h, h_), o, LSTM))
    assert str(found).startswith("derivative: false\n") and found.cell is LSTM
    assert found.facts()["evidence"]["counterexample"]["difference"] == found.evidence.size
    assert judge(claim("derivative", by(c, c_), f, LSTM)).head == "holds with h[t-1] held fixed"
