"""Single precision: a kernel in float32 against itself in float64.

A result may differ by 1e-5 of its largest value, or, where rounding grows on the way to it, by eight units of rounding
times that growth: a gradient that is a sum of terms which nearly cancel has fewer right digits in float32 whatever
computes it. So that this is rarely needed, each result is compared at the point, of a few, where rounding grows least.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from symrnn.adjoint import Program, differentiate
from symrnn.record import Record
from symrnn.step import Step
from symrnn.verification.cases import CASES, Unplaced, draw
from symrnn.verification.certificate import Check
from symrnn.verification.comparison import Measurement, measure
from symrnn.verification.conclusion import TOLERANCES
from symrnn.verification.kernel import KERNEL_ERRORS, Kernel
from symrnn.verification.passes import Table, both_passes
from symrnn.verification.rounding import amplification, tolerated
from symrnn.verification.samples import Sample

NAME = "float32 is close to float64"
POINTS = 4


@dataclass(frozen=True)
class SinglePoint:
    """A point whose numbers are all in single precision, and how often rounding shows in each result there."""

    sample: Sample
    growth: dict[str, float]

    def allowed(self, name: str) -> float:
        """The block error that a result may have."""
        return max(TOLERANCES["float32"], tolerated(self.growth[name], np.float32))


def single_point(program: Program, sample: Sample) -> SinglePoint:
    """A sample rounded to single precision; the worst of several trials says how rounding grows."""
    sample = sample.single
    with np.errstate(all="ignore"):
        return SinglePoint(sample, amplification(program, sample))


def single_points(record: Record, step: Step, seed: int) -> list[SinglePoint]:
    """Points of the generic case, until there is one for each result where 1e-5 is allowed. Raises Unplaced."""
    program = differentiate(step)
    points: list[SinglePoint] = []
    for k in range(POINTS):
        try:
            sample = draw(record, step, CASES[0], (seed, 0, k) if k else (seed, 0))
        except Unplaced:
            if not points:
                raise
            break
        points.append(single_point(program, sample))
        if all(min(p.allowed(n) for p in points) <= TOLERANCES["float32"] for n in points[0].growth):
            break
    return points


def single_precision(kernel: Kernel, points: Sequence[SinglePoint]) -> Check:
    """Every result at the point where rounding grows least on the way to it."""
    growth = {n: [point.growth[n] for point in points] for n in points[0].growth}
    best = {n: values.index(min(values)) for n, values in growth.items()}
    for k, point in enumerate(points):
        try:
            with np.errstate(all="ignore"):
                rows = [row for row in compared(kernel, point)[0] if best[row.array] == k]
        except KERNEL_ERRORS as error:
            return Check(NAME, kernel.form, "error", f"{type(error).__name__}: {error}")
        for row in rows:
            if row.outcome != "passed":
                return Check(
                    NAME, kernel.form, "failed", f"{row.array} differs by {row.error:.3g} of its largest value"
                )
    return Check(NAME, kernel.form, "passed")


def compared(kernel: Kernel, point: SinglePoint) -> tuple[list[Measurement], Table, Table]:
    """Every result of a point in both precisions, and the two."""
    wide, narrow = (left | right for left, right in (both_passes(kernel, point.sample, d) for d in (float, np.float32)))
    rows = [measure(n, v, np.asarray(narrow[n], np.float64), point.allowed(n)) for n, v in wide.items()]
    return rows, wide, narrow
