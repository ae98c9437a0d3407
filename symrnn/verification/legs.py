"""The legs: each holds one thing that a kernel says against one independent source, at one sampled point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from symrnn.adjoint import differentiate
from symrnn.interpret import unroll
from symrnn.record import Record
from symrnn.step import Step
from symrnn.verification import derived, explicit, oracle
from symrnn.verification.certificate import Leg
from symrnn.verification.comparison import Measurement, measure, measure_exact
from symrnn.verification.conclusion import TOLERANCES, Place, concluded
from symrnn.verification.difference import Central, along, central, complex_step, judge, probes, signs
from symrnn.verification.kernel import KERNEL_ERRORS, Kernel
from symrnn.verification.rounding import amplification, tolerated
from symrnn.verification.samples import Sample, last, leaves
from symrnn.verification.single import compared, single_point

Array = Any
Table = dict[str, Array]

TILED = 2_000_000  # numbers in one tiled input


@dataclass(frozen=True)
class Subject:
    """What is judged: the accurate kernel (legs A and B) and the fast one (leg A').

    A cell with straight-through functions has in ``true`` the same cell with the derivative that these functions
    have, 0: there is nothing declared in it, so every leg can judge it.
    """

    name: str
    record: Record
    step: Step
    accurate: Kernel
    fast: Kernel
    backend: str = "numpy"
    dtype: str = "float64"
    straight: tuple[str, ...] = ()
    true: Subject | None = None

    @property
    def kernels(self) -> tuple[Kernel, Kernel]:
        return self.accurate, self.fast


class Point:
    """One sample, with everything the legs derive from it computed once."""

    def __init__(self, subject: Subject, sample: Sample, rng: np.random.Generator) -> None:
        self.subject, self.sample, self.rng = subject, sample, rng
        self._results: dict[str, tuple[Table, Table]] = {}

    def results(self, kernel: Kernel) -> tuple[Table, Table]:
        """Outputs and gradients of a kernel."""
        if kernel.form not in self._results:
            self._results[kernel.form] = kernel.forward(self.sample), kernel.gradients(self.sample)
        return self._results[kernel.form]

    @cached_property
    def slopes(self) -> tuple[Table, Table]:
        """Complex-step derivatives and the directions that they were taken along."""
        directions = probes(self.sample.variables, self.rng)
        return complex_step(self.subject.step, self.sample, directions), directions

    @cached_property
    def explicit(self) -> Table:
        """SymPy's derivatives of the explicit scalar equations."""
        return explicit.total_derivatives(self.subject.record, self.sample)

    @cached_property
    def growth(self) -> dict[str, float]:
        """How rounding grows on its way to every result."""
        return amplification(differentiate(self.subject.step, accurate=True), self.sample)

    @cached_property
    def fast_growth(self) -> dict[str, float]:
        """The same as the fast kernel spells it: derivatives in the output of a function, where 1 - t² cancels."""
        return amplification(differentiate(self.subject.step), self.sample, spelt=True)

    @property
    def place(self) -> Place:
        """The sizes of this point, and which of its arrays run over time."""
        case, numbers = self.sample.case, self.sample.numbers
        sizes = {s.name: int(numbers[s.name]) for s in self.subject.record.sizes}
        timed = {*self.sample.outputs, *(f"d{n}" for n in self.sample.inputs)}
        return Place({"T": case.T, "B": case.B} | sizes, {"B": case.B, "T": case.T}, frozenset(timed))


def leg_tie(point: Point) -> Leg:
    """The accurate kernel's outputs and final states against the reference interpreter."""
    sample = point.sample
    ticks, state = unroll(point.subject.step, *leaves(sample), sample.numbers)
    reference = {n: np.stack([np.broadcast_to(t[n], v.shape[1:]) for t in ticks]) for n, v in sample.outputs.items()}
    reference |= {last(n): v for n, v in state.items()}
    return _compared("A tie", point.subject.accurate.form, point, reference, point.results(point.subject.accurate)[0])


def leg_oracle(point: Point) -> Leg:
    """The accurate kernel's outputs and final states against the authored equations at 50 digits."""
    reference = oracle.forward(point.subject.record, point.sample)
    return _compared("E", point.subject.accurate.form, point, reference, point.results(point.subject.accurate)[0])


def leg_complex_step(point: Point) -> Leg:
    """The accurate kernel's gradients against the complex step of the interpreter."""
    slopes, directions = point.slopes
    gradients = point.results(point.subject.accurate)[1]
    values = {n: along(np.asarray(gradients[n], dtype=np.float64), d) for n, d in directions.items()}
    return _compared("A", point.subject.accurate.form, point, *_shaped(point, slopes, values))


def _shaped(point: Point, slopes: Table, values: Table) -> tuple[Table, Table]:
    """Slopes along unit vectors in the shape of their array."""
    shapes = {n: point.sample.variables[n].shape for n in slopes}
    shapes = {n: s if slopes[n].size == int(np.prod(s)) else slopes[n].shape for n, s in shapes.items()}
    reference = {n: v.reshape(shapes[n]) for n, v in slopes.items()}
    return reference, {n: v.reshape(shapes[n]) for n, v in values.items()}


def leg_fast(point: Point) -> Leg:
    """The fast kernel's outputs and gradients against those of the accurate kernel."""
    accurate, fast = (outputs | gradients for outputs, gradients in map(point.results, point.subject.kernels))
    return _compared("A'", point.subject.fast.form, point, accurate, fast)


def leg_single(point: Point) -> Leg:
    """The fast kernel in float32 against itself in float64, at a point that float32 can hold."""
    kernel = point.subject.fast
    rows, wide, narrow = compared(kernel, single_point(differentiate(point.subject.step), point.sample))
    return concluded("float32", kernel.form, point.place, rows, wide, narrow)


def leg_central(point: Point, *, kernel: Kernel) -> Leg:
    """A kernel's gradients against the central difference of its own forward."""
    sample, gradients = point.sample, point.results(kernel)[1]

    def evaluate(name: str, values: Array) -> Array:
        return losses(kernel, sample, name, values)[0]

    total, terms = losses(kernel, sample, "", np.zeros(1))
    at = (float(total[0]), float(terms[0]))
    measurements: list[Measurement] = []
    resolutions: dict[str, float] = {}
    found: dict[str, tuple[Central, Array]] = {}
    for name, value in sample.variables.items():
        cheap = name[1:] not in sample.parameters or sample.case.every
        directions = (probes if cheap else signs)({name: value}, point.rng)[name]
        if not value.size:
            continue
        slopes = central(evaluate, name, value, directions, at)
        predicted = along(np.asarray(gradients[name], dtype=np.float64), directions)
        measurement, resolutions[name] = judge(name, slopes, predicted, TOLERANCES["B"])
        measurements.append(measurement)
        found[name] = (slopes, predicted)
    numeric, predictions = {n: s.slope for n, (s, _) in found.items()}, {n: p for n, (_, p) in found.items()}
    reference, values = _shaped(point, numeric, predictions)
    return concluded("B", kernel.form, point.place, measurements, reference, values, resolutions)


def losses(kernel: Kernel, sample: Sample, name: str, values: Array) -> tuple[Array, Array]:
    """L and Σ|terms| for every row of ``values`` in place of the variable ``name`` (the point itself for no name).

    Values of an input or a state are run together as rows of one larger batch, those of a parameter one by one.
    """
    if name not in sample.variables:
        pairs = [_loss(sample, kernel.forward(sample), 1)]
    elif name[1:] in sample.parameters:
        pairs = [_loss(sample, results, 1) for results in kernel.forwards(sample, name[1:], values)]
    else:
        size = max(1, TILED // max(1, sum(v.size for v in (sample.inputs | sample.outputs).values())))
        pairs = [_tiled(kernel, sample, name, values[k : k + size]) for k in range(0, len(values), size)]
    return np.concatenate([p[0] for p in pairs]), np.concatenate([p[1] for p in pairs])


def _tiled(kernel: Kernel, sample: Sample, name: str, values: Array) -> tuple[Array, Array]:
    """The batch repeated once for each of ``values``."""
    count = len(values)
    table = {}
    for variable, value in sample.variables.items():
        axis = 1 if variable[1:] in sample.inputs else 0
        if variable == name:
            moved = np.moveaxis(values, 0, axis)
            table[variable] = moved.reshape(*moved.shape[:axis], -1, *moved.shape[axis + 2 :])
        elif variable[1:] not in sample.parameters:
            table[variable] = np.concatenate([value] * count, axis=axis)
    return _loss(sample, kernel.forward(sample.moved(table)), count)


def _loss(sample: Sample, results: Table, count: int) -> tuple[Array, Array]:
    """The loss of each of ``count`` groups of rows, and the sum of the sizes of its terms."""
    total, terms = np.zeros(count), np.zeros(count)
    cotangents = [(n, c, 1) for n, c in sample.outputs.items()]
    cotangents += [(last(n), c, 0) for n, c in (sample.finals or {}).items()]
    for name, cotangent, axis in cotangents:
        value = np.asarray(results[name])
        if count > 1:
            value = value.reshape(*value.shape[:axis], count, -1, *value.shape[axis + 1 :])
            products = (np.moveaxis(value, axis, 0) * cotangent).reshape(count, -1)
        else:
            products = (value * cotangent).reshape(1, -1)
        total += products.sum(axis=1)
        terms += np.abs(products).sum(axis=1)
    return total, terms


def leg_explicit(point: Point, *, form: str, accurate: bool) -> Leg:
    """The derived adjoint, in one form, against SymPy's derivatives of the explicit scalar equations."""
    reference = point.explicit
    values = derived.adjoints(differentiate(point.subject.step, accurate=accurate), point.sample)
    measurements = [measure_exact(n, v, values[n], TOLERANCES["E adjoint"]) for n, v in reference.items()]
    exact, derivation = ({n: np.array(v, dtype=np.float64) for n, v in t.items()} for t in (reference, values))
    return concluded("E adjoint", f"{form} derivation", point.place, measurements, exact, derivation)


def _compared(leg: str, form: str, point: Point, reference: Table, values: Table) -> Leg:
    """A leg from a table of references and one of values.

    A result that is off by more than the tolerance passes only where rounding alone explains it: a gradient that is
    a sum of terms which cancel has fewer right digits than the others, whatever computes it.
    """
    pairs = {n: (np.asarray(r), np.asarray(values[n])) for n, r in reference.items()}
    rows = {n: measure(n, *pair, TOLERANCES[leg]) for n, pair in pairs.items()}
    for name in [n for n, row in rows.items() if row.outcome == "failed"]:
        growth = point.fast_growth if form == point.subject.fast.form else point.growth
        limit = max(TOLERANCES[leg], tolerated(growth.get(name, 0.0), np.float64))
        rows[name] = measure(name, *pairs[name], limit)
    return concluded(leg, form, point.place, list(rows.values()), reference, values)


def guarded(leg: str, form: str, run: Callable[[], Leg]) -> Leg:
    """A leg, or why it could not run: whatever a kernel raises is reported, never passed over."""
    try:
        with np.errstate(all="ignore"):
            return run()
    except KERNEL_ERRORS as error:
        return Leg(leg, form, TOLERANCES[leg], "inconclusive", message=f"{type(error).__name__}: {error}")
