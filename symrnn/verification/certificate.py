"""The certificate: what was checked, how, with which figures, and the verdict, as two JSON texts and a table.

``certificate.json`` holds what is the same on every machine: hashes, cases, seeds, tolerances, legs and verdict. The
errors that one run measured, its versions and its times are in ``certificate.run.json``. A failed leg shows its
counterexample in both.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any

from symrnn.verification.comparison import Counterexample, Measurement

SCHEMA = "symrnn-certificate/1"
RUN_SCHEMA = "symrnn-certificate-run/1"
VERDICTS = ("VERIFIED", "REFUTED", "SURROGATE", "INCONCLUSIVE")
OUTCOMES = ("passed", "failed", "inconclusive", "declared")


@dataclass(frozen=True)
class Leg:
    """One check of one kernel in one case.

    ``outcome`` is passed, failed (with a counterexample), inconclusive (with the reason), or declared: a path that is
    only what its author declares it to be.
    """

    leg: str
    kernel: str
    tolerance: float
    outcome: str
    measurements: tuple[Measurement, ...] = ()
    resolutions: dict[str, float] = field(default_factory=dict)
    examples: dict[str, Counterexample] = field(default_factory=dict)
    message: str = ""

    @property
    def counterexample(self) -> Counterexample | None:
        """That of the array with the largest error."""
        return next(iter(self.examples.values()), None)

    def record(self) -> dict[str, Any]:
        """What is the same on every machine."""
        table: dict[str, Any] = {
            "leg": self.leg,
            "kernel": self.kernel,
            "tolerance": self.tolerance,
            "outcome": self.outcome,
        }
        return table | self.trouble()

    def trouble(self) -> dict[str, Any]:
        """The counterexample or the reason of a leg that did not pass."""
        table: dict[str, Any] = {"message": self.message} if self.message else {}
        c = self.counterexample
        if c is not None:
            table["counterexample"] = {
                "array": c.array,
                "index": list(c.index),
                "time": c.time,
                "numeric": number(c.numeric),
                "analytic": number(c.analytic),
                "ratio": number(c.ratio),
                "hint": c.hint,
                "sizes": c.sizes,
                "arrays": list(c.arrays),
            }
        return table

    def figures(self) -> dict[str, Any]:
        """What this run measured."""
        arrays = {
            m.array: {"error": number(m.error), "outcome": m.outcome}
            | ({"resolution": number(self.resolutions[m.array])} if m.array in self.resolutions else {})
            | ({"limit": number(m.limit)} if m.limit > self.tolerance else {})
            for m in self.measurements
        }
        return {"leg": self.leg, "kernel": self.kernel, "outcome": self.outcome, "arrays": arrays} | self.trouble()


@dataclass(frozen=True)
class Check:
    """One structural check of one kernel: passed, failed (with what was found) or error (with what was raised)."""

    name: str
    kernel: str
    outcome: str
    detail: str = ""


@dataclass(frozen=True)
class CaseReport:
    """One case: its sizes and seed, which values had cotangents, and every leg that was run in it."""

    name: str
    seed: int
    sizes: dict[str, int]
    cotangents: tuple[str, ...]
    elements: dict[str, int]
    legs: tuple[Leg, ...]
    notes: str = ""
    kink_distance: float = math.inf
    redraws: int = 0

    def record(self) -> dict[str, Any]:
        table: dict[str, Any] = {"name": self.name, "seed": self.seed, "sizes": self.sizes}
        table |= {"notes": self.notes} if self.notes else {}
        table |= {"cotangents": " ".join(self.cotangents), "elements": self.elements}
        return table | {"legs": [leg.record() for leg in self.legs]}

    def figures(self) -> dict[str, Any]:
        kink = None if math.isinf(self.kink_distance) else number(self.kink_distance)
        table = {"name": self.name, "seed": self.seed, "kink_distance": kink, "redraws": self.redraws}
        return table | {"legs": [leg.figures() for leg in self.legs]}


@dataclass(frozen=True)
class Certificate:
    """What ``verify`` returns: ``str()`` is a table, ``to_json`` the certificate, ``run_json`` the run's figures."""

    cell: str
    backend: str
    dtype: str
    verdict: str
    claim: str
    not_covered: tuple[str, ...]
    hashes: dict[str, Any]
    forward_oracle: dict[str, Any]
    cases: tuple[CaseReport, ...]
    structural: tuple[Check, ...]
    reproduce: str
    seed: int
    seconds: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[tuple[str, Leg], ...]:
        """Every leg that failed or could not run, with the name of its case."""
        return tuple((c.name, leg) for c in self.cases for leg in c.legs if leg.outcome in ("failed", "inconclusive"))

    @property
    def counterexample(self) -> Counterexample | None:
        """The counterexample of the first failed leg."""
        return next((leg.counterexample for _, leg in self.failed if leg.counterexample is not None), None)

    def to_json(self) -> str:
        """``certificate.json``: with the same seed, byte for byte the same on every machine."""
        table = {
            "schema": SCHEMA,
            "cell": self.cell,
            "backend": self.backend,
            "dtype": self.dtype,
            "verdict": self.verdict,
            "claim": self.claim,
            "not_covered": list(self.not_covered),
            "hashes": self.hashes,
            "forward_oracle": self.forward_oracle,
            "cases": [case.record() for case in self.cases],
            "structural": [_check(c) for c in self.structural],
            "mutants": {"run": False, "reason": "mutants of the backward pass are not generated by this version"},
            "reproduce": self.reproduce,
        }
        return dumps(table)

    def run_json(self) -> str:
        """``certificate.run.json``: the figures of this run."""
        table = {
            "schema": RUN_SCHEMA,
            "cell": self.cell,
            "verdict": self.verdict,
            "seed": self.seed,
            "seconds": number(self.seconds),
            "versions": self.versions,
            "notes": list(self.notes),
            "cases": [case.figures() for case in self.cases],
            "structural": [_check(c) for c in self.structural],
        }
        return dumps(table)

    def __str__(self) -> str:
        from symrnn.verification.table import table

        return table(self)


def judge(cases: tuple[CaseReport, ...], structural: tuple[Check, ...]) -> str:
    """The verdict: a failure refutes, a leg that could not run leaves it open, a declared path makes a surrogate."""
    outcomes = {leg.outcome for case in cases for leg in case.legs}
    checks = {check.outcome for check in structural}
    if "failed" in outcomes | checks:
        return "REFUTED"
    if "inconclusive" in outcomes or "error" in checks or not outcomes:
        return "INCONCLUSIVE"
    return "SURROGATE" if "declared" in outcomes else "VERIFIED"


def _check(check: Check) -> dict[str, str]:
    table = {"name": check.name, "kernel": check.kernel, "outcome": check.outcome}
    return table | ({"detail": check.detail} if check.detail else {})


def number(value: float) -> float | str:
    """A figure with six digits; what JSON has no number for becomes a word."""
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "infinity" if value > 0 else "-infinity"
    return float(f"{value:.6g}")


def dumps(table: dict[str, Any]) -> str:
    """JSON in the order of the schema, ASCII, with a line end."""
    return json.dumps(table, indent=1, allow_nan=False) + "\n"
