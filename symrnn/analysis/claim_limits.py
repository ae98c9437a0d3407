"""Claims about limits: what h_t tends to as a gate opens or closes, or as a bias grows without bound.

Everything between the value that moves and the one in question is continuous, or the claim is left undecided; then the
limit is the value at the limit. What grows without bound is followed until a function turns it into a number.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from symrnn.analysis.agreement import agreement
from symrnn.analysis.claim_algebra import Item, Undecided
from symrnn.analysis.claim_terms import labels, text_of
from symrnn.analysis.claim_values import Meaning, window
from symrnn.analysis.claim_verdicts import FALSE, HOLDS, POINTS, SYMBOLIC, UNDECIDED, Evidence, Judged
from symrnn.analysis.ticks import Ticks, rebuilt
from symrnn.ir import Contract, Node, Pointwise, Shape, broadcast, is_slot, pointwise, slot, topological
from symrnn.lower import lower
from symrnn.ops.elementwise import Head
from symrnn.primitives import Broadcast, Concat, CumSum, Reshape, Slice, Softmax
from symrnn.reading import tree as read
from symrnn.reading.claim import Claim
from symrnn.reading.traversal import walk

# Functions that jump, and those that have no value somewhere.
BROKEN = {"floor", "heaviside", "heaviside_st", "round_st", "mod", "where", "log", "log1p"}
LINEAR = (Contract, Broadcast, Concat, Slice, Reshape, CumSum, Softmax)


@dataclass(frozen=True)
class Grows:
    """A value all entries of which tend to plus or minus infinity."""

    sign: int
    shape: Shape


Tends = Node | Grows


def judge_limit(claim: Claim) -> Judged:
    """The verdict on a limit. Raises Undecided."""
    if claim.cell is None:
        raise Undecided("no cell of this text has these names")
    conditions = [*claim.conditions, *_conditions(claim.left), *_conditions(claim.right)]
    if not conditions:
        raise Undecided("the claim does not say what tends to what")
    ticks = Ticks(lower(claim.cell.record), *window(claim))
    meaning = Meaning(ticks)
    table = dict(_condition(relation, meaning) for relation in conditions)
    sides = [_node(meaning, side) for side in (claim.right, claim.left)]
    claimed, derived = (limit(side, table) for side in sides)
    if isinstance(derived, Grows) or isinstance(claimed, Grows):
        raise Undecided("one of the sides grows without bound")
    if claimed.shape != derived.shape:
        claimed = broadcast(claimed, derived.shape)
    answer = agreement(ticks.points, claimed, derived, labels(ticks))
    full = text_of(derived, labels(ticks))
    if answer.proved:
        return Judged(claim, HOLDS, Evidence(SYMBOLIC, expression=full))
    if answer.gap is not None:
        return Judged(claim, FALSE, Evidence(POINTS, expression=full, counterexample=answer.gap))
    reason = answer.why or f"agrees at {answer.points} points, and no proof was found"
    return Judged(claim, UNDECIDED, Evidence(POINTS, expression=full, reason=reason))


def _conditions(tree: read.Tree) -> list[read.Relation]:
    """What a limit that is written as one says."""
    found = [n for n in walk(tree) if isinstance(n, read.Limit)]
    return [read.Relation("to", n.variable, n.value) for n in found]


def _node(meaning: Meaning, tree: read.Tree) -> Node:
    value = meaning.value(tree.body if isinstance(tree, read.Limit) else tree)
    if not isinstance(value, Item):
        raise Undecided("the limit of a Jacobian is not decided here")
    return value.node


def _condition(relation: read.Relation, meaning: Meaning) -> tuple[Node, Tends]:
    """What tends to what."""
    if relation.op not in ("to", "=", "approx"):
        raise Undecided("a condition does not say what something tends to")
    node = _node(meaning, relation.left)
    sign = -1 if isinstance(relation.right, read.Negative) else 1
    inner = relation.right.arg if isinstance(relation.right, read.Negative) else relation.right
    if isinstance(inner, read.Infinity):
        return node, Grows(sign, node.shape)
    value = _node(meaning, relation.right)
    return node, broadcast(value, node.shape) if value.shape != node.shape else value


def limit(root: Node, table: dict[Node, Tends]) -> Tends:
    """What a value tends to where others tend to what the table says. Raises Undecided."""
    known: dict[Node, Tends] = dict(table)
    for node in topological([root]):
        if node in known:
            continue
        args = [known[a] for a in node.args]
        plain = [a for a in args if isinstance(a, Node)]
        if len(plain) < len(args):
            known[node] = _growing(node, args)
        elif plain == list(node.args):
            known[node] = node
        else:
            known[node] = _continuous(node, plain)
    return known[root]


def _continuous(node: Node, args: list[Node]) -> Node:
    """A value of what its operands tend to, if it is continuous there."""
    if isinstance(node.op, Pointwise):
        expr = node.op.expr
        moving = {slot(k) for k, (old, new) in enumerate(zip(node.args, args, strict=True)) if old is not new}
        if any(h.op.name in BROKEN and h.free_symbols & moving for h in expr.atoms(Head)):
            raise Undecided("a function on the way is not continuous")
        if any(p.exp.could_extract_minus_sign() and p.base.free_symbols & moving for p in expr.atoms(sympy.Pow)):
            raise Undecided("a division on the way may be one by zero")
    elif not isinstance(node.op, LINEAR):
        raise Undecided("a function on the way is not known to be continuous")
    return rebuilt(node, args)


def _growing(node: Node, args: list[Tends]) -> Tends:
    """A value some of whose operands grow without bound."""
    if isinstance(node.op, Broadcast) and isinstance(args[0], Grows):
        return Grows(args[0].sign, node.shape)
    if not isinstance(node.op, Pointwise):
        raise Undecided("what grows without bound enters a product")
    expr = node.op.expr
    grows = {slot(k): a for k, a in enumerate(args) if isinstance(a, Grows)}
    if isinstance(expr, Head) and len(args) == 1:
        return _at_infinity(expr, grows[slot(0)], node.shape)
    signs = set()
    for term in sympy.Add.make_args(expr):
        number, rest = term.as_coeff_Mul()
        if rest in grows:
            signs.add(grows[rest].sign * (-1 if number < 0 else 1))
        elif any(is_slot(s) and s in grows for s in rest.free_symbols):
            raise Undecided("what grows without bound is multiplied")
    if len(signs) != 1:
        raise Undecided("two values that grow without bound work against each other")
    return Grows(signs.pop(), node.shape)


def _at_infinity(head: Head, arg: Grows, shape: Shape) -> Tends:
    z = sympy.Symbol("z", real=True)
    value = sympy.limit(head.op.definition(z, *head.args[1:]), z, arg.sign * sympy.oo)
    if value in (sympy.oo, -sympy.oo):
        return Grows(1 if value == sympy.oo else -1, shape)
    if not value.is_number or not value.is_finite:
        raise Undecided(f"{head.op.name} has no limit there")
    return broadcast(pointwise(value, ()), shape)
