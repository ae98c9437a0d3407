"""Claims about Jacobians over many steps: ∂c_T/∂c_k = ∏ f_j, and products of matrices.

By the chain rule ∂s_T/∂s_k is the product of the one-step Jacobians ∂s_j/∂s_{j-1} for j = k+1 to T, the latest on the
left. So the claim follows for every T from the claim about one factor, if the product has one factor for each step.
With several states this is about one block, the others being held fixed at every step.
"""

from __future__ import annotations

import re
from dataclasses import replace

import sympy

from symrnn.analysis.claim_algebra import Undecided, as_map
from symrnn.analysis.claim_derivatives import judge_derivative, largest_gap, other_states
from symrnn.analysis.claim_values import Meaning, nothing
from symrnn.analysis.claim_verdicts import FALSE, HOLDS, HOLDS_WITH, POINTS, Evidence, Judged
from symrnn.analysis.linear_maps import Map, product, stops
from symrnn.analysis.ticks import Ticks
from symrnn.lower import lower
from symrnn.reading import tree as read
from symrnn.reading.claim import Claim
from symrnn.reading.traversal import mapped, walk

STEPS = 3  # of the product at which a wrong claim is refuted


def over_time(claim: Claim) -> bool:
    """Whether a derivative claim is about a product over time."""
    return any(isinstance(n, read.Over) and n.kind == "prod" for n in walk(claim.right))


def judge_product(claim: Claim) -> Judged:
    """The verdict on a claim about a product over time. Raises Undecided."""
    left, right = claim.left, claim.right
    if not isinstance(left, read.Partial) or not isinstance(right, read.Over):
        raise Undecided("only a derivative that is one product over time is decided")
    of, wrt = left.of, left.wrt
    if not isinstance(of, read.Name) or not isinstance(wrt, read.Name) or of.name != wrt.name:
        raise Undecided("only the derivative of a state by the same state at another time is a product over time")
    assert claim.cell is not None
    if of.name not in {d.name for d in claim.cell.record.states}:
        raise Undecided(f"{of.name} is no state of {claim.cell.name}")
    index, factor = _indexed(right)
    low, high = (index.subs(sympy.Symbol(right.letter), _end(end, claim)) for end in (right.low, right.high))
    if index.coeff(sympy.Symbol(right.letter)) == -1:
        low, high = high, low
    first, last = _moment(wrt.time) + 1, _moment(of.time)
    ahead = sympy.expand(low - first)
    if not ahead.is_Integer or sympy.expand(high - last - ahead) != 0:
        return _wrong_count(claim, low, high, last - first + 1)
    body = _at_step(factor, right.letter, int(ahead))
    return _by_factor(claim, of.name, body)


def _end(end: read.Tree | None, claim: Claim) -> sympy.Expr:
    """The first or last index of a product as a formula in time letters."""
    if end is None:
        raise Undecided("the product does not say from which step to which it runs")
    return _formula(end)


def _formula(tree: read.Tree) -> sympy.Expr:
    match tree:
        case read.Name(name, None):
            return sympy.Symbol(name)
        case read.Name(_, time):
            return _moment(time)
        case read.Number(value):
            return sympy.Rational(value.numerator, value.denominator)
        case read.Binary("+", left, right):
            return _formula(left) + _formula(right)
        case read.Binary("-", left, right):
            return _formula(left) - _formula(right)
    raise Undecided("the ends of the product are not understood")


def _moment(time: read.Time | None) -> sympy.Expr:
    """A time index as a formula."""
    if time is None:
        raise Undecided("the derivative does not say at which times")
    letters = [int(sign + "1") * sympy.Symbol(letter) for sign, letter in re.findall(r"([+-])(\w+)", time.delay)]
    return sympy.Add(sympy.Symbol(time.letter) if time.letter else sympy.Integer(0), *letters, time.shift)


def _indexed(right: read.Over) -> tuple[sympy.Expr, read.Tree]:
    r"""The step that a factor is about as a formula in the letter of the product, and the factor in terms of that step:
    in ``\prod_{j=0}^{k-1} f_{t-j}`` it is f at t-j."""
    own = sympy.Symbol(right.letter)
    times = [n.time for n in walk(right.body) if isinstance(n, read.Name) and n.time is not None]
    moments = {time: _moment(time) for time in times}
    moving = [moment for moment in moments.values() if moment.coeff(own) in (1, -1)]
    if len(moving) < len(moments):
        raise Undecided(f"a factor of the product stands at a step that {right.letter} does not count")
    index = max(moving, key=lambda moment: moment.as_coeff_Add()[0], default=own)
    apart = {time: sympy.expand(moment - index) for time, moment in moments.items()}
    if not all(shift.is_Integer for shift in apart.values()):
        raise Undecided("the factor speaks of steps that are not next to each other")

    def change(node: object) -> object:
        if isinstance(node, read.Name) and node.time is not None:
            return replace(node, time=read.Time(right.letter, int(apart[node.time])))
        return node

    factor: read.Tree = mapped(right.body, change)
    return index, factor


def _at_step(body: read.Tree, letter: str, shift: int) -> read.Tree:
    """The factor of the product as a claim about step t."""

    def change(node: object) -> object:
        if isinstance(node, read.Name) and node.time is not None and node.time.letter == letter:
            return replace(node, time=read.Time("t", node.time.shift + shift))
        return node

    changed: read.Tree = mapped(body, change)
    return changed


def _wrong_count(claim: Claim, low: sympy.Expr, high: sympy.Expr, wanted: sympy.Expr) -> Judged:
    own = sympy.expand(high - low + 1)
    reason = f"the product has {own} factors or begins elsewhere; there are {sympy.expand(wanted)} steps in between"
    return Judged(claim, FALSE, Evidence(method="symbolic", reason=reason))


def _by_factor(claim: Claim, state: str, body: read.Tree) -> Judged:
    """The verdict on one factor, carried over to the product."""
    now, before = read.Name(state, read.Time("t", 0)), read.Name(state, read.Time("t", -1))
    one = replace(claim, left=read.Partial(now, before), right=body)
    found = judge_derivative(one)
    assert claim.cell is not None
    if found.verdict == FALSE:
        return _refuted(claim, found, state, body)
    evidence = replace(found.evidence, convention=_joined(found.evidence.convention, "one factor for each step"))
    others = [d.name for d in claim.cell.record.states if d.name != state]
    if found.verdict != HOLDS or not others:
        return Judged(claim, found.verdict, evidence)
    # What multiplies is the block: along all paths ∂s_T/∂s_k also goes through the other states.
    ticks = Ticks(lower(claim.cell.record), -2, 0)
    of, wrt = (ticks.value(state, tick) for tick in (0, -2))
    assert of is not None and wrt is not None
    held = other_states(ticks)(of, wrt, 0, -2)
    if not stops(of, wrt, held):
        return Judged(claim, HOLDS, evidence)
    assumption = f"{', '.join(others)} held fixed at every step"
    return Judged(claim, HOLDS_WITH, replace(evidence, assumption=assumption))


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _refuted(claim: Claim, factor: Judged, state: str, body: read.Tree) -> Judged:
    """A wrong factor, and how far the product of a few steps is off."""
    assert claim.cell is not None
    ticks = Ticks(lower(claim.cell.record), -STEPS, 0)
    derived = claimed = None
    for tick in range(0, -STEPS, -1):
        for policy, side in ((other_states(ticks), 0), (nothing, 1)):
            meaning = Meaning(ticks, policy, offset=tick)
            now, before = read.Name(state, read.Time("t", 0)), read.Name(state, read.Time("t", -1))
            value = meaning.value(read.Partial(now, before) if side == 0 else body)
            map = as_map(value, ticks.carries[state].read.shape)
            if side == 0:
                derived = _times(derived, map)
            else:
                claimed = _times(claimed, map)
    assert derived is not None and claimed is not None
    gap = largest_gap(ticks, claimed, derived)
    convention = f"the product of {STEPS} steps, other states held fixed" if len(ticks.carries) > 1 else ""
    evidence = replace(factor.evidence, method=POINTS, counterexample=gap, convention=convention)
    return Judged(claim, FALSE, evidence)


def _times(left: Map | None, right: Map) -> Map:
    return right if left is None else product(left, right)
