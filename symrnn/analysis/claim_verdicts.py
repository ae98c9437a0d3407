"""What is said about a claim: the verdict, how it was found, and what is wrong or assumed.

*holds* is said only where both sides are shown to be one function, or a bound follows from intervals. Random points can
refute a claim, and then the point is given; that they agree proves nothing, so such a claim is *undecided*.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from symrnn.analysis.agreement import Gap
from symrnn.cell import Cell
from symrnn.reading.claim import Claim
from symrnn.reading.source import Span

HOLDS, HOLDS_WITH, FALSE, UNDECIDED = "holds", "holds_with", "false", "undecided"
SYMBOLIC, INTERVAL, POINTS = "symbolic", "interval", "50 digits"
WORDS = {HOLDS: "holds", HOLDS_WITH: "holds with", FALSE: "false", UNDECIDED: "undecided"}


@dataclass(frozen=True)
class Evidence:
    """Why a verdict was given.

    ``assumption`` is what a claim needs that it does not say, ``convention`` how it had to be read. ``expression`` is
    the derived value in full, ``missing`` are its terms that the claim lacks, ``wrong`` the claim's terms that it does
    not have; ``hint`` is a change that makes the claim right. ``reason`` says why nothing was decided.
    """

    method: str = ""
    assumption: str = ""
    convention: str = ""
    expression: str = ""
    missing: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    hint: str = ""
    reason: str = ""
    counterexample: Gap | None = None

    @property
    def size(self) -> float | None:
        """The size of the largest difference found."""
        return None if self.counterexample is None else self.counterexample.size

    def facts(self) -> dict[str, Any]:
        """The same as plain data, without what is empty."""
        names = ("method", "assumption", "convention", "expression", "hint", "reason")
        table: dict[str, Any] = {name: getattr(self, name) for name in names}
        table |= {"missing": list(self.missing), "wrong": list(self.wrong)}
        if (gap := self.counterexample) is not None:
            table["counterexample"] = {
                "entry": [k + 1 for k in gap.entry],
                "claimed": gap.claimed,
                "derived": gap.derived,
                "difference": gap.size,
                "sizes": dict(gap.sizes),
                "seed": list(gap.seed),
            }
        return {name: value for name, value in table.items() if value}

    def lines(self) -> list[str]:
        """The evidence for a terminal."""
        gap = "" if self.counterexample is None else str(self.counterexample)
        rows = [("assuming", self.assumption), ("reading", self.convention), ("because", self.reason)]
        rows += [("derived" if k == 0 else "", line) for k, line in enumerate(self.expression.splitlines())]
        rows += [("missing", term) for term in self.missing] + [("wrong", term) for term in self.wrong]
        rows += [("perhaps", self.hint), ("example", gap), ("method", self.method)]
        return [f"{title:<9}{text}" for title, text in rows if text]


@dataclass(frozen=True)
class Judged:
    """A claim of a note with its verdict."""

    claim: Claim
    verdict: str
    evidence: Evidence = field(default_factory=Evidence)

    @property
    def text(self) -> str:
        """The claim in Python syntax."""
        return self.claim.text

    @property
    def kind(self) -> str:
        """What the claim is about: derivative, adjoint, range, limit, count or equivalence."""
        return self.claim.kind

    @property
    def cell(self) -> type[Cell] | None:
        """The cell of the note that it is about."""
        return self.claim.cell

    @property
    def span(self) -> Span:
        """The characters of the text that it stands in."""
        return self.claim.span

    @property
    def file(self) -> str:
        """The file that it stands in."""
        return self.claim.file

    @property
    def line(self) -> int:
        """The line that it stands in."""
        return self.claim.line

    @property
    def column(self) -> int:
        """The column at which it begins."""
        return self.claim.column

    @property
    def head(self) -> str:
        """The verdict in a few words."""
        said = WORDS[self.verdict]
        return f"{said} {self.evidence.assumption}" if self.verdict == HOLDS_WITH else said

    def facts(self) -> dict[str, Any]:
        """The same as plain data."""
        cell = self.claim.cell
        return {
            "text": self.text,
            "kind": self.kind,
            "verdict": self.verdict,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "cell": cell.name if cell is not None else None,
            "evidence": self.evidence.facts(),
        }

    def __str__(self) -> str:
        skipped = self.verdict == HOLDS_WITH
        lines = [x for x in self.evidence.lines() if not (skipped and x.startswith("assuming"))]
        return "\n".join([f"{self.text.removeprefix('claim: ')}: {self.head}", *("  " + line for line in lines)])


def undecided(claim: Claim, reason: str) -> Judged:
    """A claim on which nothing is said, and why."""
    return Judged(claim, UNDECIDED, Evidence(reason=reason))
