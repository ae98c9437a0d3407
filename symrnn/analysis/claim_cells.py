"""Claims that two cells are the same, perhaps under conditions on the parameters of one of them."""

from __future__ import annotations

from collections.abc import Iterator

from symrnn.analysis.agreement import agreement
from symrnn.analysis.claim_algebra import Item, Undecided
from symrnn.analysis.claim_unrolled import judge_written_out
from symrnn.analysis.claim_values import Meaning, window
from symrnn.analysis.claim_verdicts import FALSE, HOLDS, HOLDS_WITH, POINTS, SYMBOLIC, UNDECIDED, Evidence, Judged
from symrnn.analysis.equivalence import PROVED, REFUTED, Equivalence, equivalent
from symrnn.analysis.mapping import Value
from symrnn.analysis.recognition import names_between
from symrnn.analysis.splitting import split_stacks
from symrnn.analysis.ticks import Ticks
from symrnn.cell import Cell
from symrnn.errors import SymrnnError
from symrnn.ir import broadcast
from symrnn.lower import lower
from symrnn.reading import tree as read
from symrnn.reading.claim import Claim
from symrnn.reading.traversal import walk
from symrnn.zoo import zoo


def judge_equivalence(claim: Claim) -> Judged:
    """The verdict on an equality of cells. Raises Undecided."""
    one, other = _cell(claim.cell, claim.left), _cell(claim.other, claim.right)
    answers: list[Equivalence] = []
    reasons: list[str] = []
    for a, b, named in _ways(one, other):
        try:
            answers.append(equivalent(a, b, named | _mapping(claim, b)))
        except SymrnnError as error:
            reasons.append(str(error))
            continue
        if answers[-1].verdict == PROVED:
            return _proved(claim, answers[-1])
    if not answers:
        raise Undecided(reasons[0])
    found = answers[0]
    if found.verdict == REFUTED:
        return Judged(claim, FALSE, Evidence(POINTS, expression=str(found)))
    return Judged(claim, UNDECIDED, Evidence(POINTS, reason=found.verdict))


def judge_value(claim: Claim) -> Judged:
    """The verdict on another formula for a value, ``h_t ≡ h_{t-1} + z_t ∘ (n_t - h_{t-1})``. Raises Undecided."""
    assert claim.cell is not None
    if isinstance(claim.left, read.Name) and any(isinstance(n, read.Over) for n in walk(claim.right)):
        return judge_written_out(claim, claim.left)
    ticks = Ticks(lower(claim.cell.record), *window(claim))
    left, right = (Meaning(ticks).value(side) for side in (claim.left, claim.right))
    if not isinstance(left, Item) or not isinstance(right, Item) or right.node.shape not in ((), left.node.shape):
        raise Undecided("the two sides have different shapes")
    answer = agreement(ticks.points, broadcast(right.node, left.node.shape), left.node)
    if answer.proved:
        return Judged(claim, HOLDS, Evidence(SYMBOLIC))
    if answer.gap is not None and claim.relation != "approx":
        return Judged(claim, FALSE, Evidence(POINTS, counterexample=answer.gap))
    return Judged(claim, UNDECIDED, Evidence(POINTS, reason=answer.why or "no proof was found"))


def _ways(one: type[Cell], other: type[Cell]) -> Iterator[tuple[type[Cell], type[Cell], dict[str, Value]]]:
    """Both directions, by equal names and then by the parts that names play; stacked weights are split for that."""
    yield from ((other, one, {}), (one, other, {}))
    a, b = split_stacks(one).cell, split_stacks(other).cell
    for first, second in ((b, a), (a, b)):
        names = names_between(first, second)
        if names is not None:
            yield first, second, {theirs: ours for theirs, ours in names.items() if theirs != ours}


def _proved(claim: Claim, found: Equivalence) -> Judged:
    needed = [f"{a} = {b}" for a, b in found.tied]
    evidence = Evidence(SYMBOLIC, ", ".join(needed), expression=str(found))
    return Judged(claim, HOLDS_WITH if needed else HOLDS, evidence)


def _cell(given: type[Cell] | None, side: read.Tree) -> type[Cell]:
    """The cell of a side: one of the note, or one of the zoo by its name."""
    if given is not None:
        return given
    name = side.name if isinstance(side, read.Name) else side.function if isinstance(side, read.Call) else ""
    try:
        return zoo[name.lower()]
    except SymrnnError as error:
        raise Undecided(str(error)) from None


def _mapping(claim: Claim, b: type[Cell]) -> dict[str, Value]:
    """The conditions of a claim as a mapping of the parameters of b."""
    known = {d.name for d in b.record.params} | {name for name, _ in b.record.constants}
    families = {d.family for d in b.record.params if d.family}
    mapping: dict[str, Value] = {}
    for condition in claim.conditions:
        if condition.op != "=" or not isinstance(condition.left, read.Name):
            raise Undecided("only conditions that give a parameter a value are understood")
        name = condition.left.name
        if name not in known and name not in families:
            raise Undecided(f"{b.name} has no parameter {name}")
        key = name if name in known else f"{name}_*"
        if isinstance(condition.right, read.Number):
            mapping[key] = condition.right.value
        elif isinstance(condition.right, read.Name):
            mapping[key] = condition.right.name
        else:
            raise Undecided("only conditions that give a parameter a value are understood")
    return mapping
