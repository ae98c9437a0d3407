"""What a command says about the cells that it built or verified: plain data, and text for a person."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symrnn.building import Built, Difference
from symrnn.command.pool import Outcome
from symrnn.command.table import aligned
from symrnn.verification import Certificate

GOOD = ("VERIFIED", "SURROGATE")  # a surrogate is verified but for the path that its author declared
FEW = 3  # cells of which a command tells all that it knows
Facts = dict[str, Any]


@dataclass(frozen=True)
class Report:
    """What a command prints, as text and as plain data, and what went wrong, with the reason of each."""

    text: str
    data: Any
    failed: dict[str, str]

    def complaint(self) -> str:
        """A line that names what went wrong."""
        return "failed: " + ", ".join(f"{name} ({reason})" for name, reason in self.failed.items())


def built_facts(built: Built) -> Facts:
    """The summary of a built cell; ``errors`` has the largest error of each leg beside what was allowed."""
    forward, backward = built.derivation.schedule.flops
    return {
        "cell": built.id,
        "class": built.cell.name,
        "verdict": built.certificate.verdict,
        "equations": len(built.cell.equations),
        "parameters": {array.name: [str(size) for size in array.shape] for array in built.cell.arrays},
        "adjoint_lines": len(built.derivation.trace),
        "flops_per_step": {"forward": str(forward), "backward": str(backward)},
        "cases": [case.name for case in built.certificate.cases],
        "errors": largest_errors(built.certificate),
    }


def verified_facts(certificate: Certificate) -> Facts:
    """A certificate as plain data: its text, and what is the same on every machine beside the figures of this run."""
    parts = {"certificate": json.loads(certificate.to_json()), "run": json.loads(certificate.run_json())}
    return {
        "verdict": certificate.verdict,
        "text": str(certificate),
        "parts": parts,
        "cases": [case.name for case in certificate.cases],
        "errors": largest_errors(certificate),
        "seconds": certificate.seconds,
    }


def largest_errors(certificate: Certificate) -> dict[str, dict[str, float]]:
    """Per leg the largest error that was measured and the tolerance of that leg."""
    table: dict[str, dict[str, float]] = {}
    for leg in (leg for case in certificate.cases for leg in case.legs):
        entry = table.setdefault(leg.leg, {"error": 0.0, "allowed": leg.tolerance})
        measured = [m.error for m in leg.measurements if m.outcome != "unresolved"]
        entry["error"] = max([entry["error"], *measured])
    return table


def failures(found: Sequence[Outcome[Facts]]) -> dict[str, str]:
    """The cells that failed, with the reason: an error in a line, or the verdict."""
    reasons = {o.id: o.error if o.value is None else o.value["verdict"] for o in found}
    return {id: reason for id, reason in reasons.items() if reason not in GOOD}


def counted(found: Sequence[Outcome[Facts]]) -> str:
    """``169 cells: 165 VERIFIED, 4 SURROGATE``."""
    verdicts = Counter("not finished" if o.value is None else o.value["verdict"] for o in found)
    return f"{count(len(found), 'cell')}: {', '.join(f'{number} {verdict}' for verdict, number in verdicts.items())}"


def verified_text(found: Sequence[Outcome[Facts]]) -> str:
    """Of a few cells their certificates; of many a line for each, and the certificates of those that failed."""
    if len(found) <= FEW:
        return "\n\n".join(o.value["text"] if o.value else f"{o.id}: {o.error}" for o in found)
    rows = [("cell", "verdict", "cases", "largest error of a gradient", "allowed", "seconds")]
    for o in found:
        if o.value is None:
            rows.append((o.id, "not finished", "", "", "", ""))
        else:
            cases, seconds = str(len(o.value["cases"])), f"{o.value['seconds']:.1f}"
            rows.append((o.id, o.value["verdict"], cases, *_gradient(o.value), seconds))
    whole = [o.value["text"] for o in found if o.value and o.value["verdict"] not in GOOD]
    return "\n\n".join([aligned(rows), *whole, counted(found)])


def built_text(found: Sequence[Outcome[Facts]], folder: Path) -> str:
    """Of a few cells all that is known of them; of many a line for each."""
    if len(found) <= FEW:
        return "\n\n".join(summary(o.value, folder) if o.value else f"{o.id}: {o.error}" for o in found)
    rows = [("cell", "verdict", "equations", "adjoint lines", "files")]
    for o in found:
        if o.value is None:
            rows.append((o.id, "not finished", "", "", ""))
        else:
            figures = (o.value["equations"], o.value["adjoint_lines"], len(o.value["files"]))
            rows.append((o.id, o.value["verdict"], *map(str, figures)))
    return f"{aligned(rows)}\n\n{counted(found)}; written to {folder}"


def summary(facts: Mapping[str, Any], folder: Path) -> str:
    """What was derived, what was verified and what was written."""
    parameters = [f"{name} ({', '.join(shape)})" for name, shape in facts["parameters"].items()]
    error, allowed = _gradient(facts)
    equations, lines = count(facts["equations"], "equation"), count(facts["adjoint_lines"], "adjoint line")
    rows = [
        ("derived", f"{equations}, {lines} with the rule of each"),
        ("parameters", "  ".join(parameters) or "none"),
        ("forward", f"{facts['flops_per_step']['forward']} operations a step"),
        ("backward", f"{facts['flops_per_step']['backward']} operations a step"),
        ("checked", f"{len(facts['cases'])} cases ({', '.join(facts['cases'])})"),
        ("", f"largest error of a gradient {error}, allowed {allowed}"),
        ("written", f"{folder / facts['cell']}: {' '.join(Path(path).name for path in facts['files'])}"),
    ]
    return f"{facts['class']}: {facts['verdict']}\n" + aligned([("  " + key, text) for key, text in rows])


def _gradient(facts: Mapping[str, Any]) -> tuple[str, str]:
    """The largest error of a gradient and what was allowed."""
    leg = facts["errors"].get("A")
    return ("none measured", "-") if leg is None else (f"{leg['error']:.1e}", f"{leg['allowed']:.0e}")


def differences_text(found: Sequence[Difference], command: str) -> str:
    """Every difference with what to do about it, and the command that writes the files."""
    advice = {"missing": "is missing", "extra": "is not written by this build; delete it", "changed": "differs"}
    parts = [f"{d.path} {advice[d.kind]}" + (f"\n{d.diff}\n" if d.diff else "") for d in found]
    return "\n".join([*parts, f"{count(len(found), 'file')} differ; to write them: {command}"])


def count(number: int, noun: str) -> str:
    """``1 cell``, ``2 cells``."""
    return f"{number} {noun}" + ("s" if number != 1 else "")
