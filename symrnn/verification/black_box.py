"""Anybody's hand-written pair: is ``backward`` the vector-Jacobian product of ``forward``?

Only what the two functions do can be seen. The forward is taken as it is, so nothing says that it computes what its
author means by it; its central difference judges the backward, and so does its complex step where it takes complex
numbers and is analytic. The functions are code and are run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from symrnn.errors import UsageError
from symrnn.verification.arrays import Malformed
from symrnn.verification.certificate import CaseReport, Certificate, Check, Leg, judge
from symrnn.verification.comparison import Measurement, measure
from symrnn.verification.conclusion import TOLERANCES, concluded
from symrnn.verification.difference import Central
from symrnn.verification.difference import judge as judged
from symrnn.verification.given import NotFinite
from symrnn.verification.kernel import KERNEL_ERRORS, callable_source, digest
from symrnn.verification.pair import CHECKS, Backward, Draw, Drawing, Forward, Pair, Table, drawn
from symrnn.verification.protocol import fresh_seed, versions

DRAWS = 5
SATURATED = 1e-9  # what a derivative written in a saturated output may be off; above it the complex step refutes

CLAIM = "at the sampled points backward is the vector-Jacobian product of forward"
NOT_COVERED = (
    "whether forward computes what it is meant to: nothing was given to compare it with",
    "points that sample does not draw",
    "the passing on of NaN, float32, edges such as empty sequences",
)


def verify_functions(
    forward: Forward,
    backward: Backward,
    sample: Drawing,
    *,
    seed: int | None = None,
    draws: int = DRAWS,
    name: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Certificate:
    """The certificate of a pair of functions over dicts of arrays.

    ``sample(rng)`` draws inputs, ``forward(inputs)`` gives outputs and ``backward(inputs, cotangents)`` the gradients
    of Σ cotangent·output. Gradients are judged for the real inputs that ``backward`` returns one for; whole numbers and
    booleans are handed on as they are. Raises UsageError if there is no draw.
    """
    begin = time.perf_counter()
    if draws < 1:
        raise UsageError("verify_functions needs at least one draw")
    seed = fresh_seed() if seed is None else seed
    pair = Pair(forward, backward)
    cases = []
    for k in range(draws):
        if progress is not None:
            progress(f"draw {k + 1} of {draws}")
        cases.append(_case(pair, sample, seed, k))
    cases = _resolved(cases)
    return _certificate(pair, name, seed, tuple(cases), _structural(pair, sample, seed), time.perf_counter() - begin)


def _case(pair: Pair, sample: Drawing, seed: int, k: int) -> CaseReport:
    """The legs of one draw."""
    try:
        with np.errstate(all="ignore"):
            draw = drawn(pair, sample, (seed, k))
            slopes = draw.slopes(draw.loss(draw.inputs))
            legs = (_central_leg(draw, slopes), *_complex_leg(draw, slopes))
    except KERNEL_ERRORS as error:
        message = str(error) if isinstance(error, NotFinite | Malformed) else f"{type(error).__name__}: {error}"
        leg = Leg("B", "given", TOLERANCES["B"], "inconclusive", message=message)
        return CaseReport(f"draw {k + 1}", seed, {}, (), {}, (leg,))
    elements = {f"d{n}": int(v.size) for n, v in draw.gradients.items()}
    return CaseReport(f"draw {k + 1}", seed, {}, tuple(draw.cotangents), elements, legs)


def _central_leg(draw: Draw, slopes: dict[str, Central]) -> Leg:
    pairs = {n: judged(f"d{n}", s, draw.predicted[n], TOLERANCES["B"]) for n, s in slopes.items()}
    reference = draw.shaped({n: s.slope for n, s in slopes.items()})
    resolutions = {f"d{n}": resolution for n, (_, resolution) in pairs.items()}
    return _concluded("B", draw, [m for m, _ in pairs.values()], reference, resolutions)


def _concluded(leg: str, draw: Draw, rows: list[Measurement], reference: Table, resolutions: dict[str, float]) -> Leg:
    left, right = ({f"d{n}": v for n, v in t.items()} for t in (reference, draw.shaped(draw.predicted)))
    return concluded(leg, "given", draw.place, rows, left, right, resolutions)


def _complex_leg(draw: Draw, slopes: dict[str, Central]) -> tuple[Leg, ...]:
    """The complex step, where the forward takes it and it agrees with the central difference (is analytic)."""
    exact = draw.complex_slopes()
    if exact is None or any(judged(n, s, exact[n], TOLERANCES["B"])[0].outcome == "failed" for n, s in slopes.items()):
        draw.pair.notes.add("forward takes no complex numbers or is not analytic, so leg A was not run")
        return ()
    rows = [measure(f"d{n}", exact[n], draw.predicted[n], TOLERANCES["A"]) for n in exact]
    leg = _concluded("A", draw, rows, draw.shaped(exact), {})
    if leg.outcome == "failed" and max(m.error for m in rows) <= SATURATED:
        worst = max(rows, key=lambda m: m.error)
        reason = f"{worst.array} is off by {worst.error:.2g}: a small error, or digits lost in a saturated function"
        leg = replace(leg, outcome="inconclusive", message=reason)
    return (leg,)


def _resolved(cases: Iterable[CaseReport]) -> list[CaseReport]:
    """An array that no draw resolves and no complex step covers leaves the last draw inconclusive."""
    reports = list(cases)
    seen = {m.array for c in reports for leg in c.legs for m in leg.measurements}
    covered = {m.array for c in reports for leg in c.legs for m in leg.measurements if m.outcome == "passed"}
    failed = {m.array for c in reports for leg in c.legs for m in leg.measurements if m.outcome == "failed"}
    if open_ones := sorted(seen - covered - failed):
        reason = f"no draw resolves {', '.join(open_ones)}"
        leg = Leg("B", "given", TOLERANCES["B"], "inconclusive", message=reason)
        reports[-1] = replace(reports[-1], legs=(*reports[-1].legs, leg))
    return reports


def _structural(pair: Pair, sample: Drawing, seed: int) -> tuple[Check, ...]:
    """The same result twice, nothing written to, backward(0) = 0, and linearity."""
    checks = []
    for name, check in CHECKS.items():
        try:
            with np.errstate(all="ignore"):
                detail = check(drawn(pair, sample, (seed, 0)))
        except KERNEL_ERRORS as error:
            checks.append(Check(name, "given", "error", f"{type(error).__name__}: {error}"))
        else:
            checks.append(Check(name, "given", "failed" if detail else "passed", detail or ""))
    return tuple(checks)


def _certificate(
    pair: Pair, name: str | None, seed: int, cases: tuple[CaseReport, ...], checks: tuple[Check, ...], seconds: float
) -> Certificate:
    verdict = judge(cases, checks)
    hashes = {n: callable_source(f) for n, f in zip(("forward", "backward"), pair.given, strict=True)}
    return Certificate(
        cell=name or str(getattr(pair.given[0], "__qualname__", "forward")),
        backend="functions",
        dtype="float64",
        verdict=verdict,
        claim=CLAIM if verdict == "VERIFIED" else "none: see the check that failed or could not run",
        not_covered=(*NOT_COVERED, *(f"the gradient of {n}: backward returns none" for n in sorted(pair.unjudged))),
        hashes={n: digest(text) if text else "unknown" for n, text in hashes.items()},
        forward_oracle={"method": "none: forward is taken as it is"},
        cases=cases,
        structural=checks,
        reproduce=f"symrnn.verify_functions(forward, backward, sample, seed={seed})",
        seed=seed,
        seconds=seconds,
        versions=versions(),
        notes=tuple(sorted(pair.notes)),
    )
