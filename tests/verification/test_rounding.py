"""How rounding grows at a point, and what single precision may be off there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import reference

from symrnn.adjoint import differentiate
from symrnn.cell import Cell, Input, Output, Scalar, State, Weight
from symrnn.emission import build
from symrnn.lower import lower
from symrnn.ops import exp, tanh
from symrnn.verification import protocol, verify
from symrnn.verification.cases import CASES, draw
from symrnn.verification.kernel import Kernel
from symrnn.verification.rounding import amplification
from symrnn.verification.samples import Sample
from symrnn.verification.single import NAME, SinglePoint, single_points, single_precision


class Difference(Cell):
    """A difference, a mask that is only counted, and a gradient that is a plain sum."""

    u, v, m = Input(1), Input(1), Input(1, domain="mask")
    h = State(1)
    y, n = Output(), Output()
    D = Scalar()

    h = u - v
    y = D * tanh(u) * v
    n = 1 - 2 * m


STEP = lower(Difference.record)
POINT = draw(Difference.record, STEP, CASES[0], (3, 0))


def growth(sample: Sample) -> dict[str, float]:
    return amplification(differentiate(STEP), sample, trials=8)


def test_nearly_equal_values_let_rounding_grow() -> None:
    near = replace(POINT, inputs=POINT.inputs | {"v": POINT.inputs["u"] * (1 + 1e-3)})
    assert growth(near)["h[T]"] == pytest.approx(2000, rel=0.5)
    far = replace(POINT, inputs=POINT.inputs | {"v": POINT.inputs["u"] * -3})
    assert 0.2 < growth(far)["h[T]"] < 4


def test_a_sum_that_cancels_lets_rounding_grow() -> None:
    tables = {n: v.copy() for n, v in (POINT.inputs | POINT.outputs).items()}
    terms = np.tanh(tables["u"]) * tables["v"] * tables["y"]
    tables["y"][0, 0] *= 1 - (1 - 1e-4) * terms.sum() / terms[0, 0]
    cancelled = replace(POINT, outputs=POINT.outputs | {"y": tables["y"]})
    assert growth(cancelled)["dD"] > 100 * growth(POINT)["dD"]


class Saturated(Cell):
    """A tanh whose argument is about 8, so that 1 - h² keeps half of the digits."""

    u = Input(1)
    h = State(1)

    h = tanh(8 + u / 100 + h / 100)


def test_only_the_fast_form_loses_the_digits_of_a_saturated_slope() -> None:
    step = lower(Saturated.record)
    point = draw(Saturated.record, step, CASES[2], (3, 0))
    programs = {accurate: differentiate(step, accurate=accurate) for accurate in (False, True)}
    grown = {accurate: amplification(program, point)["du"] for accurate, program in programs.items()}
    assert grown[True] < 100 < 1e5 < grown[False]


def test_whole_numbers_do_not_round() -> None:
    assert growth(POINT)["n"] == 0 < growth(POINT)["y"]


def test_what_is_allowed_grows_with_rounding() -> None:
    point = SinglePoint(POINT, {"a": 3.0, "b": 1000.0})
    assert point.allowed("a") == 1e-5
    assert point.allowed("b") == pytest.approx(1000 * 8 * 2**-24)


@pytest.mark.parametrize(("error", "outcome"), [(0.0, "passed"), (3e-5, "failed")])
def test_single_precision_is_held_to_it(error: float, outcome: str) -> None:
    module = reference.build(Difference)
    forward = module.forward

    def rounded(params, x, *rest, **options):  # type: ignore[no-untyped-def]
        wide = params["D"].dtype == np.float64
        return forward(params, x if wide else x | {"u": x["u"] * np.float32(1 + error)}, *rest, **options)

    module.forward = rounded
    check = single_precision(Kernel(module, Difference.record, "given"), single_points(Difference.record, STEP, 1))
    assert (check.name, check.outcome) == (NAME, outcome)


def test_points_are_drawn_until_each_result_can_be_held() -> None:
    points = single_points(Difference.record, STEP, 5)
    names = points[0].growth
    assert 1 <= len(points) <= 4
    assert len(points) == 4 or all(min(p.allowed(n) for p in points) == 1e-5 for n in names)


class Stabilized(Cell):
    """A quotient of sums that both grow with exp(b), so that almost nothing depends on b."""

    x = Input()
    n, d = State(1), State(1)
    y = Output()
    W, b = Weight(x, to=1), Scalar()

    n = exp(W.i @ x + b) * (W.v @ x)
    d = exp(W.i @ x + b)
    y = tanh(n / (d + 1e-6))


def test_a_gradient_that_cancels_is_held_to_what_rounding_explains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "CASES", (CASES[4],))
    right = verify(Stabilized, seed=1)
    assert right.verdict == "VERIFIED", str(right)
    module = build(Stabilized)
    backward = module.backward

    def off(*given: Any, **options: Any) -> Any:
        dparams, dx, dstate = backward(*given, **options)
        return dparams | {"b": dparams["b"] * (1 + 1e-4)}, dx, dstate

    module.backward = off  # type: ignore[attr-defined]
    wrong = verify(module, cell=Stabilized, seed=1)
    assert wrong.verdict == "REFUTED" and wrong.counterexample is not None and wrong.counterexample.array == "db"
