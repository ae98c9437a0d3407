"""Whether two cells are the same function under a mapping: proved, refuted, or only agreeing at points.

The claim is about one step and, by induction, every sequence: from states that correspond, with the same inputs and
with parameters as the mapping says, both cells return the same and leave states that correspond; and the states that
they start from correspond. *Proved* means that both sides of every comparison have one normal form
(``symrnn.analysis.normal_form``), so they are equal wherever both are defined, for all sizes. *Refuted* comes with a
point where they differ. Anything else says at how many points they agreed, and that is no proof.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from symrnn.analysis.correspondence import Correspondence, correspondence
from symrnn.analysis.indexed import Sum
from symrnn.analysis.mapping import Mapped
from symrnn.analysis.normal_form import NormalForms
from symrnn.analysis.pairing import Claim, Pair, pair
from symrnn.analysis.points import Counterexample, compare_at
from symrnn.cell import Cell, CellType
from symrnn.errors import UsageError
from symrnn.ir import Node

PROVED, REFUTED = "proved", "refuted"
POINTS = 6


@dataclass(frozen=True)
class Equivalence:
    """The answer for two cells and a mapping.

    ``mapping`` has the names of b that are not simply the same name of a. ``free`` are states of b that the mapping
    does not speak of, ``tied`` sizes of a that it needs equal, ``constants`` the values for which the claim was made
    where it was not made for all.
    """

    a: str
    b: str
    verdict: str
    method: str
    mapping: tuple[tuple[str, str], ...]
    compared: tuple[str, ...]
    free: tuple[str, ...] = ()
    tied: tuple[tuple[str, str], ...] = ()
    constants: tuple[tuple[str, float], ...] = ()
    points: int = 0
    counterexample: Counterexample | None = None

    def __bool__(self) -> bool:
        """True only for what is proved."""
        return self.verdict == PROVED

    def __str__(self) -> str:
        lines = [f"{self.b} = {self.a}: {self.verdict}"]
        lines += _listed("mapping", [f"{name} = {text}" for name, text in self.mapping] or ["every name is the same"])
        lines += _listed("compared", self.compared)
        lines += _listed("whatever", [f"{name} of {self.b} is" for name in self.free])
        lines += _listed("for", [f"{name} = {text}" for name, text in (*self.tied, *self.constants)])
        lines += _listed("by", [self.method])
        lines += _listed("differ in", [str(self.counterexample)] if self.counterexample else [])
        return "\n".join(lines)

    def facts(self) -> dict[str, Any]:
        """The same as plain data."""
        table = asdict(self)
        table |= {key: dict(table[key]) for key in ("mapping", "tied", "constants")}
        if self.counterexample is not None:
            table["counterexample"] |= {
                "ours": str(self.counterexample.ours),
                "theirs": str(self.counterexample.theirs),
                "sizes": dict(self.counterexample.sizes),
            }
        return table

    def to_json(self) -> str:
        """``facts`` as JSON."""
        return json.dumps(self.facts(), indent=2, ensure_ascii=False, default=str)


def _listed(title: str, items: tuple[str, ...] | list[str]) -> list[str]:
    return [f"  {title:<10}{', '.join(items)}"] if items else []


def equivalent(
    a: type[Cell], b: type[Cell], mapping: Mapped | None = None, *, points: int = POINTS, seed: int = 0
) -> Equivalence:
    """Whether cell b is cell a under a mapping from names of b to values of a (``symrnn.analysis.mapping``).

    ``points`` random points are tried at 50 digits, drawn from ``seed``. Raises UsageError where the mapping names what
    is not there, leaves something open or does not fit.
    """
    for cell in (a, b):
        if not isinstance(cell, CellType):
            kind = type(cell).__name__
            raise UsageError(f"equivalent takes two cells, not {kind}; for one of the zoo say zoo['lstm']")
    match = correspondence(a.record, b.record, mapping or {})
    written = pair(match)
    agreed = 0
    for k in range(points):
        found = compare_at(match, (seed, k))
        if isinstance(found, Counterexample):
            return _answer(a, b, match, written.claims, REFUTED, "evaluation of both at 50 digits", k + 1, found)
        agreed += found
    for numbers in (False, True) if match.a.constants else (False,):
        if not (open_ := _different(written, numbers)):
            method = "one normal form of both sides of every comparison; induction over time"
            return _answer(a, b, match, written.claims, PROVED, method, agreed, numbers=numbers)
    verdict = f"agrees at {agreed} point{'s' * (agreed != 1)}"
    method = f"evaluation of both at 50 digits; no proof was found for {', '.join(claim.about for claim in open_)}"
    return _answer(a, b, match, written.claims, verdict, method, agreed)


def _different(written: Pair, numbers: bool) -> list[Claim]:
    """The claims whose two sides are neither one value of the step nor have one normal form."""
    step = written.step(numbers)
    nodes = dict(step.outputs)

    def values(name: str) -> list[Node]:
        return [nodes[part] for part in written.parts(name)]

    open_ = [claim for claim in written.claims if values(claim.ours) != values(claim.theirs)]
    forms = NormalForms().of(step) if open_ else {}

    def form(name: str) -> list[Sum]:
        return [forms[node] for node in values(name)]

    return [claim for claim in open_ if form(claim.ours) != form(claim.theirs)]


def _answer(
    a: type[Cell],
    b: type[Cell],
    match: Correspondence,
    claims: tuple[Claim, ...],
    verdict: str,
    method: str,
    points: int,
    counterexample: Counterexample | None = None,
    numbers: bool = False,
) -> Equivalence:
    return Equivalence(
        a=a.id,
        b=b.id,
        verdict=verdict,
        method=method,
        mapping=match.lines(),
        compared=tuple(claim.about for claim in claims),
        free=match.free,
        tied=match.tied,
        constants=match.a.constants if numbers else (),
        points=points,
        counterexample=counterexample,
    )


