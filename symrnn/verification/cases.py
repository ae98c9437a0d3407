"""The points at which a kernel is judged: seven cases, drawn by the declared domains.

A case decides what a check can see, more than the method does: one step hides a lost carry, one row hides a missing
sum over the batch, equal sizes hide a transposed weight. So the cases differ in exactly those respects, and every
state, bias, input and cotangent is random and not zero. A draw is repeated where a derivative could not be judged:
where a pre-activation lies at a kink, where the sequence is chaotic, so that rounding alone, grown by the cell itself,
would exceed the tolerances, or where all of a layer is saturated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from symrnn.errors import SymrnnError
from symrnn.flat import flat
from symrnn.record import Declaration, Record
from symrnn.step import Step
from symrnn.verification.kinks import Kinks
from symrnn.verification.memory_gates import memory_gates
from symrnn.verification.rounding import NUDGE, Rough, growth
from symrnn.verification.samples import Case, Sample, extent
from symrnn.verification.saturation import Saturation

Array = Any
POOL = (2, 4, 6, 7, 8, 9, 10, 11)
KINK_DISTANCE = 1e-3  # one hundred steps of the central difference
CONDITION = 100.0  # how much rounding may grow on its way to the outputs: to a tenth of what a forward may be off by
LOST = 1e-10  # what the fast derivative forms may lose in a layer; a tenth of what a fast kernel may differ by
REDRAWS = 200
FIRST_REDRAWS = 40  # where there is a milder case to go on with
WHOLE = ("mask", "time")  # domains of whole numbers: exact, and not changed by rounding


class Unplaced(SymrnnError):
    """No draw of a case keeps away from every kink and from chaos."""


CASES = (
    Case("generic", 5, 3, POOL, every=True),
    Case("square", 4, 2, (3,), every=True),
    Case("one step", 1, 3, POOL, every=True),
    Case("one row", 5, 1, POOL),
    Case("loss on the last step", 6, 3, POOL, last_step=True),
    Case("weights x8", 5, 3, POOL, weight_scale=8.0),
    Case("long and hard", 64, 2, (2, 3), gate_shift=5.0),
)

# From the smallest up: where a failed case is made as small as it still fails.
LADDER = tuple(
    Case(f"T={T}, B={B}, sizes {'/'.join(map(str, sizes))}", T, B, sizes)
    for sizes in ((1,), (1, 2), (2, 1), (2,))
    for T, B in ((1, 1), (2, 1), (1, 2), (2, 2), (3, 2))
)


def draw(
    record: Record, step: Step, case: Case, seed: tuple[int, ...], given: Mapping[str, Array] | None = None
) -> Sample:
    """A sample of ``case``, redrawn until the point is one at which derivatives can be judged.

    Where no draw will do, a milder case is tried. ``given`` fixes parameters by flat name (their sizes must then be
    those of the case). Raises Unplaced.
    """
    rng = np.random.default_rng(seed)
    plain = flat(record)
    whole = frozenset(d.name for d in (*plain.params, *plain.inputs) if d.domain in WHOLE)
    site = _Site(step, whole)
    redraws = 0
    while True:
        milder = case.milder
        for _ in range(REDRAWS if milder is None else FIRST_REDRAWS):
            sample = replace(_draw(plain, case, rng, given or {}), whole=whole)
            with np.errstate(all="ignore"):
                distance = site.distance(sample, rng)
            if distance is not None:
                return replace(sample, kink_distance=distance, redraws=redraws)
            redraws += 1
        if milder is None:
            raise Unplaced(
                f"{case.name}: {redraws} draws in a row came within {KINK_DISTANCE:g} of a kink, were not finite, "
                f"let rounding grow more than {CONDITION:g} times, or were saturated all over"
            )
        case = milder


def _draw(record: Record, case: Case, rng: np.random.Generator, given: Mapping[str, Array]) -> Sample:
    """One draw for a flat record."""
    numbers: dict[str, float] = {**case.extents(record), **dict(record.constants)}
    shift = memory_gates(record) if case.gate_shift else {}
    parameters = {}
    for d in record.params:
        value = np.asarray(given[d.name]) if d.name in given else _parameter(d, case, rng, numbers, shift)
        parameters[d.name] = value
    steps, rows = (case.T, case.B), (case.B,)
    inputs = {d.name: _signal(d, rng, (*steps, *extent(d.shape, numbers))) for d in record.inputs}
    states = {d.name: _signal(d, rng, (*rows, *extent(d.shape, numbers))) for d in record.states}
    outputs = {n: rng.standard_normal((*steps, *extent(record.shape_of(n), numbers))) for n in record.outputs}
    finals: dict[str, Array] | None = {n: rng.standard_normal(v.shape) for n, v in states.items()}
    if case.last_step:
        finals = None
        for value in outputs.values():
            value[:-1] = 0.0
    return Sample(case, numbers, parameters, inputs, states, outputs, finals)


def _parameter(
    d: Declaration, case: Case, rng: np.random.Generator, numbers: Mapping[str, float], shift: Mapping[str, float]
) -> Array:
    """Weights of variance 1/columns, so that a pre-activation is of order 1; everything else of order 1/2 to 1."""
    shape = extent(d.shape, numbers)
    value = _domain(d.domain, rng, shape)
    if value is not None:
        return value
    matrix = len(shape) >= 2
    value = rng.standard_normal(shape) * (1.0 / np.sqrt(shape[-1]) if matrix else 0.7)
    return value * (case.weight_scale if matrix else 1.0) + shift.get(d.name, 0.0) * case.gate_shift


def _signal(d: Declaration, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    if d.domain == "time" and d.role == "input":
        return np.broadcast_to(np.arange(1.0, shape[0] + 1).reshape(-1, *(1,) * (len(shape) - 1)), shape).copy()
    value = _domain(d.domain, rng, shape)
    return rng.standard_normal(shape) if value is None else value


def _domain(domain: str, rng: np.random.Generator, shape: tuple[int, ...]) -> Array | None:
    """A draw from a declared domain, or None for the reals."""
    if domain == "positive":
        return rng.uniform(0.4, 2.0, shape)
    if domain == "unit":
        return rng.uniform(0.05, 0.95, shape)
    if domain == "mask":
        return rng.integers(0, 2, shape).astype(np.float64)
    return rng.integers(1, 5, shape).astype(np.float64) if domain == "time" else None


class _Site:
    """What decides whether a point of a step can be judged."""

    def __init__(self, step: Step, whole: frozenset[str]) -> None:
        self.step, self.kinks, self.saturation = step, Kinks(step, whole), Saturation(step)

    def distance(self, sample: Sample, rng: np.random.Generator) -> float | None:
        """The smallest distance of a pre-activation to its kink, or None where the point will not do.

        What is not finite will not do either.
        """
        rough = Rough(sample, rng)
        ticks, final = rough.forward(self.step)
        results = (*rough.outputs(ticks).values(), *final.values())
        if not np.max([growth(value) for value in results], initial=0.0) <= CONDITION:
            return None
        distance = self.kinks.distance(ticks, sample.numbers, NUDGE)
        return distance if distance >= KINK_DISTANCE and self.saturation.lost(ticks, sample.numbers) <= LOST else None
