"""Where points are drawn: domains, kinks and what is no kink, milder cases, the biases of memory gates."""

from __future__ import annotations

import numpy as np
import pytest

from symrnn import zoo
from symrnn.cell import Bias, Cell, Input, State, Vector, Weight
from symrnn.flat import flat
from symrnn.interpret import unroll
from symrnn.lower import lower
from symrnn.ops import (
    diag,
    elementwise,
    equal,
    exp,
    hard_sigmoid,
    heaviside,
    maximum,
    ones,
    relu,
    round_st,
    sigmoid,
    softplus,
    tanh,
    where,
)
from symrnn.verification import cases
from symrnn.verification.cases import CASES, Unplaced, draw
from symrnn.verification.kinks import Kinks, passed
from symrnn.verification.memory_gates import memory_gates
from symrnn.verification.rounding import Rough
from symrnn.verification.samples import Case
from symrnn.verification.saturation import Saturation


def drawn(cell: type[Cell], case: Case = CASES[0], seed: int = 1):  # type: ignore[no-untyped-def]
    return draw(cell.record, lower(cell.record), case, (seed, 0))


class Ticking(Cell):
    """Times of the parameters, of the input, and what follows from them."""

    x, t = Input(), Input(1, domain="time")
    h = State()
    T = Vector(h, domain="time")
    W = Weight(x)

    g = equal(t % T, 0)
    h = g * tanh(W.h @ x) + (1 - g) * h


def test_times_are_whole_numbers_that_differ() -> None:
    sample = drawn(Ticking)
    T = sample.parameters["T"]
    assert set(T) <= {1.0, 2.0, 3.0, 4.0} and len(set(T)) > 1
    assert sample.whole == {"t", "T"}
    ticks, _ = unroll(lower(Ticking.record), sample.inputs, sample.states, sample.parameters, sample.numbers)
    assert {float(v) for tick in ticks for v in np.ravel(tick["g"])} == {0.0, 1.0}


class MaskedRectifier(Cell):
    """The derivative of a rectifier by a mask: at a mask of 0 there is none."""

    x, m = Input(), Input(1, domain="mask")
    h = State()
    W = Weight(x)

    h = tanh(W.h @ x) * relu(m)


class Equality(Cell):
    """Compared is a number that is not always whole, so nothing says on which side rounding leaves it."""

    x, m = Input(), Input(1, domain="mask")
    h = State()
    W = Weight(x)

    h = tanh(W.h @ x) * equal(exp(m), 1)


@pytest.mark.parametrize("cell", [MaskedRectifier, Equality], ids=lambda c: c.name)
def test_a_point_on_a_kink_that_matters_is_not_taken(cell: type[Cell], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "REDRAWS", 5)
    with pytest.raises(Unplaced, match="kink"):
        drawn(cell)


class Comparing(Cell):
    """A comparison of values that move has a kink; the choice by its result has none of its own."""

    x = Input()
    h = State()
    W = Weight(x)

    v = tanh(W.h @ x)
    h = where(v >= 0, v, h / 2)


def kinks(cell: type[Cell]) -> dict[str, bool]:
    """The kinks of a cell by function, and whether a derivative passes there."""
    found = Kinks(lower(cell.record, surrogates=False), ())
    return {kink.node.op.expr.op.name: kink.moving for kink in found.found}


def test_kinks_by_the_derivative_that_passes() -> None:
    assert kinks(Comparing) == {"heaviside": False, "where": False}
    assert kinks(Ticking) == {"mod": False, "heaviside": False}
    assert kinks(MaskedRectifier) == {"relu": True}
    assert kinks(zoo["phased_lstm"]) == {"mod": True, "heaviside": False, "where": False}
    assert kinks(zoo["skip_rnn"]) == {"floor": False, "minimum": True}


def test_what_is_compared_keeps_its_distance() -> None:
    sample = drawn(Comparing)
    ticks, _ = unroll(lower(Comparing.record), sample.inputs, sample.states, sample.parameters, sample.numbers)
    assert min(np.min(np.abs(tick["v"])) for tick in ticks) >= 1e-3


class Blocked(Cell):
    """What reaches the output through a comparison alone."""

    x = Input()
    h = State()
    W = Weight(x)

    a = maximum(W.a @ x, 0)
    h = heaviside(a - 0.5) * (W.h @ x)


def test_no_derivative_passes_a_comparison() -> None:
    step = lower(Blocked.record)
    through = {step.names[n] for n in passed(step) if n in step.names}
    assert {"x", "W_h"} <= through and not {"a", "W_a", "W_a_x"} & through


class Saturating(Cell):
    """A product of gates that may be tiny, under a function with a kink at 0."""

    x = Input()
    h = State()
    W, b = Weight(x), Bias()

    h = abs(h) * sigmoid(W.h @ x + b.h) ** 4 + 1e-9 * sigmoid(W.g @ x)


def test_a_tiny_value_is_not_near_a_kink_if_it_hardly_moves() -> None:
    sample = drawn(Saturating, CASES[5])
    assert sample.kink_distance >= 1e-3 and sample.case.weight_scale == 8


class Growing(Cell):
    """A memory that grows by a power of T, so that a relative error of its rate grows T times."""

    x = Input()
    h = State()
    W, w = Weight(x), Vector(h, domain="positive")

    h = exp(w) * h + W.h @ x


def test_a_milder_case_stands_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "FIRST_REDRAWS", 3)
    sample = drawn(Growing, CASES[6])
    assert sample.case.T < 64 and sample.case.name == CASES[6].name
    assert sample.inputs["x"].shape[0] == sample.case.T
    assert CASES[0].milder is None and CASES[6].milder.milder.milder.milder is None  # type: ignore[union-attr]
    assert CASES[5].milder.weight_scale == 4  # type: ignore[union-attr]


class Held(Cell):
    """Memory gates of every spelling."""

    x = Input()
    h, c, e, S, Z = State(), State(), State(), State(x, x), State(x, x)
    W, U, b = Weight(x), Weight(h), Bias()
    V, d = Weight(x, to=x), Bias(to=x)

    u = W.u @ x + b.u
    h = hard_sigmoid(u) * h + U.h @ (sigmoid(W.r @ x + b.r) * h)
    c = exp(-softplus(W.d @ x + b.d)) * c + u
    e = (1 - sigmoid(W.z @ x + b.z)) * e + tanh(W.e @ x + b.e) ** 2
    S = sigmoid(V.a @ x + d.a) @ ones().T * S + x @ x.T
    Z = diag(sigmoid(V.q @ x - d.q)) @ Z + relu(V.k @ x + d.k) @ x.T


def test_memory_gates_of_every_spelling() -> None:
    expected = {"b_u": 1.0, "b_d": -1.0, "b_z": -1.0, "d_a": 1.0, "d_q": -1.0}
    assert memory_gates(flat(Held.record)) == expected


def test_copies_of_a_bias_are_shifted_one_by_one() -> None:
    """Only the first layer reads the state of the tick before."""
    assert memory_gates(flat(zoo["rhn"].record)) == {"b_T[0]": -1.0}
    point = draw(zoo["rhn"].record, lower(zoo["rhn"].record), CASES[6], (0, 6))
    assert np.mean(point.parameters["b_T[0]"]) < -3 < np.mean(point.parameters["b_T[1]"])


class TwoWays(Cell):
    """A bias that opens a gate and closes it."""

    x = Input()
    h = State()
    W, b = Weight(x), Bias()

    i = exp(W.i @ x + b.i)
    f = exp(W.f @ x + b.f)
    h = f / (f + i) * h + tanh(W.h @ x)


def test_a_bias_that_pulls_both_ways_is_left_alone() -> None:
    assert memory_gates(flat(TwoWays.record)) == {"b_i": -1.0}


class Rounding(Cell):
    """A straight-through function inside another."""

    x = Input()
    h = State()
    W = Weight(x)

    h = tanh(round_st(2 * W.h @ x) / 2)


def test_a_complex_step_carries_what_is_declared_and_no_more() -> None:
    z = np.array([0.3 + 1e-20j, 1.7 - 2e-20j])
    assert np.array_equal(round_st.value(z), [0 + 1e-20j, 2 - 2e-20j])
    assert np.array_equal(round_st.value(z.real), [0.0, 2.0]) and round_st.value(z.real).dtype == float
    assert kinks(Rounding) == {"floor": False}


class Layer(Cell):
    """One layer of one unit, which large weights saturate altogether."""

    x = Input()
    h = State(1)
    W = Weight(x, to=1)

    h = tanh(8 * W.h @ x + h)


def test_a_layer_that_is_saturated_altogether_is_drawn_again() -> None:
    step = lower(Layer.record)
    point = drawn(Layer, CASES[5])
    ticks, _ = Rough(point, np.random.default_rng(0)).forward(step)
    assert all(np.min(np.abs(tick["a_h"])) < 8 for tick in ticks)
    far = [{n: v + 30.0 for n, v in tick.items()} | {"h": np.tanh(tick["a_h"] + 30)} for tick in ticks]
    assert Saturation(step).lost(ticks, point.numbers) < 1e-10 < Saturation(step).lost(far, point.numbers)


def test_a_wrong_form_is_no_saturation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elementwise.Elementwise, "__setattr__", object.__setattr__)
    monkeypatch.setattr(tanh, "fast", lambda z, y: (1 - y,))
    step, point = lower(Layer.record), drawn(Layer)
    ticks, _ = Rough(point, np.random.default_rng(0)).forward(step)
    assert Saturation(step).lost(ticks, point.numbers) == 0
