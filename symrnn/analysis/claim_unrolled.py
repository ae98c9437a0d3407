r"""Claims that a state written out over all steps is what its recursion makes: c_t = Σ_k (∏_{j>k} f_j) i_k g_k.

Shown by induction over t: the sum up to t is what the recursion makes of the sum up to t-1, and without any step it is
0, the start. Refuted by writing out a few steps from that start.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from symrnn.analysis.agreement import Agreement, agreement
from symrnn.analysis.claim_algebra import Item, Undecided
from symrnn.analysis.claim_values import Meaning
from symrnn.analysis.claim_verdicts import FALSE, HOLDS_WITH, POINTS, SYMBOLIC, UNDECIDED, Evidence, Judged
from symrnn.analysis.ticks import Ticks, replaced
from symrnn.ir import Node, broadcast
from symrnn.lower import lower
from symrnn.reading import tree as read
from symrnn.reading.claim import Claim
from symrnn.reading.traversal import mapped
from symrnn.reading.unrolled import recursion_of
from symrnn.whole_rules import zeros

STEPS = 3  # that are written out
INDUCTION = "by induction over t"


def judge_written_out(claim: Claim, left: read.Name) -> Judged:
    """The verdict on a state written out over all steps. Raises Undecided."""
    assert claim.cell is not None
    ticks = Ticks(lower(claim.cell.record), 1 - STEPS, 0)
    if left.name not in ticks.carries:
        raise Undecided(f"{left.name} is no state of {claim.cell.name}")
    low = claim.right.low if isinstance(claim.right, read.Over) else None
    first = int(low.value) if isinstance(low, read.Number) else 1
    start = f"{left.name}[{first - 1}] = 0"
    written = _compared(ticks, read.Name(left.name, read.Time("t")), _written(claim.right, first))
    if written.gap is not None:
        said = f"the first {STEPS} steps, with {start}"
        return Judged(claim, FALSE, Evidence(POINTS, convention=said, counterexample=written.gap))
    recursion = recursion_of(left, claim.right)
    if recursion is None or not written.proved:
        reason = f"the first {STEPS} steps agree, and no induction over all of them was found"
        return Judged(claim, UNDECIDED, Evidence(POINTS, reason=reason))
    own = Ticks(lower(claim.cell.record))
    answer = _compared(own, left, recursion, start=False)
    if answer.proved:
        return Judged(claim, HOLDS_WITH, Evidence(SYMBOLIC, start, INDUCTION))
    return Judged(claim, UNDECIDED, Evidence(POINTS, reason=answer.why or "the step of the induction was not shown"))


def _compared(ticks: Ticks, left: read.Tree, right: read.Tree, start: bool = True) -> Agreement:
    """Both sides as values, from a start at 0 or from any value before."""
    nodes: list[Node] = []
    for side in (left, right):
        value = Meaning(ticks).value(side)
        if not isinstance(value, Item):
            raise Undecided("a side is a Jacobian")
        nodes.append(value.node)
    if start:
        before = [ticks.before(name) for name in ticks.carries]
        zero = {node: zeros(node.shape) for node in before}
        nodes = [replaced(node, zero) for node in nodes]
    derived, claimed = nodes
    if claimed.shape not in ((), derived.shape):
        raise Undecided("the two sides have different shapes")
    return agreement(ticks.points, broadcast(claimed, derived.shape), derived)


def _written(tree: read.Tree, first: int) -> read.Tree:
    """Sums and products over some steps, of which the first has a number and the last is t, term by term."""

    def change(node: Any) -> Any:
        return _terms(node, first) if isinstance(node, read.Over) else node

    if isinstance(tree, read.Over):
        return _terms(tree, first)
    changed: read.Tree = mapped(tree, change)
    return changed


def _terms(node: read.Over, first: int) -> read.Tree:
    low, high = _tick(node.low, first), _tick(node.high, first)
    parts = [_written(_with(node.body, node.letter, tick), first) for tick in range(low, high + 1)]
    if not parts:
        return read.Number(Fraction(node.kind == "prod"))
    value = parts[-1]
    for part in reversed(parts[:-1]):
        # The latest factor stands on the left.
        value = read.Binary("+" if node.kind == "sum" else "?", value, part)
    return value


def _tick(end: read.Tree | None, first: int) -> int:
    """The end of a sum in steps from t, where the first step has a number."""
    match end:
        case read.Number(value) if value.denominator == 1:
            return int(value) - first + 1 - STEPS
        case read.Name("t", None) | read.Name(_, read.Time("t", 0)):
            return 0
        case read.Binary("+" | "-" as sign, left, read.Number(value)) if value.denominator == 1:
            return _tick(left, first) + (int(value) if sign == "+" else -int(value))
    raise Undecided("the ends of the sum are not understood")


def _with(tree: read.Tree, letter: str, tick: int) -> read.Tree:
    """A term of a sum at one step."""

    def change(node: Any) -> Any:
        if isinstance(node, read.Name) and node.time is not None and node.time.letter == letter:
            return replace(node, time=read.Time("t", node.time.shift + tick))
        if isinstance(node, read.Name) and node.time is None and node.name == letter:
            return read.Name("t", read.Time("t", 0)) if not tick else _ahead(tick)
        return node

    changed: read.Tree = mapped(tree, change)
    return changed


def _ahead(tick: int) -> read.Tree:
    number = read.Number(Fraction(abs(tick)))
    return read.Binary("+" if tick > 0 else "-", read.Name("t", None), number)
