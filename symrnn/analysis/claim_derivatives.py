"""Claims about derivatives: ∂c_t/∂c_{t-1} = f_t, Jacobians in matrices, derivatives of activations.

A derivative by a state leaves open what stands still. Three readings are tried, the strictest first: along all paths,
with the other states at t-1 held fixed, and with named values such as gates held fixed as well. A claim that needs one
of the later ones holds with that assumption. A Jacobian may also be written for its transpose, which is said.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

from symrnn.analysis.agreement import DEFINED, POINTS, Agreement, Gap, agreement, same_at
from symrnn.analysis.claim_algebra import Item, Undecided, as_map, beside
from symrnn.analysis.claim_terms import TRIED, addends, labels, matched, repairs, signals, tree_text
from symrnn.analysis.claim_values import Held, Meaning, nothing, window
from symrnn.analysis.claim_verdicts import FALSE, HOLDS, HOLDS_WITH, SYMBOLIC, UNDECIDED, Evidence, Judged
from symrnn.analysis.claim_verdicts import POINTS as BY_POINTS
from symrnn.analysis.digits import defined, values
from symrnn.analysis.linear_maps import Map, stops
from symrnn.analysis.random_points import Point
from symrnn.analysis.ticks import Ticks
from symrnn.ir import Node, leaf
from symrnn.jacobian import Jacobians
from symrnn.jacobian_terms import Terms
from symrnn.jacobian_text import term_text
from symrnn.jacobian_values import collect
from symrnn.jacobian_values import evaluate as evaluate_terms
from symrnn.lower import lower
from symrnn.reading import tree as read
from symrnn.reading.claim import Claim
from symrnn.reading.traversal import walk
from symrnn.verification.scalars import DIGITS, Meaningless
from symrnn.whole_rules import zeros

TRANSPOSE = "Jacobians are transposed: entry (i, j) is ∂(component j of the value)/∂(component i of what it is by)"


@dataclass(frozen=True)
class Reading:
    """One way to read a derivative claim: what is held, whether it is about the transpose, and both sides."""

    held: tuple[Node, ...]
    transposed: bool
    left: Map
    right: Map
    answer: Agreement


def other_states(ticks: Ticks) -> Held:
    """Holds every state but the one that is differentiated by, from its tick on."""

    def held(of: Node, wrt: Node, later: int, earlier: int) -> tuple[Node, ...]:
        return tuple(n for name, n in _states(ticks, earlier, later) if n is not wrt and not _same(ticks, name, wrt))

    return held


def named_values(ticks: Ticks) -> Held:
    """Holds the other states, and every value that the cell names, but the two in question."""

    def held(of: Node, wrt: Node, later: int, earlier: int) -> tuple[Node, ...]:
        own = {e.name for e in ticks.record.equations}
        nodes = [n for _, n in _states(ticks, earlier, later)]
        for tick in range(max(earlier, ticks.first), later + 1):
            nodes += [n for name in own if (n := ticks.value(name, tick)) is not None]
        chain = {n for name, n in _states(ticks, earlier, later) if _same(ticks, name, wrt)}
        return tuple(n for n in dict.fromkeys(nodes) if n is not of and n is not wrt and n not in chain)

    return held


def _states(ticks: Ticks, earlier: int, later: int) -> Iterator[tuple[str, Node]]:
    for name in ticks.carries:
        for tick in range(earlier, later):
            if (node := ticks.value(name, tick)) is not None:
                yield name, node


def _same(ticks: Ticks, state: str, wrt: Node) -> bool:
    """Whether a value is that state at some tick."""
    return any(ticks.value(state, tick) is wrt for tick in range(ticks.first - 1, ticks.last + 1))


def judge_derivative(claim: Claim) -> Judged:
    """The verdict on a claim about a Jacobian of a cell. Raises Undecided."""
    assert claim.cell is not None
    first, last = window(claim)
    ticks = Ticks(lower(claim.cell.record), first, last)
    found: list[Reading] = []
    reasons: list[str] = []
    policies = (nothing, other_states(ticks), named_values(ticks))
    for turned in (False, True):
        for policy in policies:
            try:
                found.append(_read(claim, ticks, policy, turned, policy is policies[-1]))
            except Undecided as error:
                reasons.append(str(error))
                continue
            if found[-1].answer.proved:
                return _shown(claim, ticks, found[-1])
    if not found:
        raise Undecided(reasons[0])
    open_ = [f for f in found if f.answer.gap is None]
    if open_:
        answer = open_[0].answer
        reason = answer.why or f"agrees at {answer.points} points, and no proof was found"
        return Judged(claim, UNDECIDED, Evidence(method=BY_POINTS, reason=reason))
    # Even with the other states held fixed it is wrong, so that is the derivative to show.
    return _refuted(claim, ticks, found[min(1, len(found) - 1)])


def _read(claim: Claim, ticks: Ticks, policy: Held, turned: bool, most: bool) -> Reading:
    """Both sides as maps, compared on an arbitrary vector."""
    meaning = Meaning(ticks, policy)
    left, right = _sides(claim, meaning)
    if turned:
        right = right.transposed
    if (left.rows, left.columns) != (right.rows, right.columns):
        raise Undecided(f"the derivative is {_size(left)}, what it is claimed to be {_size(right)}")
    direction = leaf("direction", "tangent", left.columns)
    if most and same_at(ticks.points, left.forward(direction), zeros(left.rows), (0,)):
        raise Undecided("nothing of the derivative is left with all that held fixed")
    answer = agreement(
        ticks.points, right.forward(direction), left.forward(direction), [*labels(ticks), *meaning.named]
    )
    return Reading(_stopped(claim, meaning), turned, left, right, answer)


def _sides(claim: Claim, meaning: Meaning) -> tuple[Map, Map]:
    left = meaning.value(claim.left)
    right = meaning.value(claim.right)
    if isinstance(left, Item):
        rows = right.rows if isinstance(right, Map) else left.node.shape
        left = as_map(left, rows)
    return left, beside(right, left)


def _size(map: Map) -> str:
    return f"({map.rows[0]}, {map.columns[0]})"


def _stopped(claim: Claim, meaning: Meaning) -> tuple[Node, ...]:
    """The values that were held and would have moved, in all derivatives of the claim."""
    found: dict[Node, None] = {}
    for tree in (claim.left, claim.right):
        for partial in walk(tree):
            if isinstance(partial, read.Partial) and partial.of is not None:
                of, wrt = meaning.value(partial.of), meaning.value(partial.wrt)
                assert isinstance(of, Item) and isinstance(wrt, Item)
                later, earlier = meaning.latest(partial.of), meaning.latest(partial.wrt)
                held = meaning.held(of.node, wrt.node, later, earlier)
                found |= dict.fromkeys(stops(of.node, wrt.node, held))
    return tuple(found)


def _shown(claim: Claim, ticks: Ticks, reading: Reading) -> Judged:
    convention = TRANSPOSE if reading.transposed else ""
    if not reading.held:
        return Judged(claim, HOLDS, Evidence(method=SYMBOLIC, convention=convention))
    full, missing, _ = terms_beside(claim, ticks, "total")
    assumption = held_text(ticks, reading.held)
    evidence = Evidence(SYMBOLIC, assumption, convention, full, missing)
    return Judged(claim, HOLDS_WITH, evidence)


def held_text(ticks: Ticks, held: tuple[Node, ...]) -> str:
    """``h[t-1] held fixed``."""
    names = labels(ticks)
    known = [names[node] for node in held if node in names]
    return f"{', '.join(known)} held fixed"


def _refuted(claim: Claim, ticks: Ticks, reading: Reading) -> Judged:
    gap = largest_gap(ticks, reading.right, reading.left) or reading.answer.gap
    full, missing, wrong = terms_beside(claim, ticks, "block")
    said = held_text(ticks, reading.held) if reading.held else ""
    hint = _mended(claim, ticks, reading)
    return Judged(claim, FALSE, Evidence(BY_POINTS, "", said, full, missing, wrong, hint, counterexample=gap))


def _mended(claim: Claim, ticks: Ticks, reading: Reading) -> str:
    """A small change of the right side that makes it the derivative, or its transpose."""
    meaning = Meaning(ticks, other_states(ticks))
    parameters = [d.name for d in ticks.record.params]
    direction = leaf("direction", "tangent", reading.left.columns)
    derived = reading.left.forward(direction)
    for what, tree in itertools.islice(repairs(claim.right, parameters, signals(ticks)), TRIED):
        try:
            map = beside(meaning.value(tree), reading.left)
        except Undecided:
            continue
        for turned in (map, map.transposed):
            fits = (turned.rows, turned.columns) == (reading.left.rows, reading.left.columns)
            if fits and same_at(ticks.points, turned.forward(direction), derived):
                return f"{what}: {tree_text(tree)}"
    return ""


def largest_gap(ticks: Ticks, claimed: Map, derived: Map, points: int = POINTS) -> Gap | None:
    """The entry in which two maps differ most as matrices, of the points tried."""
    found = []
    for k in range(points):
        point = ticks.points.at((0, k))
        try:
            a, b = (columns(map, point) for map in (claimed, derived))
        except (Meaningless, *DEFINED):
            continue
        entry = max(np.ndindex(a.shape), key=lambda at: abs(a[at] - b[at]))
        found.append(Gap(entry, float(a[entry]), float(b[entry]), tuple(point.sizes.items()), (0, k)))
    return max(found, key=lambda gap: gap.size, default=None)


def columns(map: Map, point: Point) -> Any:
    """The matrix of a map at a point, column by column."""
    direction = leaf("direction", "tangent", map.columns)
    node = map.forward(direction)
    point.draw([node, direction])
    count = len(point.known[direction])
    with mpmath.workdps(DIGITS):
        units = [np.array([mpmath.mpf(int(i == j)) for i in range(count)], dtype=object) for j in range(count)]
        leaves = {n: v for n, v in point.known.items() if not n.args}
        found = [defined(values([node], {**leaves, direction: unit}, point.numbers))[0] for unit in units]
    return np.stack(found, axis=1)


def terms_beside(claim: Claim, ticks: Ticks, path: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The derivative of the left side in full, its terms that the claim lacks, and those that only it has."""
    terms, definitions, rows, cols = _derived_terms(claim, ticks, path)
    if not terms and rows is None:
        return "", (), ()
    names = [term_text(term) for term in terms]
    full = "\n+ ".join(names) or "0"
    try:
        known, point = _numbers(ticks)
        numbers = [evaluate_terms((t,), definitions, rows, cols, known) for t in terms]
        meaning = Meaning(ticks, other_states(ticks) if path == "block" else nothing)
        parts = addends(claim.right)
        maps = [as_map(meaning.value(part), rows) for part in parts]
        beside = matched(numbers, [columns(map, point).astype(float) for map in maps])
    except (Undecided, Meaningless, *DEFINED):
        return full, (), ()
    return full, tuple(names[k] for k in beside.missing), tuple(tree_text(parts[k]) for k in beside.wrong)


def _derived_terms(claim: Claim, ticks: Ticks, path: str) -> tuple[Terms, Any, Any, Any]:
    """The derivative of the left side as a sum of terms, where it is one by a state or a value of the same step."""
    left = claim.left
    if not isinstance(left, read.Partial) or not isinstance(left.of, read.Name) or not isinstance(left.wrt, read.Name):
        return (), (), None, None
    meaning = Meaning(ticks)
    of, wrt = left.of.name, left.wrt.name
    later, earlier = meaning.tick(left.of.time), meaning.tick(left.wrt.time)
    jacobians = Jacobians(ticks.step)
    target = ticks.named.get(of)
    if target is None or later != 0 or (earlier == 0) == (wrt in ticks.carries and earlier != 0):
        return (), (), None, None
    if earlier == -1 and wrt in ticks.carries:
        found = jacobians.block(of, wrt, path)
        return found.terms, found.definitions, found.rows, found.columns
    seed = ticks.named.get(wrt)
    if earlier != 0 or seed is None:
        return (), (), None, None
    chain = jacobians.chain(seed).to(target)
    return chain.terms, chain.definitions, target.shape, seed.shape


def _numbers(ticks: Ticks) -> tuple[Any, Point]:
    """The numbers of one point as Jacobians of a step take them: of tick t, and of the tick before."""
    point = ticks.points.at((0, 0))
    step = ticks.step

    def tick(at: int) -> dict[str, Any]:
        inputs = {step.names[n]: ticks.at(n, at) for n in step.inputs}
        carried = {step.names[c.read]: ticks.at(c.read, at) for c in step.carries}
        nodes = inputs | carried
        known = point.values(list(nodes.values()))
        return {name: np.asarray(v, dtype=float) for name, v in zip(nodes, known, strict=True)}

    params = point.values(step.parameters)
    weights = {step.names[n]: np.asarray(v, dtype=float) for n, v in zip(step.parameters, params, strict=True)}
    before = tick(-1) if ticks.first < 0 else None
    return collect(step, tick(0) | weights, before), point
