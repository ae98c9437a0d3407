"""The protocol: seven cases, every leg in each, the structural checks, and the verdict."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any

import mpmath
import numpy as np
import sympy

from symrnn.cell import Cell
from symrnn.emission import build
from symrnn.errors import UsageError
from symrnn.lower import lower
from symrnn.ops import REGISTRY
from symrnn.record import Record
from symrnn.tree import Apply, walk
from symrnn.verification.cases import CASES
from symrnn.verification.certificate import CaseReport, Certificate, Check, judge
from symrnn.verification.conclusion import TOLERANCES
from symrnn.verification.kernel import Kernel, canonical, digest
from symrnn.verification.legs import Subject
from symrnn.verification.reports import at_given, case_report, explicit_scalars, shrunk, structure
from symrnn.verification.scalars import DIGITS
from symrnn.zoo import zoo

Progress = Callable[[str], None]
DTYPES = ("float64", "float32")

CLAIMS = {
    "VERIFIED": "at the sampled points the backward pass is the vector-Jacobian product of the forward pass, "
    "and the forward pass agrees with the authored equations",
    "SURROGATE": "at the sampled points the backward pass is the vector-Jacobian product of the forward pass in which "
    "{names} has the derivative that is declared for it; a kernel of the same equations in which it has its true "
    "derivative, 0, was judged by every leg; the forward pass agrees with the authored equations",
    "REFUTED": "none: a check failed, see its counterexample",
    "INCONCLUSIVE": "none: a check could not run, see its reason",
}
NOT_COVERED = (
    "points that were not sampled: agreement there is likely, not proved",
    "dot products with an emitted Jacobian-vector product (leg C): no tangent kernel is emitted yet",
    "derivatives at a kink itself, where there is none",
    "speed, memory and use from several threads",
)
STRAIGHT = (
    "whether the derivative declared for {names} serves its purpose: it is a convention, no derivative of the values"
)
SINGLE_ONLY = ("float32 with large weights and over long sequences, where its rounding grows beyond the tolerance",)


def verify(
    cell_or_module: type[Cell] | ModuleType,
    *,
    seed: int | None = None,
    backend: str = "numpy",
    dtype: Any = "float64",
    cell: type[Cell] | None = None,
    params: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Certificate:
    """The certificate of a cell's emitted kernels, or of a module with the contract of emitted kernels.

    A module is judged as a kernel of ``cell``, or of the zoo's cell that its ``CELL`` names. Without a ``seed`` a fresh
    one is drawn and recorded. ``params`` (stacked arrays) adds a case at these parameters. ``progress`` is called with
    a line before each case. Raises UsageError for what is not a cell, a backend or a dtype.
    """
    begin = time.perf_counter()
    if np.dtype(dtype).name not in DTYPES:
        raise UsageError(f"dtype {np.dtype(dtype).name} cannot be verified; use {' or '.join(DTYPES)}")
    if seed is not None and seed < 0:
        raise UsageError(f"a seed is a whole number from 0 up, not {seed}")
    subject = replace(_subject(cell_or_module, backend, cell), dtype=np.dtype(dtype).name)
    seed = fresh_seed() if seed is None else seed
    tell = progress or _silent
    reports = []
    for k, case in enumerate(CASES):
        tell(f"{subject.name}: {case.name}")
        reports.append(case_report(subject, case, (seed, k)))
    if params is not None:
        reports.append(at_given(subject, params, (seed, len(CASES))))
    tell(f"{subject.name}: explicit scalars")
    cases = (*shrunk(subject, reports, seed), explicit_scalars(subject, seed))
    tell(f"{subject.name}: structure")
    checks = structure(subject, seed)
    return _certificate(subject, seed, cases, checks, params, time.perf_counter() - begin)


def fresh_seed() -> int:
    """A seed from the operating system's entropy."""
    return int(np.random.SeedSequence().generate_state(1)[0])


def _silent(line: str) -> None:
    """No progress is shown unless asked for."""


def _subject(given: type[Cell] | ModuleType, backend: str, cell: type[Cell] | None) -> Subject:
    """The kernels to judge; a given module stands in for the emitted one of its form."""
    if isinstance(given, ModuleType):
        cell = cell or _named(given)
    elif isinstance(given, type) and issubclass(given, Cell) and given is not Cell:
        cell = given
    else:
        raise UsageError(f"verify takes a cell or an emitted module, not {given!r}")
    record = cell.record
    name = record.id or record.name
    if isinstance(given, ModuleType) and getattr(given, "ACCURATE", False):
        accurate, fast = Kernel(given, record, "given"), Kernel(build(cell, backend), record, "fast")
    else:
        accurate = Kernel(build(cell, backend, accurate=True), record, "accurate")
        module = given if isinstance(given, ModuleType) else build(cell, backend)
        fast = Kernel(module, record, "given" if module is given else "fast")
    subject = Subject(name, record, lower(record), accurate, fast, backend, straight=_straight(record))
    return replace(subject, true=_with_true_derivatives(subject, cell)) if subject.straight else subject


def _straight(record: Record) -> tuple[str, ...]:
    """The straight-through functions that a cell applies."""
    nodes = (node for equation in record.equations for node in walk(equation.tree))
    return tuple(sorted({n.op for n in nodes if isinstance(n, Apply) and REGISTRY[n.op].surrogate}))


def _with_true_derivatives(subject: Subject, cell: type[Cell]) -> Subject:
    """The same cell where straight-through functions have their own derivative, 0."""
    record, backend = subject.record, subject.backend
    accurate, fast = (
        Kernel(build(cell, backend, accurate=form == "accurate", surrogates=False), record, f"{form}, true derivative")
        for form in ("accurate", "fast")
    )
    return replace(subject, step=lower(record, surrogates=False), accurate=accurate, fast=fast, straight=(), true=None)


def _named(module: ModuleType) -> type[Cell]:
    name = getattr(module, "CELL", None)
    if not isinstance(name, str) or name not in zoo:
        raise UsageError(f"{module.__name__} names no cell of the zoo in CELL; pass the cell it computes as cell=")
    return zoo[name]


def _certificate(
    subject: Subject,
    seed: int,
    cases: tuple[CaseReport, ...],
    checks: tuple[Check, ...],
    params: Mapping[str, Any] | None,
    seconds: float,
) -> Certificate:
    verdict = judge(cases, checks)
    names = " and ".join(subject.straight)
    kernels = subject.kernels + (subject.true.kernels if subject.true else ())
    limits = NOT_COVERED + ((STRAIGHT.format(names=names),) if names else ())
    limits += SINGLE_ONLY if subject.dtype == "float32" else ()
    oracle = [leg.outcome for case in cases for leg in case.legs if leg.leg == "E"]
    return Certificate(
        cell=subject.name,
        backend=subject.backend,
        dtype=subject.dtype,
        verdict=verdict,
        claim=CLAIMS[verdict].format(names=names),
        not_covered=limits,
        hashes={"cell": digest(canonical(subject.record))} | {k.form: k.hashes() for k in kernels},
        forward_oracle={
            "method": "the authored equations by the SymPy definitions of their functions, in mpmath",
            "digits": DIGITS,
            "tolerance": TOLERANCES["E"],
            "cases": len(oracle),
            "agreed": oracle.count("passed"),
        },
        cases=cases,
        structural=checks,
        reproduce=_again(subject, seed, params),
        seed=seed,
        seconds=seconds,
        versions=versions(),
        notes=_notes(cases),
    )


def _notes(cases: tuple[CaseReport, ...]) -> tuple[str, ...]:
    """The results that were allowed more than the tolerance of their leg, and used it."""
    return tuple(
        f"leg {leg.leg}, {case.name}: {m.array} is off by {m.error:.2g}; rounding alone explains {m.limit:.2g} there"
        for case in cases
        for leg in case.legs
        for m in leg.measurements
        if m.outcome == "passed" and m.limit > leg.tolerance and m.error > leg.tolerance
    )


def _again(subject: Subject, seed: int, params: Mapping[str, Any] | None) -> str:
    """The command that repeats a run: one line for the shell where it can be said there, else one of Python."""
    published = subject.name in zoo and zoo[subject.name].record == subject.record
    options = "" if subject.backend == "numpy" else f", backend={subject.backend!r}"
    options += "" if subject.dtype == "float64" else f", dtype={subject.dtype!r}"
    options += "" if params is None else ", params=params"
    module = any(kernel.form == "given" for kernel in subject.kernels)
    if published and not module and not options:
        return f"symrnn verify {subject.name} --seed {seed}"
    cell = f'symrnn.zoo["{subject.name}"]' if published else subject.record.name
    return f"symrnn.verify({f'module, cell={cell}' if module else cell}, seed={seed}{options})"


def versions() -> dict[str, str]:
    """What this run ran on."""
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "sympy": sympy.__version__,
        "mpmath": mpmath.__version__,
        "machine": platform.machine(),
    }
