"""Two arrays compared: the block error, and what the ratio of a wrong element suggests.

The block error is the largest difference over one array divided by the largest reference value of that array. It has
no absolute part, so a gradient of 1e-40 is checked as closely as one of 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any
TINY = 1e-240  # below it the complex step of 1e-60 itself underflows
EXACT = 1e-45  # what is left of a value of order 1 where 50 digits cancel


@dataclass(frozen=True)
class Measurement:
    """One array in one check: its elements, the block error found, and what was allowed (both relative)."""

    array: str
    elements: int
    error: float
    limit: float
    outcome: str  # passed, failed, unresolved, or not finite


@dataclass(frozen=True)
class Counterexample:
    """Where a check failed. ``array`` is the worst, ``arrays`` all that failed; ``time`` is None for a parameter."""

    array: str
    index: tuple[int, ...]
    time: int | None
    numeric: float
    analytic: float
    hint: str
    sizes: str
    arrays: tuple[str, ...] = ()

    @property
    def ratio(self) -> float:
        """numeric/analytic; infinite where the kernel returned zero."""
        if self.analytic == 0:
            return float("inf")
        return self.numeric / self.analytic

    def __str__(self) -> str:
        place = f"{self.array}[{', '.join(map(str, self.index))}]"
        place += "" if self.time is None else f" (t = {self.time})"
        return (
            f"{place}: numeric {self.numeric:.6g}, analytic {self.analytic:.6g}, ratio {self.ratio:.6g}"
            f" at {self.sizes}; {self.hint}"
        )


def block_error(reference: Array, value: Array) -> float:
    """max|value − reference| / max|reference|; infinite where only the reference is zero, nan if it is not finite."""
    if not reference.size:
        return 0.0
    scale = float(np.max(np.abs(reference)))
    worst = float(np.max(np.abs(value - reference)))
    if not np.isfinite(scale):
        return float("nan")
    if np.isnan(worst):
        return float("inf")
    if scale == 0:
        return 0.0 if worst <= TINY else float("inf")
    return worst / scale


def measure(array: str, reference: Array, value: Array, tolerance: float) -> Measurement:
    """The block error of ``value`` against ``reference``, judged; a reference that is not finite judges nothing."""
    error = block_error(reference, value)
    outcome = "not finite" if np.isnan(error) else "passed" if error <= tolerance else "failed"
    return Measurement(array, int(reference.size), error, tolerance, outcome)


def measure_exact(array: str, reference: Array, value: Array, tolerance: float) -> Measurement:
    """The block error of arrays of mpmath numbers; what is left where all digits cancel counts as zero."""
    scale = max((abs(v) for v in reference.reshape(-1)), default=0)
    worst = max((abs(v) for v in np.ravel(value - reference)), default=0)
    error = float(worst / scale) if scale > EXACT else 0.0 if worst < EXACT else float("inf")
    return Measurement(array, reference.size, error, tolerance, "passed" if error <= tolerance else "failed")


def worst_element(reference: Array, value: Array) -> tuple[int, ...]:
    """The index of the largest difference; a value that is not a number counts as infinitely far off."""
    gap = np.abs(value - reference)
    flat = int(np.argmax(np.where(np.isnan(gap), np.inf, gap)))
    return tuple(int(k) for k in np.unravel_index(flat, gap.shape))


def hint(
    name: str, reference: Mapping[str, Array], values: Mapping[str, Array], counts: Mapping[str, int], timed: bool
) -> str:
    """What the wrong array looks like: a sign, a mean, a transposed or swapped array, a shift in time.

    ``counts`` are the numbers that a wrong factor may be (``{"B": 3, "T": 5}``).
    """
    numeric, analytic = reference[name], values[name]
    if not np.all(np.isfinite(analytic)):
        return "the kernel returned a value that is not finite"
    if not np.any(analytic):
        return "the kernel returned zero: a dropped term or a lost carry"
    factor = _common_factor(numeric, analytic)
    if factor is not None:
        return _factor_hint(factor, counts)
    if timed and len(numeric) > 1:
        for shift, side in ((1, "early"), (-1, "late")):
            here, there = (numeric[1:], analytic[:-1]) if shift == 1 else (numeric[:-1], analytic[1:])
            if block_error(here, there) < 1e-6:
                return f"shifted in time: every value stands one step too {side}"
    if numeric.ndim == 2 and numeric.shape[0] == numeric.shape[1] > 1 and block_error(numeric.T, analytic) < 1e-6:
        return "the kernel returned the transposed array"
    for other, array in reference.items():
        if other != name and array.shape == analytic.shape and np.any(array) and block_error(array, analytic) < 1e-6:
            return f"the kernel returned what belongs to {other}"
    return "no single factor explains it: a wrong or missing term"


def _common_factor(numeric: Array, analytic: Array) -> float | None:
    """The factor numeric/analytic if all elements share one (to 1e-5 of the largest)."""
    square = float(np.vdot(analytic, analytic))
    if square == 0 or not np.all(np.isfinite(numeric)):
        return None
    factor = float(np.vdot(analytic, numeric)) / square
    return factor if np.any(numeric) and block_error(numeric, factor * analytic) < 1e-5 else None


def _factor_hint(factor: float, counts: Mapping[str, int]) -> str:
    for name, count in counts.items():
        if count > 1 and np.isclose(factor, count, rtol=1e-4):
            return f"the ratio is {name}: a mean over {name} stands where a sum belongs"
        if count > 1 and np.isclose(factor, 1 / count, rtol=1e-4):
            return f"the ratio is 1/{name}: everything is counted {name} times"
    if np.isclose(factor, -1, rtol=1e-4):
        return "the ratio is -1: the sign is wrong"
    if np.isclose(factor, 2, rtol=1e-4) or np.isclose(factor, 0.5, rtol=1e-4):
        return f"the ratio is {factor:.3g}: a factor of two is " + ("missing" if factor > 1 else "too much")
    return f"every element is off by the same factor, {factor:.8g}"
