"""A text read and its claims judged: what ``symrnn.read`` returns.

Reading is fast and judging is not, so claims are judged when they are first asked for, and with them the diagnostics
that depend on verdicts. A claim about which the text defines no cell is judged for the cell that it can only be about:
the single one of the text, or else one of the zoo, which is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symrnn.cell import Cell
from symrnn.reading.claim import Claim
from symrnn.reading.diagnostics import ORDER, Diagnostic, Report
from symrnn.reading.note import Equation
from symrnn.reading.note import Reading as Unjudged
from symrnn.reading.note import read as read_text
from symrnn.reading.source import Source

if TYPE_CHECKING:
    from symrnn.analysis.claim_verdicts import Judged

ABOUT = ("derivative", "adjoint", "limit", "count")  # the kinds of claim that are about one cell
PARTIAL = ("derivative", "adjoint")  # the kinds of claim of which a part may be all that is meant


@dataclass(frozen=True, repr=False)
class Reading:
    """Everything that a text says, its claims judged.

    ``cells`` are in the order of the text; ``equations`` have ``.text``, their reading in Python syntax, and ``.span``;
    ``claims`` have ``.text``, ``.verdict`` (holds, holds_with, false or undecided) and ``.evidence``; ``diagnostics``
    have ``.code``, ``.severity``, ``.file``, ``.line`` and ``.column``.
    """

    found: Unjudged = field(repr=False)

    @property
    def cells(self) -> list[type[Cell]]:
        """The cells that the text defines."""
        return self.found.cells

    @property
    def equations(self) -> tuple[Equation, ...]:
        """The equations as they were read."""
        return self.found.equations

    @property
    def source(self) -> Source:
        """The text itself, to which every span refers."""
        return self.found.source

    @cached_property
    def claims(self) -> tuple[Judged, ...]:
        """The claims of the text with their verdicts."""
        # Judging is imported when it is asked for: reading does not need it.
        from symrnn.analysis.claim_namesakes import namesake
        from symrnn.analysis.claims import judge_all

        lost = [c for c in self.found.claims if c.cell is None and c.kind in ABOUT]
        taken = self.cells[0] if len(self.cells) == 1 else namesake(lost) if not self.cells else None
        if taken is None:
            return judge_all(self.found.claims)
        judged = judge_all(replace(c, cell=taken) if c in lost else c for c in self.found.claims)
        said = "" if self.cells else f"no cell is defined here; judged for {taken.id} of the zoo, which has these names"
        return tuple(_noted(j, said) if j.claim.cell is taken else j for j in judged)

    @cached_property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything that is to be said about the text, in its order, what is graver first."""
        report = Report(self.source)
        for judged in self.claims:
            _reported(judged, report)
        found = (*self.found.diagnostics, *report.diagnostics())
        return tuple(sorted(found, key=lambda d: (d.line, d.column, ORDER[d.severity], d.code)))

    def __str__(self) -> str:
        parts = [str(cell).rstrip() for cell in self.cells]
        parts += [f"{judged.file}:{judged.line}:{judged.column}: {judged}" for judged in self.claims]
        return "\n\n".join([*parts, *map(str, self.diagnostics)])

    __repr__ = __str__


def _noted(judged: Judged, said: str) -> Judged:
    """A verdict with one more thing said of how the claim was read."""
    convention = "; ".join(part for part in (judged.evidence.convention, said) if part)
    return replace(judged, evidence=replace(judged.evidence, convention=convention))


def _reported(judged: Judged, report: Report) -> None:
    """Say what a verdict means for the text."""
    evidence, claim = judged.evidence, judged.claim
    lines = [x for x in evidence.lines() if not x.startswith(("assuming", "perhaps"))]
    if judged.verdict == "false":
        report.add("CLAIM-FALSE", claim.span, "\n  ".join([f"{text_of(claim)} is false", *lines]), evidence.hint)
    elif judged.verdict == "holds_with" and claim.kind in PARTIAL:
        message = f"{text_of(claim)} holds only with {evidence.assumption}"
        report.add("CLAIM-PARTIAL-ONLY", claim.span, "\n  ".join([message, *lines]))


def text_of(claim: Claim) -> str:
    """A claim as it is named in messages."""
    return claim.text.removeprefix("claim: ")


def read(
    text: str | Path,
    *,
    states: Iterable[str] | Mapping[str, float] | None = None,
    inputs: Iterable[str] | None = None,
    outputs: Iterable[str] = (),
    sizes: Mapping[str, Any] | None = None,
    constants: Mapping[str, float] | None = None,
    functions: Mapping[str, str] | None = None,
    fix: Iterable[str] = (),
) -> Reading:
    """Read the equations of a note, a paper or a docstring, and judge what it claims.

    ``text`` is a path, or a text (a str with a line break, ``$``, a backslash or ``=``). ``states`` and ``inputs`` win
    over what the indices say; ``states`` may map each to what it starts from. ``sizes`` gives shapes by name, such as
    ``{"w_b": (1, "n_x")}``; ``functions`` says what an unnamed activation is, ``{"g": "tanh"}``. ``fix`` names the
    corrections to be made, ``["h_t'"]``; nothing is corrected otherwise. Raises UsageError where there is no such file;
    what a text gets wrong is reported in the diagnostics.
    """
    return Reading(
        read_text(
            text,
            states=states,
            inputs=inputs,
            outputs=outputs,
            sizes=sizes,
            constants=constants,
            functions=functions,
            fix=fix,
        )
    )
