"""What the error signals of a backward pass stand for: δ of a gate, of a state, with a number, or with no name at all.

Authors take the δ of a gate before or after its activation, and call an intermediate sum δ8 or dhraw. What each of them
is follows from the line that says what it is equal to: it is that derived gradient with which its line agrees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from symrnn.analysis.agreement import same_at
from symrnn.analysis.claim_algebra import Item, Misfit, Undecided
from symrnn.analysis.claim_values import Meaning, nothing, signal_key, window
from symrnn.analysis.claim_verdicts import FALSE, SYMBOLIC, Evidence, Judged
from symrnn.analysis.ticks import Ticks, before_activation, replaced, timed
from symrnn.ir import Leaf, Node, contract, pointwise, slot, topological
from symrnn.lower import TRANSPOSE, lower
from symrnn.lower_whole import COLUMN, ROW, TRANSPOSED, Side
from symrnn.reading import tree as read
from symrnn.reading.claim import Claim
from symrnn.reading.traversal import walk
from symrnn.whole_rules import zeros


@dataclass(frozen=True)
class Signals:
    """What a note's error signals stand for: by label or name, the derived gradient that it is.

    ``inner`` are the gates whose δ is meant before the activation, ``outer`` those for which it is known not to be.
    ``turned``: gradients stand as rows while values stand as columns.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    inner: frozenset[str] = frozenset()
    outer: frozenset[str] = frozenset()
    turned: bool = False


def meaning_of(ticks: Ticks, signals: Signals, side: Side = COLUMN) -> Meaning:
    known = before_activation(ticks.step)
    inner = {name: known[name] for name in signals.inner if name in known}
    return Meaning(ticks, nothing, signals.names, inner, base=side, turned=signals.turned, matrices=True)


def numerators(right: read.Tree) -> bool:
    """Whether a line may be written with gradients as rows: a value stands before a gradient, no gradient is turned."""
    turned = [n for n in walk(right) if isinstance(n, read.Transposed) and isinstance(n.arg, read.Adjoint)]
    pairs = [(n.left, n.right) for n in walk(right) if isinstance(n, read.Binary) and n.op in ("*", "?", "@")]
    before = [a for a, b in pairs if isinstance(a, read.Name) and isinstance(b, read.Adjoint)]
    return not turned and any(name.time is not None for name in before)


def direct_part(claim: Claim, ticks: Ticks, meaning: Meaning) -> dict[tuple[str, int], Node]:
    """Where a gradient is made of itself: on the right it is the part that the loss reads at that tick."""
    left = claim.left
    if not isinstance(left, read.Adjoint) or not isinstance(left.of, read.Name) or left.of.name not in ticks.carries:
        return {}
    name, tick = left.of.name, meaning.tick(left.of.time)
    if left not in list(walk(claim.right)):
        return {}
    node, back = ticks.gradient(name, tick), ticks.handed_back(name, tick + 1)
    if node is None:
        return {}
    leaves = [n for n in topological([node]) if isinstance(n.op, Leaf) and n.op.role == "cotangent"]
    own = [n for n in leaves if isinstance(n.op, Leaf) and n.op.name == timed(f"dy_{name}", tick)]
    return {(name, tick): own[0] if own else pointwise(slot(0) - slot(1), (node, back))}


def fitted(value: object, target: Node, turned: bool = False) -> Node:
    """The right side in the shape of the left one; ``turned``: it is that of a gradient that stands as a row."""
    if turned and isinstance(value, Item):
        value = Item(value.node, TRANSPOSE[value.side])
    if not isinstance(value, Item):
        raise Undecided("the right side is a Jacobian, not a gradient")
    node = contract("ij->ji", value.node) if value.side == TRANSPOSED else value.node
    if node.shape != target.shape:
        own, other = (f"({', '.join(map(str, n.shape))})" for n in (node, target))
        raise Misfit(f"the right side has shape {own}, the gradient {other}")
    return node


def is_recursion(claim: Claim) -> bool:
    """Whether a bare error signal is computed from itself at the next step."""
    left = claim.left
    return isinstance(left, read.Adjoint) and left.of is None and any(
        isinstance(n, read.Adjoint) and n.of is None and n.label == left.label and n.time != left.time
        for n in walk(claim.right)
    )  # fmt: skip


def outputs_at(node: Node, tick: int) -> tuple[Node, ...]:
    """What the loss itself hands to the values of a tick."""
    leaves = [n for n in topological([node]) if isinstance(n.op, Leaf) and n.op.role == "cotangent"]
    return tuple(n for n in leaves if isinstance(n.op, Leaf) and n.op.name.endswith(timed("", tick)))


def reads_any(node: Node, leaves: tuple[Node, ...]) -> bool:
    """Whether a value is made of one of some leaves."""
    return any(n in leaves for n in topological([node]))


def signals_of(claims: Sequence[Claim]) -> Signals:
    """What the error signals of a note stand for, from the lines that say what they are.

    A gate whose own line holds only before its activation is meant so in all lines; a signal with a number, without a
    value or with a name that the cell does not know is the derived gradient that its own line gives.
    """
    signals = Signals()
    for claim in claims:
        if claim.cell is None or not isinstance(claim.left, read.Adjoint):
            continue
        ticks = Ticks(lower(claim.cell.record), *window(claim))
        signals = _learnt(claim, claim.left, ticks, signals)
    return signals


def _learnt(claim: Claim, left: read.Adjoint, ticks: Ticks, signals: Signals) -> Signals:
    """What one line adds to what is known."""
    known = before_activation(ticks.step)
    name = left.of.name if isinstance(left.of, read.Name) else ""
    if name in known:
        if _agrees(claim, ticks, signals, name):
            return replace(signals, outer=signals.outer | {name})
        every = replace(signals, inner=frozenset(known) - signals.outer)
        if any(_agrees(claim, ticks, chosen, known[name]) for chosen in (signals, every)):
            return replace(signals, inner=signals.inner | {name})
    elif left.of is None or (name and ticks.gradient(name, 0) is None and name not in ticks.carries):
        key = signal_key(left) if left.of is None else name
        # What a line has said, such as δ_t = ∂L/∂a_t, holds for the lines after it.
        found = "" if key in signals.names else _named(claim, ticks, signals, key)
        if found:
            return replace(signals, names={**signals.names, key: found})
    return signals


def _agrees(claim: Claim, ticks: Ticks, signals: Signals, name: str) -> bool:
    """Whether the right side agrees with a derived gradient at a few points."""
    assert isinstance(claim.left, read.Adjoint)
    for side in (COLUMN, ROW):
        meaning = meaning_of(ticks, signals, side)
        tick = 0
        if isinstance(claim.left.of, read.Name):
            tick = meaning.tick(claim.left.of.time)
        elif claim.left.time is not None:
            tick = meaning.tick(claim.left.time)
        target = ticks.gradient(name, tick)
        if target is None:
            continue
        try:
            claimed = fitted(meaning.value(claim.right), target)
        except Undecided:
            continue
        own = outputs_at(target, tick) if is_recursion(claim) else ()
        gone = {} if reads_any(claimed, own) else {n: zeros(n.shape) for n in own}
        if same_at(ticks.points, claimed, target) or gone and same_at(ticks.points, claimed, replaced(target, gone)):
            return True
    return False


def _named(claim: Claim, ticks: Ticks, signals: Signals, key: str) -> str:
    """The value whose derived gradient a line gives to an error signal that says of none."""
    for name in ticks.lines():
        chosen = replace(signals, names={**signals.names, key: name})
        if _agrees(claim, ticks, chosen, name):
            return name
    return ""


def not_linear(claim: Claim) -> Judged | None:
    """A line that no gradient can obey, whatever the cell: twice the loss is twice every gradient, not four times."""
    degree = _degree(claim.right)
    if not isinstance(claim.left, read.Adjoint) or degree is None or degree < 2:
        return None
    reason = f"twice the loss makes the left side twice as large, the right side {2**degree} times"
    hint = "gradients that reach one value on several paths are added"
    return Judged(claim, FALSE, Evidence(SYMBOLIC, hint=hint, reason=reason))


def _degree(tree: read.Tree) -> int | None:
    """How many gradients are multiplied in a value, None if that cannot be said."""
    match tree:
        case read.Adjoint():
            return 1
        case read.Binary(op, left, right):
            a, b = _degree(left), _degree(right)
            if a is None or b is None:
                return None
            if op in ("+", "-"):
                return a if a == b else None
            return a - b if op == "/" else None if op == "**" else a + b
        case read.Negative(arg) | read.Transposed(arg) | read.Over("sum", body=arg):
            return _degree(arg)
        case read.Name() | read.Number() | read.Partial():
            return 0
        case read.Call(_, args):
            return 0 if all(_degree(arg) == 0 for arg in args) else None
    return None
