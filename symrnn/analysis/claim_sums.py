"""Sums over time in a line of a backward pass: moved to the step of their gradients, and whether they leave out steps.

``\\sum_{t=0}^{T-1} δa_{t+1} h_tᵀ`` is ``\\sum_{t=1}^{T} δa_t h_{t-1}ᵀ``. Authors count the steps of a sequence
from 1 to T, from 0 to T-1 or from 0 to T; a sum that begins later leaves out steps, and is right only where they add
nothing.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from symrnn.analysis.agreement import same_at
from symrnn.analysis.ticks import Ticks, replaced
from symrnn.ir import Node
from symrnn.reading import tree as read
from symrnn.reading.claim import Claim
from symrnn.reading.traversal import mapped, walk
from symrnn.whole_rules import zeros


def aligned(claim: Claim) -> Claim:
    """The claim with each sum on its right moved so that its gradients stand at t."""
    return replace(claim, right=mapped(claim.right, lambda node: _moved(node) if _is_sum(node) else node))


def _is_sum(node: Any) -> bool:
    return isinstance(node, read.Over) and node.kind == "sum" and bool(node.letter)


def _moved(node: read.Over) -> read.Over:
    times = [n.time for n in walk(node.body) if isinstance(n, read.Name | read.Adjoint) and n.time is not None]
    letters = {time.letter for time in times}
    shifts = [n.of.time.shift for n in walk(node.body)
              if isinstance(n, read.Adjoint) and isinstance(n.of, read.Name) and n.of.time is not None]  # fmt: skip
    if len(letters) != 1 or not shifts or not letters <= {node.letter, "t"}:
        return node
    by = max(shifts)

    def change(part: Any) -> Any:
        if isinstance(part, read.Name | read.Adjoint) and part.time is not None:
            return replace(part, time=read.Time("t", part.time.shift - by))
        return part

    low, high = (_later(end, by) for end in (node.low, node.high))
    return replace(node, body=mapped(node.body, change), letter="t", low=low, high=high)


def _later(end: read.Tree | None, by: int) -> read.Tree | None:
    """The end of a sum some steps later; unchanged where it is no letter with a number."""
    found = _end(end)
    if found is None or not by:
        return end
    letter, shift = found[0], found[1] + by
    number = read.Number(Fraction(abs(shift)))
    if not letter:
        return number if shift >= 0 else read.Negative(number)
    return read.Binary("+" if shift > 0 else "-", read.Name(letter), number) if shift else read.Name(letter)


def _end(end: read.Tree | None) -> tuple[str, int] | None:
    """An end of a sum as a letter and a whole number."""
    match end:
        case read.Number(value) if value.denominator == 1:
            return "", int(value)
        case read.Negative(read.Number(value)) if value.denominator == 1:
            return "", -int(value)
        case read.Name(name, None):
            return name, 0
        case read.Binary("+" | "-" as sign, read.Name(name, None), read.Number(value)) if value.denominator == 1:
            return name, int(value) if sign == "+" else -int(value)
    return None


def left_out(claim: Claim, ticks: Ticks, right: Node) -> tuple[str, str]:
    """What a sum that leaves out steps needs to be right, or why it is wrong; both empty where it has them all."""
    for node in walk(claim.right):
        if not isinstance(node, read.Over) or not _is_sum(node):
            continue
        low, high = _end(node.low), _end(node.high)
        if low is None or low[0] or high is None or not high[0]:
            continue
        first, (letter, last) = low[1], high
        if last < -1 and first > 0:
            return "", f"the sum ends at step {letter}{last}: the shares of the steps after it are missing"
        starts = [ticks.at(carry.read, 0) for carry in ticks.carries.values()]
        rest = replaced(right, {start: zeros(start.shape) for start in starts})
        if first > 1 and not (first == 2 and same_at(ticks.points, rest, zeros(right.shape))):
            return "", f"the sum begins at step {first}: the shares of the steps before it are missing"
        if first > 1:
            return " and ".join(f"{name}[0] = 0" for name in ticks.carries), ""
        if last == -1 and first == 1:
            return f"steps counted from 1 to {letter}-1", ""
    return "", ""
