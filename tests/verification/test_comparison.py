"""Block errors, and what the look of a wrong array says about the bug."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symrnn.verification.comparison import block_error, hint, measure, measure_exact
from symrnn.verification.conclusion import Place, concluded

RNG = np.random.default_rng(0)
RIGHT = {name: RNG.standard_normal((4, 4)) for name in ("dU_i", "dU_f", "dx")}
COUNTS = {"B": 3, "T": 7}


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (-RIGHT["dx"], "the sign is wrong"),
        (RIGHT["dx"] / 3, "the ratio is B: a mean over B"),
        (RIGHT["dx"] / 7, "the ratio is T: a mean over T"),
        (RIGHT["dx"] * 7, "the ratio is 1/T: everything is counted T times"),
        (RIGHT["dx"] * 2, "a factor of two is too much"),
        (RIGHT["dx"] / 2, "a factor of two is missing"),
        (RIGHT["dx"] * 1.5, "the same factor, 0.66666667"),
        (0 * RIGHT["dx"], "a dropped term or a lost carry"),
        (RIGHT["dx"] * np.nan, "not finite"),
        (RIGHT["dx"].T, "transposed"),
        (RIGHT["dU_f"], "what belongs to dU_f"),
        (np.roll(RIGHT["dx"], -1, axis=0), "one step too early"),
        (np.roll(RIGHT["dx"], 1, axis=0), "one step too late"),
        (RIGHT["dx"] + RIGHT["dU_f"], "a wrong or missing term"),
        (np.full((4, 4), 1e-200), "a wrong or missing term"),
    ],
)
def test_a_hint_fits_its_bug(wrong: Any, text: str) -> None:
    assert text in hint("dx", RIGHT, RIGHT | {"dx": wrong}, COUNTS, timed=True)


def test_a_shift_is_said_of_time_alone() -> None:
    rolled = np.roll(RIGHT["dU_i"], 1, axis=0)
    assert "missing term" in hint("dU_i", RIGHT, RIGHT | {"dU_i": rolled}, COUNTS, timed=False)


@pytest.mark.parametrize(
    ("reference", "value", "error"),
    [
        ([2.0, -4.0], [2.0, -3.0], 0.25),
        ([2e-40, -4e-40], [2e-40, -3e-40], 0.25),
        ([0.0, 0.0], [0.0, 0.0], 0.0),
        ([0.0, 0.0], [0.0, 1e-200], np.inf),
        ([1.0, 2.0], [1.0, np.nan], np.inf),
        ([1.0, np.inf], [1.0, 2.0], np.nan),
        ([], [], 0.0),
    ],
)
def test_the_block_error(reference: list[float], value: list[float], error: float) -> None:
    assert block_error(np.array(reference), np.array(value)) == pytest.approx(error, nan_ok=True)


def test_a_reference_that_is_not_finite_judges_nothing() -> None:
    reference, value = {"dW": np.array([np.nan])}, {"dW": np.array([1.0])}
    row = measure("dW", reference["dW"], value["dW"], 1e-11)
    leg = concluded("A", "fast", Place({}, {}), [row], reference, value)
    assert (row.outcome, leg.outcome) == ("not finite", "inconclusive")
    assert "dW" in leg.message


def test_exact_numbers_are_compared_exactly() -> None:
    one, off = np.array([1], dtype=object), np.array([1 + 10**-50 * 0], dtype=object)
    assert measure_exact("dW", one, off, 1e-40).error == 0
    assert measure_exact("dW", 0 * one, 0 * one, 1e-40).outcome == "passed"
    assert measure_exact("dW", 0 * one, one, 1e-40).outcome == "failed"
