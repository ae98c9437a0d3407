"""Reports: every leg of a case at one drawn point, and for a failure the smallest sizes at which it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from symrnn.flat import flat
from symrnn.verification.cases import CASES, LADDER, Unplaced, draw
from symrnn.verification.certificate import CaseReport, Check, Leg
from symrnn.verification.conclusion import TOLERANCES
from symrnn.verification.explicit import explicit_case
from symrnn.verification.given import NotFinite, given_case
from symrnn.verification.legs import (
    Point,
    Subject,
    guarded,
    leg_central,
    leg_complex_step,
    leg_explicit,
    leg_fast,
    leg_oracle,
    leg_single,
    leg_tie,
)
from symrnn.verification.memory_gates import memory_gates
from symrnn.verification.samples import Case, Sample
from symrnn.verification.single import single_points
from symrnn.verification.structure import structural

Key = tuple[str, str]  # a leg and a kernel
Run = Callable[[Point], Leg]


def case_report(
    subject: Subject, case: Case, seed: tuple[int, ...], given: Mapping[str, Any] | None = None
) -> CaseReport:
    """Every leg of one case; ``given`` fixes parameters by flat name."""
    try:
        sample = draw(subject.record, subject.step, case, seed, given)
    except Unplaced as error:
        return _without_sample(subject, case, seed, str(error))
    legs = [leg for part in _parts(subject) for leg in _legs(subject, part, sample, seed)]
    return _described(subject, case, sample, seed, tuple(legs))


def _parts(subject: Subject) -> tuple[Subject, ...]:
    """The cell as it is, and with the true derivatives of its straight-through functions where it has some."""
    return (subject,) if subject.true is None else (subject, subject.true)


def _legs(subject: Subject, part: Subject, sample: Sample, seed: tuple[int, ...]) -> list[Leg]:
    point = Point(part, sample, np.random.default_rng((*seed, 1)))
    return [_run_leg(key, run, point) for key, run in _plan(subject, part, sample.case).items()]


def _plan(subject: Subject, part: Subject, case: Case) -> dict[Key, Run]:
    """The legs that a case runs on the cell or on its part with true derivatives."""
    accurate, fast = part.accurate, part.fast
    plan: dict[Key, Run] = {
        ("A tie", accurate.form): leg_tie,
        ("E", accurate.form): leg_oracle,
        ("A", accurate.form): leg_complex_step,
        ("A'", fast.form): leg_fast,
    }
    if subject.true is None or part is subject.true:
        # No difference of values knows what a straight-through function declares.
        for kernel in part.kernels:
            if kernel is accurate or kernel.form == "given":
                plan["B", kernel.form] = partial(leg_central, kernel=kernel)
    if part is subject and subject.dtype == "float32" and case.ordinary:
        plan["float32", fast.form] = leg_single
    return plan


def _run_leg(key: Key, run: Run, point: Point) -> Leg:
    """One leg. What agrees with a straight-through function's declaration is declared, not verified."""
    leg = guarded(*key, lambda: run(point))
    if point.subject.straight and key[0] == "A" and leg.outcome == "passed":
        names = ", ".join(point.subject.straight)
        return replace(leg, outcome="declared", message=f"the derivative of {names} is the one that is declared")
    return leg


def _described(
    subject: Subject, wanted: Case, sample: Sample, seed: tuple[int, ...], legs: tuple[Leg, ...]
) -> CaseReport:
    """The report of a case, judged at a sample of it or, where no draw of it will do, of a milder one."""
    case = sample.case
    sizes = {"T": case.T, "B": case.B} | {s.name: int(sample.numbers[s.name]) for s in subject.record.sizes}
    cotangents = tuple(f"{n}[{'T' if case.last_step else '1..T'}]" for n in sample.outputs)
    cotangents += tuple(f"final {n}" for n in sample.finals or ())
    elements = {n: int(v.size) for n, v in sample.variables.items()}
    notes = []
    if wanted.weight_scale != 1:
        notes.append(f"weight matrices times {case.weight_scale:g}")
    if wanted.gate_shift:
        gates = memory_gates(flat(subject.record))
        shifts = ", ".join(f"{n} {case.gate_shift * sign:+g}" for n, sign in gates.items())
        notes.append(f"biases of memory gates shifted: {shifts}" if shifts else "no memory gate has a bias to shift")
    if case != wanted:
        what = f"{wanted.T} steps" if case.T != wanted.T else f"weights times {wanted.weight_scale:g}"
        notes.append(f"no draw with {what} can be judged")
    distance, redraws = sample.kink_distance, sample.redraws
    return CaseReport(case.name, seed[0], sizes, cotangents, elements, legs, "; ".join(notes), distance, redraws)


def _without_sample(subject: Subject, case: Case, seed: tuple[int, ...], message: str) -> CaseReport:
    """A case whose legs could not run, and why."""
    leg = Leg("A", subject.accurate.form, TOLERANCES["A"], "inconclusive", message=message)
    return CaseReport(case.name, seed[0], {"T": case.T, "B": case.B}, (), {}, (leg,))


def at_given(subject: Subject, params: Mapping[str, Any], seed: tuple[int, ...]) -> CaseReport:
    """The case at parameters that the user supplied."""
    try:
        case, blocks = given_case(subject.record, params)
    except NotFinite as error:
        return _without_sample(subject, Case("given parameters", 0, 0, ()), seed, str(error))
    return case_report(subject, case, seed, blocks)


def explicit_scalars(subject: Subject, seed: int) -> CaseReport:
    """The derived adjoint, in both forms, against SymPy's scalar differentiation at its own small sizes."""
    key = (seed, len(CASES) + 1)
    part = subject.true or subject
    case = explicit_case(subject.record, part.step)
    try:
        sample = draw(subject.record, part.step, case, key)
    except Unplaced as error:
        return _without_sample(subject, case, key, str(error))
    point = Point(part, sample, np.random.default_rng((*key, 1)))
    legs = []
    for form, accurate in {"accurate": True, "fast": False}.items():
        leg = partial(leg_explicit, form=form, accurate=accurate)
        legs.append(_run_leg(("E adjoint", f"{form} derivation"), leg, point))
    return _described(subject, case, sample, key, tuple(legs))


def shrunk(subject: Subject, reports: Iterable[CaseReport], seed: int) -> list[CaseReport]:
    """The same reports; each kind of failure shows its smallest counterexample where it first occurs."""
    shown: set[tuple[str, str]] = set()
    result = []
    for report in reports:
        legs = []
        for leg in report.legs:
            key = (leg.leg, leg.kernel)
            if leg.outcome == "failed" and key not in shown:
                shown.add(key)
                leg = _smallest(subject, leg, seed)
            legs.append(leg)
        result.append(replace(report, legs=tuple(legs)))
    return result


def _smallest(subject: Subject, leg: Leg, seed: int) -> Leg:
    """A failed leg with a counterexample at the smallest sizes at which the same array fails."""
    first, key = leg.counterexample, (leg.leg, leg.kernel)
    plans = [(part, _plan(subject, part, LADDER[0])) for part in _parts(subject)]
    again = next(((part, plan[key]) for part, plan in plans if key in plan), None)
    if first is None or again is None:
        return leg
    part, run = again
    for k, case in enumerate(LADDER):
        try:
            sample = draw(subject.record, part.step, case, (seed, 100 + k))
        except Unplaced:
            continue
        small = _run_leg(key, run, Point(part, sample, np.random.default_rng((seed, 100 + k, 1))))
        if first.array in small.examples:
            example = replace(small.examples[first.array], hint=first.hint, arrays=first.arrays)
            others = {n: e for n, e in leg.examples.items() if n != first.array}
            return replace(leg, examples={first.array: example} | others)
    return leg


def structure(subject: Subject, seed: int) -> tuple[Check, ...]:
    """The structural checks of both kernels, at a point of the generic case where rounding grows little."""
    try:
        points = single_points(subject.record, subject.step, seed)
    except Unplaced as error:
        return (Check("structure", subject.fast.form, "error", str(error)),)
    sample = min(points, key=lambda point: max(point.growth.values(), default=0.0)).sample
    return tuple(check for kernel in subject.kernels for check in structural(kernel, sample, points))
