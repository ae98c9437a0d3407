"""The references themselves, held against formulas written by hand, and the places where they are asked."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from planting import handwritten

from symrnn import zoo
from symrnn.adjoint import differentiate
from symrnn.cell import Bias, Cell, Constant, Input, Output, Scalar, State, Vector, Weight
from symrnn.flat import flat
from symrnn.lower import lower
from symrnn.ops import REGISTRY, exp, log, maximum, minimum, sigmoid, sqrt, tanh
from symrnn.tree import Arith, Compare, Named, Number
from symrnn.verification import derived, difference, explicit, oracle, symbolic, verify
from symrnn.verification.cases import CASES, LADDER, draw
from symrnn.verification.comparison import measure_exact
from symrnn.verification.kernel import Kernel
from symrnn.verification.memory_gates import memory_gates
from symrnn.verification.samples import Case, Sample
from symrnn.verification.scalars import Meaningless, numeric, plain, slope

LSTM = zoo["lstm"].record
STEP = lower(LSTM)
TEXTBOOK = Kernel(handwritten(accurate=True), LSTM, "given")


def sample(k: int, seed: int = 0) -> Sample:
    return draw(LSTM, STEP, CASES[k], (seed, k))


def close(left: dict[str, np.ndarray], right: dict[str, np.ndarray], tolerance: float = 1e-13) -> None:
    assert set(left) == set(right)
    for name, value in left.items():
        assert np.max(np.abs(value - right[name])) <= tolerance * np.max(np.abs(value)), name


@pytest.mark.parametrize("k", range(len(CASES)), ids=[c.name for c in CASES])
def test_the_forward_oracle_is_the_textbook(k: int) -> None:
    close(oracle.forward(LSTM, sample(k)), TEXTBOOK.forward(sample(k)))


@pytest.mark.parametrize("limit", [5000, 0], ids=["every element", "directions"])
def test_the_complex_step_is_the_textbook(limit: int) -> None:
    point = sample(0)
    directions = difference.probes(point.variables, np.random.default_rng(0), limit)
    slopes = difference.complex_step(STEP, point, directions)
    gradients = TEXTBOOK.gradients(point)
    close(slopes, {n: difference.along(gradients[n], d) for n, d in directions.items()}, 1e-12)


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    point = sample(0)
    directions = difference.probes(point.variables, np.random.default_rng(0))
    whole = difference.complex_step(STEP, point, directions)
    monkeypatch.setattr(difference, "CHUNK", 90)
    close(difference.complex_step(STEP, point, directions), whole, 1e-14)


def test_scalar_differentiation_is_the_textbook() -> None:
    point = draw(LSTM, STEP, explicit.explicit_case(LSTM, STEP), (4, 2))
    exact = explicit.total_derivatives(LSTM, point)
    close({n: v.astype(float) for n, v in exact.items()}, TEXTBOOK.gradients(point), 1e-12)


def exact_forms(id: str) -> None:
    """At 50 digits the fast form loses nothing: what it loses in double precision is rounding alone."""
    record = zoo[id].record
    step = lower(record, surrogates=False)
    point = draw(record, step, explicit.explicit_case(record, step), (1, 1))
    expected = explicit.total_derivatives(record, point)
    for accurate in (False, True):
        values = derived.adjoints(differentiate(step, accurate=accurate), point)
        assert set(values) == set(expected)
        for name, reference in expected.items():
            assert measure_exact(name, reference, values[name], 1e-44).outcome == "passed", name


@pytest.mark.parametrize("id", ["gru_v1", "lru", "fast_weights", "clockwork_rnn", "rwkv7", "on_lstm", "unicornn"])
def test_both_derivative_forms_are_exact(id: str) -> None:
    exact_forms(id)


@pytest.mark.long
@pytest.mark.parametrize("id", sorted(zoo))
def test_both_derivative_forms_are_exact_in_the_whole_zoo(id: str) -> None:
    exact_forms(id)


def test_no_loss_on_the_last_state_is_a_zero_cotangent() -> None:
    case = Case("last", 3, 1, (1, 2), last_step=True)
    point = draw(LSTM, STEP, case, (1, 1))
    close({n: v.astype(float) for n, v in explicit.total_derivatives(LSTM, point).items()}, TEXTBOOK.gradients(point))
    values = derived.adjoints(differentiate(STEP), point)
    close({n: v.astype(float) for n, v in values.items()}, TEXTBOOK.gradients(point))


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_a_definition_means_what_its_array_form_computes(name: str) -> None:
    op = REGISTRY[name]
    slots = sympy.symbols(f"v:{op.arity + len(op.defaults)}", real=True)
    value = numeric(slots, [plain(op.definition(*slots))])
    for point in (0.3, 0.7, 1.9) if op.domain != "real" else (-1.7, -0.2, 0.4, 2.6):
        operands = [np.float64(point), np.float64(0.6), np.float64(-0.4)][: op.arity]
        rest = [np.float64(float(v)) for v in op.defaults]
        expected = op.value(*(np.asarray(v) for v in operands), *rest)
        assert float(value(*map(mpmath.mpf, [*operands, *rest]))[0]) == pytest.approx(float(expected), rel=1e-14), point


def test_scalars() -> None:
    x = sympy.Symbol("x", real=True)
    assert mpmath.isnan(numeric((x,), [1 / x])(mpmath.mpf(0))[0])
    with mpmath.workdps(50):
        assert abs(numeric((x,), [sympy.pi * x])(mpmath.mpf(1))[0] - mpmath.pi) < mpmath.mpf("1e-49")
    assert slope(x * sympy.floor(x), x) == sympy.floor(x)
    with pytest.raises(Meaningless, match="gamma"):
        numeric((x,), [sympy.gamma(x)])


class Everything(Cell):
    """Constants, scalars, domains, several inputs and states, an output beside them, most arithmetic."""

    x = Input()
    m = Input(1, domain="mask")
    dt = Input(1, domain="time")
    h, s = State(), State(1)
    y = Output()
    alpha = Constant(0.3)
    W, U, b = Weight(x), Weight(h), Bias()
    tau = Scalar(domain="positive")
    p = Vector(h, domain="unit")

    a = tanh(W.a @ x + U.a @ h + b.a)
    s = alpha * s + m * log(1 + tau * dt) + h.T @ p
    h = maximum(a, -a / 2) - exp(-(p**2)) * minimum(h, 1.5) + sqrt(tau) * s / (2 + s**2)
    y = sigmoid(U.y @ h) * 3 - 1


def test_a_cell_with_a_bit_of_everything() -> None:
    certificate = verify(Everything, seed=2)
    assert certificate.verdict == "VERIFIED", str(certificate)


def test_domains_are_drawn_from() -> None:
    record = Everything.record
    point = draw(record, lower(record), CASES[0], (0, 0))
    assert set(np.unique(point.inputs["m"])) <= {0.0, 1.0}
    assert np.array_equal(point.inputs["dt"][:, 0, 0], [1, 2, 3, 4, 5])
    assert point.parameters["tau"].shape == () and point.parameters["tau"] > 0
    assert np.all((point.parameters["p"] > 0) & (point.parameters["p"] < 1))
    assert np.all(point.states["h"] != 0)


def test_draws_keep_away_from_kinks() -> None:
    record = zoo["hard_lstm"].record
    points = [draw(record, lower(record), CASES[6], (seed, 6)) for seed in range(6)]
    assert all(point.kink_distance >= 1e-3 for point in points)
    assert any(point.redraws for point in points)


def test_the_cases_differ_where_they_should() -> None:
    sizes = {case.name: case.extents(LSTM) | {"T": case.T, "B": case.B} for case in CASES}
    assert len(set(sizes["generic"].values())) == 4
    assert sizes["square"]["n_x"] == sizes["square"]["n_h"]
    assert sizes["one step"]["T"] == sizes["one row"]["B"] == 1
    assert np.all(sample(4).outputs["h"][:-1] == 0) and sample(4).finals is None
    assert np.std(sample(5).parameters["U_i"]) > 4 * np.std(sample(0).parameters["U_i"])
    assert sizes["long and hard"]["T"] == 64 and np.mean(sample(6).parameters["b_f"]) > 3
    assert [case.T * case.B for case in LADDER[:3]] == [1, 2, 2]


GATES = {
    "elman": {},
    "relu_rnn": {},
    "lstm": {"b_f": 1.0},
    "lstm_peephole": {"b_f": 1.0},
    "hard_lstm": {"b_f": 1.0},
    "cifg": {"b_f": 1.0},
    "gru_v1": {"b_z": 1.0},
    "gru_v3": {"b_z": 1.0},
    "gru_cudnn": {"b_z": 1.0},
    "gru_note": {},
    "mgu": {"b_f": -1.0},
}


@pytest.mark.parametrize("id", GATES)
def test_the_biases_that_hold_a_memory_open(id: str) -> None:
    assert memory_gates(flat(zoo[id].record)) == GATES[id]


class Inlined(Cell):
    """A memory gate that has no name of its own."""

    x = Input()
    h = State()
    W, b = Weight(x), Bias()

    h = h * sigmoid(W.f @ x + b.f) * 0.5 + tanh(W.g @ x + b.g)


def test_an_inlined_memory_gate_is_found() -> None:
    assert memory_gates(flat(Inlined.record)) == {"b_f": 1.0}


def test_a_kink_inside_the_step_is_no_slope() -> None:
    """Around 0 the one-sided differences of |v| disagree, so the probe is left out, not refuted."""
    value, directions = np.array([1e-7]), np.ones((1, 1))
    found = difference.central(lambda _, v: np.abs(v).sum(axis=1), "v", value, directions, (1e-7, 1e-7))
    assert difference.judge("v", found, np.array([1.0]), 1e-6)[0].outcome == "unresolved"
    far = difference.central(lambda _, v: np.abs(v).sum(axis=1), "v", value + 1, directions, (1 + 1e-7, 1.0))
    assert difference.judge("v", far, np.array([1.0]), 1e-6)[0].outcome == "passed"
    assert difference.judge("v", far, np.array([-1.0]), 1e-6)[0].outcome == "failed"


def test_a_gradient_too_small_for_differences_is_not_resolved() -> None:
    found = difference.central(lambda _, v: 1 + 1e-40 * v.sum(axis=1), "v", np.ones(1), np.ones((1, 1)), (1.0, 1.0))
    assert difference.judge("v", found, np.array([1e-40]), 1e-6)[0].outcome == "unresolved"
    broken = difference.central(lambda _, v: np.full(len(v), np.nan), "v", np.ones(1), np.ones((1, 1)), (1.0, 1.0))
    assert difference.judge("v", broken, np.array([1.0]), 1e-6)[0].outcome == "not finite"


@pytest.mark.parametrize("op", ["<", "<=", ">", ">=", "=="])
def test_comparisons_are_one_or_zero(op: str) -> None:
    tree = Compare(op, Number(Fraction(1)), Named("n"))
    expected = {"<": 1, "<=": 1, ">": 0, ">=": 0, "==": 0}[op]
    values = oracle.Values({}, {}, {}, {"n": mpmath.mpf(2)}, {})
    assert oracle.evaluate(tree, lambda *_: None, values, oracle.NUMERIC)[0, 0] == expected
    n = sympy.Symbol("n", real=True)
    found = oracle.evaluate(tree, lambda *_: None, oracle.Values({}, {}, {}, {"n": n}, {}), symbolic.SYMBOLIC)
    assert found[0, 0].subs(n, 2) == expected


def test_a_remainder_has_the_sign_of_the_divisor() -> None:
    tree = Arith("%", (Named("a"), Number(Fraction(3))))
    values = oracle.Values({}, {}, {}, {"a": mpmath.mpf(-1)}, {})
    assert oracle.evaluate(tree, lambda *_: None, values, oracle.NUMERIC)[0, 0] == 2


@dataclass(frozen=True)
class Unknown:
    """No node of a tree."""


def test_what_the_oracle_does_not_know_is_an_error() -> None:
    with pytest.raises(Meaningless, match="Unknown"):
        oracle.evaluate(Unknown(), lambda *_: None, oracle.Values({}, {}, {}, {}, {}), oracle.NUMERIC)  # type: ignore[arg-type]
