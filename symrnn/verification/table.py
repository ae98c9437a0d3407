"""A certificate as a readable table in plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from symrnn.verification.certificate import CaseReport, Certificate, Leg

MARKS = {"passed": "ok", "failed": "FAILED", "inconclusive": "?", "declared": "declared"}


def table(certificate: Certificate) -> str:
    """The verdict, one line for each case with the worst error of each leg, the checks, and every counterexample."""
    setting = f"{certificate.backend}, {certificate.dtype}, seed {certificate.seed}"
    lines = [f"{certificate.cell}: {certificate.verdict}  ({setting})"]
    columns = list(dict.fromkeys(_title(leg) for case in certificate.cases for leg in case.legs))
    rows = [["case", "sizes", *columns], *(_row(case, columns) for case in certificate.cases)]
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines += ["  " + "  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines += _checks(certificate)
    lines += _troubles(certificate)
    lines += [f"  note: {note}" for note in certificate.notes]
    lines.append(f"  claim: {certificate.claim}")
    lines += [f"  not covered: {text}" for text in certificate.not_covered]
    lines.append(f"  again: {certificate.reproduce}")
    return "\n".join(lines)


def _title(leg: Leg) -> str:
    return f"{leg.leg} ({leg.tolerance:.0e})".replace("e-0", "e-")


def _row(case: CaseReport, columns: list[str]) -> list[str]:
    cells = dict.fromkeys(columns, "")
    for leg in case.legs:
        cells[_title(leg)] = f"{cells[_title(leg)]} {_cell(leg)}".strip()
    return [case.name, " ".join(f"{n}={v}" for n, v in case.sizes.items()), *cells.values()]


def _cell(leg: Leg) -> str:
    """The worst error that a leg measured, and its outcome unless it passed."""
    measured = [m.error for m in leg.measurements if m.outcome != "unresolved"]
    figure = f"{max(measured):.1e}" if measured else "-"
    return figure if leg.outcome == "passed" else f"{figure} {MARKS[leg.outcome]}"


def _troubles(certificate: Certificate) -> list[str]:
    """Every leg that did not pass, once for each kernel, with the number of further cases."""
    cases: dict[tuple[str, str, str], list[tuple[str, Leg]]] = {}
    for case, leg in certificate.failed:
        cases.setdefault((leg.leg, leg.kernel, leg.outcome), []).append((case, leg))
    lines = []
    for (title, kernel, _), found in cases.items():
        more = f" (and in {len(found) - 1} more cases)" if len(found) > 1 else ""
        lines.append(f"  leg {title}, {kernel} kernel, {found[0][0]}{more}: {_trouble(found[0][1])}")
    return lines


def _trouble(leg: Leg) -> str:
    """What a failed leg shows."""
    if leg.counterexample is None:
        return leg.message
    others = [a for a in leg.counterexample.arrays if a != leg.counterexample.array]
    shown = f"{leg.message}; {leg.counterexample}" if leg.message else f"{leg.counterexample}"
    return shown + (f"; also wrong: {', '.join(others)}" if others else "")


def _checks(certificate: Certificate) -> list[str]:
    passed = sum(c.outcome == "passed" for c in certificate.structural)
    lines = [f"  structure: {passed} of {len(certificate.structural)} checks passed"]
    bad = [c for c in certificate.structural if c.outcome != "passed"]
    return lines + [f"  structure, {c.kernel} kernel, {c.name}: {c.outcome.upper()}: {c.detail}" for c in bad]
