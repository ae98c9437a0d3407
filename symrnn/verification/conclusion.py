"""From measurements to the outcome of a leg: passed, failed with counterexamples, or inconclusive with the array."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from symrnn.verification.certificate import Leg
from symrnn.verification.comparison import Counterexample, Measurement, hint, worst_element

Array = Any
Table = Mapping[str, Array]

TOLERANCES = {"A": 1e-11, "A tie": 1e-13, "A'": 1e-9, "B": 1e-6, "E": 1e-13, "E adjoint": 1e-40, "float32": 1e-5}


@dataclass(frozen=True)
class Place:
    """Where a leg was run: sizes, the counts that a wrong factor may be, the arrays whose first axis is time."""

    sizes: dict[str, int]
    counts: dict[str, int]
    timed: frozenset[str] = frozenset()


def concluded(
    leg: str,
    form: str,
    place: Place,
    measurements: list[Measurement],
    reference: Table,
    values: Table,
    resolutions: dict[str, float] | None = None,
) -> Leg:
    """A leg with its outcome; the counterexamples are in order of the size of the error."""
    failed = sorted((m for m in measurements if m.outcome == "failed"), key=lambda m: -m.error)
    unclear = [m.array for m in measurements if m.outcome == "not finite"]
    outcome, message = "passed", ""
    arrays = tuple(m.array for m in failed)
    examples = {a: _counterexample(place, a, reference, values, arrays) for a in arrays}
    if failed:
        outcome = "failed"
    elif unclear:
        outcome, message = "inconclusive", f"the reference value of {', '.join(unclear)} is not finite"
    return Leg(leg, form, TOLERANCES[leg], outcome, tuple(measurements), resolutions or {}, examples, message)


def _counterexample(
    place: Place, array: str, reference: Table, values: Table, arrays: tuple[str, ...]
) -> Counterexample:
    """The worst element of an array, with what its error looks like."""
    numeric, analytic = (np.asarray(table[array], dtype=np.float64) for table in (reference, values))
    index = worst_element(numeric, analytic)
    timed = array in place.timed and numeric.ndim > 1
    return Counterexample(
        array,
        index,
        index[0] if timed else None,
        float(numeric[index]),
        float(analytic[index]),
        hint(array, reference, values, place.counts, timed),
        " ".join(f"{n}={v}" for n, v in place.sizes.items()),
        arrays,
    )
