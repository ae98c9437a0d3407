"""Verdicts on what a note claims: *holds*, *holds with* a named assumption, *false* with a counterexample, *undecided*.

A claim holds only by a symbolic argument or by intervals. A claim that cannot be decided says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from symrnn.analysis.claim_algebra import Undecided
from symrnn.analysis.claim_cells import judge_equivalence, judge_value
from symrnn.analysis.claim_counts import judge_count
from symrnn.analysis.claim_derivatives import judge_derivative
from symrnn.analysis.claim_functions import judge_function, of_function
from symrnn.analysis.claim_gradients import judge_line
from symrnn.analysis.claim_limits import judge_limit
from symrnn.analysis.claim_norms import by_entries, judge_norm, of_norms
from symrnn.analysis.claim_ranges import is_number, judge_range
from symrnn.analysis.claim_relations import judge_relation
from symrnn.analysis.claim_signals import Signals, not_linear, signals_of
from symrnn.analysis.claim_time_products import judge_product, over_time
from symrnn.analysis.claim_verdicts import FALSE as FALSE
from symrnn.analysis.claim_verdicts import HOLDS as HOLDS
from symrnn.analysis.claim_verdicts import HOLDS_WITH as HOLDS_WITH
from symrnn.analysis.claim_verdicts import UNDECIDED as UNDECIDED
from symrnn.analysis.claim_verdicts import Evidence as Evidence
from symrnn.analysis.claim_verdicts import Judged as Judged
from symrnn.analysis.claim_verdicts import undecided
from symrnn.cell import Cell
from symrnn.errors import SymrnnError
from symrnn.reading.claim import Claim
from symrnn.reading.traversal import walk
from symrnn.reading.tree import Adjoint, Interval, Name

APART = "the cell is not one that this can be decided for"


def judge(claim: Claim) -> Judged:
    """The verdict on one claim, by itself."""
    return _judged(claim, None)


def judge_all(claims: Iterable[Claim]) -> tuple[Judged, ...]:
    """The verdicts on the claims of one note; what its error signals stand for is found from all of its lines."""
    found = tuple(claims)
    lines: dict[type[Cell], list[Claim]] = {}
    for claim in found:
        if claim.kind == "adjoint" and claim.cell is not None:
            lines.setdefault(claim.cell, []).append(claim)
    signals = {cell: signals_of(own) for cell, own in lines.items()}
    return tuple(_judged(claim, signals.get(claim.cell) if claim.cell is not None else None) for claim in found)


def _judged(claim: Claim, signals: Signals | None) -> Judged:
    try:
        return _by_kind(claim, signals)
    except Undecided as error:
        return undecided(claim, str(error))
    except SymrnnError as error:
        return undecided(claim, f"{APART}: {error}")


def _by_kind(claim: Claim, signals: Signals | None) -> Judged:
    if claim.kind == "adjoint":
        return _line(claim, signals)
    if claim.kind == "derivative":
        if of_function(claim):
            return judge_function(claim)
        return (judge_product if over_time(claim) else judge_derivative)(_about(claim))
    if claim.kind == "equivalence" and of_function(claim):
        return judge_function(claim)
    if claim.kind == "equivalence" and isinstance(claim.left, Name) and claim.left.time is not None:
        return judge_value(_about(claim))
    if claim.kind not in KINDS:
        raise Undecided(f"nothing is known about claims of the kind {claim.kind}")
    return KINDS[claim.kind](claim)


def _line(claim: Claim, signals: Signals | None) -> Judged:
    """A line of a backward pass, its gradient on either side; one that no gradient can obey is false also where nothing
    else is known."""
    inside = any(isinstance(n, Adjoint) for n in walk(claim.left))
    if isinstance(claim.right, Adjoint) and inside and not isinstance(claim.left, Adjoint):
        turned = replace(claim, left=claim.right, right=claim.left)
        return replace(_line(turned, signals), claim=claim)
    try:
        return judge_line(_about(claim), signals)
    except Undecided:
        if (found := not_linear(claim)) is not None:
            return found
        raise


def _range(claim: Claim) -> Judged:
    """A bound: of a norm, or of every entry of a value."""
    if not of_norms(claim):
        return _entries(claim)
    found = by_entries(claim)
    if found is None:
        return judge_norm(claim)
    one, same = found
    try:
        judged = replace(_entries(one), claim=claim)
    except Undecided:
        return judge_norm(claim)
    return judged if same or judged.verdict != FALSE else judge_norm(claim)


def _entries(claim: Claim) -> Judged:
    """A bound by a number or an interval, or by another value."""
    number = isinstance(claim.right, Interval) or is_number(claim.right) or is_number(claim.left)
    if claim.cell is None or isinstance(claim.right, Interval):
        return judge_range(claim)
    if not number:
        return judge_relation(claim)
    try:
        found: Judged | Undecided = judge_range(claim)
    except Undecided as error:
        found = error
    if isinstance(found, Judged) and found.verdict != FALSE:
        return found
    # What intervals of single values leave open, or what holds from a start only, may follow once it is written out.
    try:
        other = judge_relation(claim)
    except SymrnnError:
        other = None
    if other is not None and (other.verdict != FALSE or isinstance(found, Undecided)):
        return other
    if isinstance(found, Undecided):
        raise found
    return found


def _about(claim: Claim) -> Claim:
    """The claim, if it is about a cell."""
    if claim.cell is None:
        raise Undecided("no cell of this text has these names")
    return claim


KINDS: dict[str, Callable[[Claim], Judged]] = {
    "range": _range,
    "limit": judge_limit,
    "count": judge_count,
    "equivalence": judge_equivalence,
}
