"""What is wrong with a line of a backward pass: the derived gradient in full, the terms that differ, and a repair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symrnn.analysis.agreement import DEFINED, Agreement, same_at
from symrnn.analysis.claim_algebra import Undecided
from symrnn.analysis.claim_signals import Signals, direct_part, fitted, meaning_of
from symrnn.analysis.claim_terms import TRIED, addends, labels, matched, repairs, signals, text_of, tree_text
from symrnn.analysis.claim_verdicts import FALSE, POINTS, SYMBOLIC, Evidence, Judged
from symrnn.analysis.ticks import Ticks
from symrnn.ir import Node
from symrnn.lower_whole import Side
from symrnn.reading.claim import Claim
from symrnn.verification.scalars import Meaningless


@dataclass(frozen=True)
class Target:
    """A value that the left side of a line may be, with what has to be assumed or said of it."""

    node: Node
    assumption: str = ""
    convention: str = ""
    without: tuple[Node, ...] = ()  # leaves that are taken to be 0


@dataclass(frozen=True)
class Line:
    """One way to read a line of a backward pass: what is on the left, the meaning of the right, and the answer."""

    target: Target
    side: Side
    signals: Signals
    right: Node
    answer: Agreement


def refuted_line(claim: Claim, ticks: Ticks, line: Line, reason: str = "") -> Judged:
    names = labels(ticks)
    derived = _uses(ticks, line.target.node)
    full = "\n+ ".join(text_of(n, _without(names, line.target.node)) for n in derived)
    missing, wrong = _beside(claim, ticks, line, derived, names)
    hint = _mended(claim, ticks, line)
    said, method = line.target.convention, SYMBOLIC if reason else POINTS
    return Judged(claim, FALSE, Evidence(method, "", said, full, missing, wrong, hint, reason, line.answer.gap))


def _without(names: Mapping[Node, str], node: Node) -> dict[Node, str]:
    return {n: name for n, name in names.items() if n is not node}


def _uses(ticks: Ticks, target: Node) -> list[Node]:
    """The terms of a derived gradient; what the tick after hands back is a sum of its own."""
    sums = {}
    for tick in range(ticks.first, ticks.last + 1):
        for line in ticks.program.trace:
            parts = [ticks.adjoint(use.node, tick) for use in line.uses]
            if len(parts) > 1 and all(n.shape == line.node.shape for n in parts):
                sums[ticks.adjoint(line.node, tick), line.kind == "carry"] = parts
    found = sums.get((target, False)) or sums.get((target, True)) or [target]
    return [part for node in found for part in (sums.get((node, True), [node]) if node is not target else [node])]


def _beside(
    claim: Claim, ticks: Ticks, line: Line, derived: Sequence[Node], names: Mapping[Node, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The derived terms that the line lacks, and the line's that are not derived."""
    parts = addends(claim.right)
    meaning = meaning_of(ticks, line.signals, line.side)
    meaning.direct = direct_part(claim, ticks, meaning)
    try:
        claimed = [fitted(meaning.value(part), line.target.node) for part in parts]
        numbers = ticks.points.at((0, 0)).values([*derived, *claimed])
    except (Undecided, Meaningless, *DEFINED):
        return (), ()
    found = matched(numbers[: len(derived)], numbers[len(derived) :])
    texts = [text_of(derived[k], _without(names, line.target.node)) for k in found.missing]
    return tuple(texts), tuple(tree_text(parts[k]) for k in found.wrong)


def _mended(claim: Claim, ticks: Ticks, line: Line) -> str:
    """A small change of the line that makes it the derived one."""
    parameters = [d.name for d in ticks.record.params]
    for count, (what, tree) in enumerate(repairs(claim.right, parameters, signals(ticks))):
        if count >= TRIED:
            break
        meaning = meaning_of(ticks, line.signals, line.side)
        meaning.direct = direct_part(claim, ticks, meaning)
        try:
            node = fitted(meaning.value(tree), line.target.node)
        except Undecided:
            continue
        if same_at(ticks.points, node, line.target.node):
            return f"{what}: {tree_text(claim.left)} = {tree_text(tree)}"
    return ""
