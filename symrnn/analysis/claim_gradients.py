"""Lines of a backward pass derived by hand: each judged against the derived gradient of what stands on its left.

A line is judged alone: the error signals on its right are taken to be the derived ones, so that one slip does not make
the lines after it wrong. What authors leave open is tried in order: whether vectors are columns or rows, whether the δ
of a gate is taken before or after its activation, and whether a line is about one tick's share.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from symrnn.analysis.agreement import Agreement, agreement, same_at
from symrnn.analysis.claim_algebra import Misfit, Undecided
from symrnn.analysis.claim_mending import Line, Target, refuted_line
from symrnn.analysis.claim_signals import (
    Signals,
    direct_part,
    fitted,
    is_recursion,
    meaning_of,
    numerators,
    outputs_at,
    reads_any,
)
from symrnn.analysis.claim_sums import aligned, left_out
from symrnn.analysis.claim_terms import labels
from symrnn.analysis.claim_values import NEXT, signal_key, window
from symrnn.analysis.claim_verdicts import FALSE, HOLDS, HOLDS_WITH, POINTS, SYMBOLIC, UNDECIDED, Evidence, Judged
from symrnn.analysis.ticks import ARRIVING, Ticks, before_activation, replaced
from symrnn.ir import Leaf, Node, topological
from symrnn.lower import lower
from symrnn.lower_whole import COLUMN, ROW, Side
from symrnn.reading import tree as read
from symrnn.reading.claim import Claim
from symrnn.reading.traversal import walk
from symrnn.whole_rules import zeros

ROWS = "vectors are rows"
UNREAD = "a loss that does not read step t itself"
NUMERATORS = "gradients are rows, and those of matrices are transposed (numerator layout)"
WITHIN = "the derivative by a parameter is taken within its step"
ONE_TICK = "the share of step t; the gradient of the sequence is the sum over t"


def judge_line(claim: Claim, signals: Signals | None = None) -> Judged:
    """The verdict on a line of a backward pass. Raises Undecided."""
    return replace(_judged(aligned(claim), signals), claim=claim)


def _judged(claim: Claim, signals: Signals | None) -> Judged:
    assert claim.cell is not None
    ticks = Ticks(lower(claim.cell.record), *window(claim))
    found: list[Line] = []
    reasons: list[Undecided] = []
    for side, chosen, target in _ways(claim, ticks, signals):
        try:
            line = _read(claim, ticks, side, chosen, target)
        except Undecided as error:
            reasons.append(error)
            continue
        if line.answer.proved:
            return _shown(claim, ticks, line)
        found.append(line)
    if not found:
        return _unfit(claim, ticks, signals, reasons)
    open_ = [f.answer for f in found if f.answer.gap is None]
    if open_:
        reason = open_[0].why or f"agrees at {open_[0].points} points, and no proof was found"
        return Judged(claim, UNDECIDED, Evidence(method=POINTS, reason=reason))
    return min((refuted_line(claim, ticks, line) for line in _by_target(found)), key=_distance)


def _by_target(lines: Sequence[Line]) -> list[Line]:
    """One reading for every value that a left side may be."""
    return list({line.target: line for line in reversed(lines)}.values())[::-1]


def _distance(judged: Judged) -> tuple[bool, int]:
    """How far a wrong line is from right: whether a small change mends it, and how many terms differ."""
    evidence = judged.evidence
    return not evidence.hint, len(evidence.missing) + len(evidence.wrong)


def _unfit(claim: Claim, ticks: Ticks, signals: Signals | None, reasons: list[Undecided]) -> Judged:
    """A line that could not be compared: false where its shapes never fit, otherwise undecided."""
    reason = reasons[0] if reasons else Undecided("the derivation has no such gradient")
    if not all(isinstance(error, Misfit) for error in reasons) or not reasons:
        raise reason
    ways = _ways(claim, ticks, signals)
    lines = [Line(target, side, chosen, target.node, Agreement()) for side, chosen, target in ways]
    return min((refuted_line(claim, ticks, line, str(reason)) for line in _by_target(lines)), key=_distance)


def _ways(claim: Claim, ticks: Ticks, signals: Signals | None) -> Iterator[tuple[Side, Signals, Target]]:
    """All ways to read a line, the plainest first."""
    inner = frozenset(before_activation(ticks.step))
    known = signals or Signals()
    choices = [known, replace(known, inner=inner - known.outer)]
    for chosen in dict.fromkeys(c.inner for c in choices):
        meant = replace(known, inner=chosen)
        for target in list(_targets(claim, ticks, meant)):
            for side in (COLUMN, ROW):
                yield side, meant, target
            if numerators(claim.right):
                yield COLUMN, replace(meant, turned=True), target


def _targets(claim: Claim, ticks: Ticks, signals: Signals) -> Iterator[Target]:
    """The derived gradients that a left side may mean."""
    left = claim.left
    if not isinstance(left, read.Adjoint):
        raise Undecided("the left side is no gradient")
    meaning = meaning_of(ticks, signals)
    if isinstance(left.of, read.Name) and NEXT in left.of.tex and left.of.name in ticks.carries:
        yield Target(ticks.handed_back(left.of.name, 0), convention="handed on to the step before")
        return
    node = meaning.gradient_node(left)
    name = left.of.name if isinstance(left.of, read.Name) else ""
    said = f"δ{name} taken before the activation" if name in signals.inner else ""
    if left.of is None:
        said = f"{signal_key(left)} stands for δ{signals.names[signal_key(left)]}"
    yield Target(node, convention=said)
    own = outputs_at(node, meaning.tick(left.time)) if is_recursion(claim) else ()
    if own:
        yield Target(node, UNREAD, said, own)
    arriving = tuple(n for n in topological([node]) if isinstance(n.op, Leaf) and n.op.name.startswith(ARRIVING))
    if arriving and ticks.last == 0:
        yield Target(node, "t the last step, so that nothing arrives from t+1", said, arriving)
    if name in ticks.carries and isinstance(left.of, read.Name):
        tick = meaning.tick(left.of.time)
        step = "t" if tick == -1 else f"t{tick + 1:+d}"
        back = ticks.handed_back(name, tick + 1)
        if back is not node:
            yield Target(back, f"only the part of it that step {step} hands back", said)


def _read(claim: Claim, ticks: Ticks, side: Side, signals: Signals, target: Target) -> Line:
    """The right side beside one target."""
    meaning = meaning_of(ticks, signals, side)
    meaning.direct = direct_part(claim, ticks, meaning)
    node = fitted(meaning.value(claim.right), target.node, signals.turned)
    gone = {n: zeros(n.shape) for n in target.without}
    if target.assumption == UNREAD and reads_any(node, target.without):
        raise Undecided("the line says what the loss hands to step t")
    derived, claimed = (replaced(n, gone) for n in (target.node, node))
    if gone and _vanishes(ticks, claimed):
        raise Undecided("nothing is left of the right side")
    names = [n for n in labels(ticks) if n is not target.node]
    return Line(target, side, signals, claimed, agreement(ticks.points, claimed, derived, [*names, *meaning.named]))


def _vanishes(ticks: Ticks, node: Node) -> bool:
    return same_at(ticks.points, node, zeros(node.shape))


def _shown(claim: Claim, ticks: Ticks, line: Line) -> Judged:
    target = line.target
    needed, reason = left_out(claim, ticks, line.right)
    if reason:
        return Judged(claim, FALSE, Evidence(SYMBOLIC, reason=reason))
    said = [target.convention or _inner_text(claim, line.signals), ROWS * (line.side == ROW)]
    said += [NUMERATORS] * line.signals.turned + [WITHIN] * _by_parameter(claim)
    if _of_parameter(claim) and claim.relation == "=" and not _summed(claim):
        said.append(ONE_TICK)
    convention = "; ".join(s for s in said if s)
    assumption = "; ".join(s for s in (target.assumption, needed) if s)
    return Judged(claim, HOLDS_WITH if assumption else HOLDS, Evidence(SYMBOLIC, assumption, convention))


def _inner_text(claim: Claim, signals: Signals) -> str:
    """Which error signals of the right side are taken before the activation."""
    found = [n.of.name for n in walk(claim.right) if isinstance(n, read.Adjoint) and isinstance(n.of, read.Name)]
    names = [f"δ{name}" for name in dict.fromkeys(found) if name in signals.inner]
    return f"{', '.join(names)} taken before the activation" if names else ""


def _of_parameter(claim: Claim) -> bool:
    left = claim.left
    assert claim.cell is not None
    names = {d.name for d in claim.cell.record.params}
    return isinstance(left, read.Adjoint) and isinstance(left.of, read.Name) and left.of.name in names


def _by_parameter(claim: Claim) -> bool:
    assert claim.cell is not None
    names = {d.name for d in claim.cell.record.params}
    partials = [n.wrt for n in walk(claim.right) if isinstance(n, read.Partial)]
    return any(isinstance(wrt, read.Name) and wrt.name in names for wrt in partials)


def _summed(claim: Claim) -> bool:
    return any(isinstance(n, read.Over) for n in walk(claim.right))
