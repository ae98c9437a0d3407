"""Claims about activations themselves: σ′(x) = σ(x)(1 − σ(x)), σ(−x) = 1 − σ(x), for every x."""

from __future__ import annotations

import sympy

from symrnn.analysis.agreement import agreement
from symrnn.analysis.claim_algebra import Item, Undecided
from symrnn.analysis.claim_values import Meaning
from symrnn.analysis.claim_verdicts import FALSE, HOLDS, POINTS, SYMBOLIC, UNDECIDED, Evidence, Judged
from symrnn.analysis.linear_maps import Map
from symrnn.analysis.ticks import Ticks
from symrnn.ir import SCALAR, Node, broadcast, pointwise
from symrnn.reading import tree as read
from symrnn.reading.claim import Claim
from symrnn.reading.traversal import walk
from symrnn.record import Record
from symrnn.step import Step

NOTHING = Record("functions", "", (), (), (), (), (), (), (), ())


def of_function(claim: Claim) -> bool:
    """Whether a claim is about functions of arguments that may be anything."""
    own = {d.name for d in claim.cell.record.params} if claim.cell is not None else set()
    names = [n for side in (claim.left, claim.right) for n in walk(side) if isinstance(n, read.Name)]
    calls = [n for n in walk(claim.left) if isinstance(n, read.Call)]
    return bool(calls) and all(n.time is None and n.name not in own for n in names)


def judge_function(claim: Claim) -> Judged:
    """The verdict on an identity of functions. Raises Undecided."""
    ticks = Ticks(Step("functions", (), (), (), (), (), origin=NOTHING))
    meaning = Meaning(ticks, free=True)
    left, right = (_node(meaning, side) for side in (claim.left, claim.right))
    if claim.relation not in ("=", "equiv"):
        raise Undecided(f"{claim.relation} between functions is not decided")
    shape = left.shape if left.shape != SCALAR else right.shape
    answer = agreement(ticks.points, broadcast(right, shape), broadcast(left, shape))
    if answer.proved:
        return Judged(claim, HOLDS, Evidence(SYMBOLIC))
    if answer.gap is not None:
        return Judged(claim, FALSE, Evidence(POINTS, counterexample=answer.gap))
    return Judged(claim, UNDECIDED, Evidence(POINTS, reason=answer.why or "no proof was found"))


def _node(meaning: Meaning, side: read.Tree) -> Node:
    value = meaning.value(side)
    if isinstance(value, Map):
        return value.forward(pointwise(sympy.Integer(1), ()))
    assert isinstance(value, Item)
    return value.node
