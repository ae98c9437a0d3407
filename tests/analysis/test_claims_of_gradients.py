"""Hand-derived backward passes, line by line: right lines hold, planted slips are found and mended."""

from __future__ import annotations

import pytest
from claim_trees import E, at, call, claim, delta, grad, over, par

from symrnn import zoo
from symrnn.analysis.claims import FALSE, HOLDS, HOLDS_WITH, UNDECIDED, judge, judge_all

LSTM, RNN = zoo["lstm"], zoo["elman"]
c, h, f, o, i, g, x = (at(name) for name in "chfoigx")
c_, h_ = at("c", -1), at("h", -1)
SLOPE = 1 - call("tanh", c) ** 2
GATES = "ifgo"


def recurrent(weight: str = "U", shift: int = 0, signal: str = "a_{}") -> E:
    """Σ over gates of Uᵀ δa."""
    first, *rest = [par(f"{weight}_{gate}").T * grad(at(signal.format(gate), shift)) for gate in GATES]
    for term in rest:
        first = first + term
    return first


# An LSTM as textbooks derive it; every line is right.
LINES = [
    (grad(o), grad(h) & call("tanh", c)),
    (grad(c), (grad(h) & o & SLOPE) + (grad(at("c", 1)) & at("f", 1))),
    (grad(f), grad(c) & c_),
    (grad(i), grad(c) & g),
    (grad(g), grad(c) & i),
    (grad(at("a_o")), grad(o) & o & (1 - o)),
    (grad(at("a_g")), grad(g) & (1 - g**2)),
    (grad(h), grad(h) + recurrent(shift=1)),
    (grad(x), recurrent("W")),
    (grad(par("W_f")), grad(at("a_f")) * x.T),
    (grad(par("U_f")), grad(at("a_f")) * h_.T),
    (grad(par("b_f")), grad(at("a_f"))),
    (grad(par("W_f")), over("sum", "t", 1, par("T"), grad(at("a_f")) * x.T)),
    (grad(c), (grad(h) & o & SLOPE) + grad(par("c_next"))),
]
PARTIAL = [
    (grad(h_), recurrent(), "step t hands back"),
    (grad(c_), grad(c) & f, "step t hands back"),
    (grad(h), recurrent(shift=1), "step t+1 hands back"),
    (grad(c), grad(h) & o & SLOPE, "the last step"),
]
# A slip, and what mends it.
SLIPS = [
    (grad(i), grad(c) & f, "g[t] for f[t]"),
    (grad(f), grad(c) & c, "c[t-1] for c[t]"),
    (grad(o), grad(c) & call("tanh", c), "δh for δc"),
    (grad(c), (grad(h) & o & SLOPE) & (grad(at("c", 1)) & at("f", 1)), "a sum for the product"),
    (grad(par("U_f")), grad(at("a_f")) * x.T, "h[t-1] for x[t]"),
    (grad(par("W_f")), grad(at("a_i")) * x.T, "δa_f for δa_i"),
    (grad(x), recurrent("U"), ""),
    (grad(c), (grad(h) & o & SLOPE) - (grad(at("c", 1)) & at("f", 1)), "the other sign"),
    (grad(at("a_g")), grad(g) & (1 - g), ""),
    (
        grad(x),
        par("W_i").T * grad(at("a_i"))
        + par("U_f").T * grad(at("a_f"))
        + par("W_g").T * grad(at("a_g"))
        + par("W_o").T * grad(at("a_o")),
        "W_f for U_f",
    ),
]


@pytest.mark.parametrize(("left", "right"), LINES)
def test_a_right_line_holds(left: E, right: E) -> None:
    found = judge(claim("adjoint", left, right, LSTM))
    assert (found.verdict, found.evidence.method) == (HOLDS, "symbolic")


@pytest.mark.parametrize(("left", "right", "words"), PARTIAL)
def test_a_line_about_a_part_says_which(left: E, right: E, words: str) -> None:
    found = judge(claim("adjoint", left, right, LSTM))
    assert found.verdict == HOLDS_WITH and words in found.evidence.assumption


@pytest.mark.parametrize(("left", "right", "mends"), SLIPS)
def test_a_slip_is_found_and_mended(left: E, right: E, mends: str) -> None:
    found = judge(claim("adjoint", left, right, LSTM))
    assert found.verdict == FALSE and found.evidence.expression
    assert mends in found.evidence.hint if mends else found.evidence.hint == ""
    if found.evidence.method == "50 digits":
        assert found.evidence.size is not None and found.evidence.size > 1e-3
    else:
        assert "shape" in found.evidence.reason


def test_a_missing_term_is_named() -> None:
    three = par("U_i").T * grad(at("a_i")) + par("U_g").T * grad(at("a_g")) + par("U_o").T * grad(at("a_o"))
    found = judge(claim("adjoint", grad(h_), three, LSTM))
    assert (found.verdict, found.evidence.missing, found.evidence.wrong) == (FALSE, ("U_f.T @ da_f[t]",), ())


def test_a_wrong_term_is_named_beside_the_missing_one() -> None:
    line = (grad(h) & o & SLOPE) + (grad(at("c", 1)) & f)
    found = judge(claim("adjoint", grad(c), line, LSTM))
    assert found.verdict == FALSE and "f[t+1] for f[t]" not in found.evidence.wrong
    assert (found.evidence.missing, found.evidence.wrong) == (("dc[t+1]*f[t+1]",), ("delta(c[t+1]) * f[t]",))


def test_vectors_may_be_rows() -> None:
    found = judge(claim("adjoint", grad(at("a_h", -1)), grad(at("a_h")) * par("U_h").T, RNN))
    assert found.verdict == FALSE
    line = grad(at("a_h")) * par("U_h")
    found = judge(claim("adjoint", grad(h_), line, RNN))
    assert found.verdict == HOLDS_WITH and "rows" in found.evidence.convention


def test_the_gradient_of_a_gate_may_be_meant_before_its_activation() -> None:
    line = claim("adjoint", grad(par("W_f")), grad(f) * x.T, LSTM)
    found = judge(line)
    assert found.verdict == HOLDS and "before the activation" in found.evidence.convention
    # Where the note says that its δf is the gradient of the gate, the same line is wrong.
    own, beside = judge_all([claim("adjoint", grad(f), grad(c) & c_, LSTM), line])
    assert (own.verdict, beside.verdict) == (HOLDS, FALSE)
    inner, beside = judge_all([claim("adjoint", grad(f), grad(c) & c_ & f & (1 - f), LSTM), line])
    assert (inner.verdict, beside.verdict) == (HOLDS, HOLDS)
    assert "before the activation" in inner.evidence.convention


def test_a_signal_without_a_value_is_known_by_its_own_line() -> None:
    """δ_t of a simple network is the gradient of its pre-activation; dhraw in another text is the same."""
    lines = [
        claim("adjoint", delta(shift=0), grad(h) & (1 - h**2), RNN),
        claim("adjoint", grad(par("U_h")), delta(shift=0) * h_.T, RNN),
        claim("adjoint", grad(par("hraw")), (1 - h * h) & grad(h), RNN),
        claim("adjoint", grad(par("W_h")), grad(par("hraw")) * x.T, RNN),
        claim("adjoint", grad(par("W_h")), grad(par("hraw")) * h_.T, RNN),
    ]
    assert [found.verdict for found in judge_all(lines)] == [HOLDS, HOLDS, HOLDS, HOLDS, FALSE]


def test_a_recursion_of_one_signal() -> None:
    step = (grad(h) + par("U_h").T * grad(at("a_h", 1))) & (1 - h**2)
    assert judge(claim("adjoint", grad(at("a_h")), step, RNN)).verdict == FALSE  # δh has what arrives from t+1 already
    direct = (grad(at("y_h")) + par("U_h").T * delta(shift=1)) & (1 - h**2)
    assert judge(claim("adjoint", delta(shift=0), direct, RNN)).verdict == UNDECIDED
    line = par("U_h").T * grad(at("a_h", 1)) & (1 - h**2)
    assert judge(claim("adjoint", grad(at("a_h")), line, RNN)).verdict == FALSE


def test_gradients_are_never_multiplied() -> None:
    found = judge(claim("adjoint", delta("8"), delta("7") * delta("4")))
    assert found.verdict == FALSE and "4 times" in found.evidence.reason and "added" in found.evidence.hint
    assert judge(claim("adjoint", delta("8"), delta("7") + delta("4"))).verdict == UNDECIDED


@pytest.mark.parametrize("name", ["gru_note", "gru_cudnn", "mgu", "lstm_peephole", "indrnn"])
def test_the_derived_pass_of_a_cell_agrees_with_itself_and_with_no_other(name: str) -> None:
    """Every gate's own line from the chain rule, in terms of the gradient of what it was activated from."""
    cell = zoo[name]
    slopes = {"sigmoid": lambda v: v & (1 - v), "tanh": lambda v: 1 - v**2}
    tried = 0
    for equation in cell.record.equations:
        op = getattr(equation.tree, "op", "")
        if op in slopes and equation.name not in {d.name for d in cell.record.states}:
            value, inner = at(equation.name), at(f"a_{equation.name}")
            right, wrong = grad(value) & slopes[op](value), grad(value) & value
            assert judge(claim("adjoint", grad(inner), right, cell)).verdict == HOLDS
            assert judge(claim("adjoint", grad(inner), wrong, cell)).verdict == FALSE
            tried += 1
    assert tried or name == "indrnn"
