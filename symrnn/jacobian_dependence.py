"""On which states at t-1 a Jacobian depends, and where a derivative does not tell that a function is not affine.

A value is affine in a state if its Jacobian does not depend on that state, unless a function in between jumps or has a
declared derivative: the derivative of a step is 0, that of a straight-through function is 1, and neither is affine.
"""

from __future__ import annotations

from collections.abc import Iterable

from symrnn.flat import flat
from symrnn.ir import Leaf, Node, Pointwise, is_slot, topological
from symrnn.jacobian_naming import Naming, parts, timed
from symrnn.jacobian_terms import Terms
from symrnn.jacobian_values import reads
from symrnn.ops.elementwise import Head
from symrnn.record import Record
from symrnn.step import Carry, Step


def dependence(naming: Naming, terms: Terms) -> set[str]:
    """The states at t-1 on which the values in terms depend; of the tick before, what was computed from a state."""
    step = naming.step
    found: set[str] = set()
    nodes: set[Node] = set()
    for symbol in reads(terms):
        if symbol.name in naming.nodes:
            nodes.add(naming.nodes[symbol.name])
        elif lag := parts(symbol)[1]:
            earlier = set(topological([naming.nodes[timed(parts(symbol)[0], lag - 1)]]))
            found |= {c.name for c in step.carries if c.write in earlier}
    reached = set(topological(nodes))
    return found | {c.name for c in step.carries if c.read in reached}


def jumps(step: Step, seed: Node, targets: Iterable[Node]) -> bool:
    """Whether a function behind the targets jumps, or has a declared derivative, in something that ``seed`` moves."""
    moved = {seed}
    for _, node in step.equations:
        if any(a in moved for a in node.args):
            moved.add(node)
    return any(a in moved for node in topological(targets) for a in _jumping(node))


def _jumping(node: Node) -> list[Node]:
    """The operands in which a function jumps or has a kink, or all where its derivative is declared."""
    if not isinstance(node.op, Pointwise) or not isinstance(node.op.expr, Head):
        return []
    head = node.op.expr
    if head.op.surrogate:
        return list(node.args)
    places = head.op.kinks(*head.args) if head.op.kinks else ()
    return [node.args[int(s.name[1:])] for place in places for s in place.free_symbols if is_slot(s)]


def follows(step: Step, carry: Carry, source: Carry) -> bool:
    """Whether a state can follow ``source`` within a step: it is that state, or was computed after it.

    A state that is only another name of a value (``u = x``) is perturbed alone: what else reads that value does not
    read the state.
    """
    if carry is source:
        return True
    if isinstance(source.write.op, Leaf):
        return False
    if carry.write is source.write and isinstance(step.origin, Record):
        last = {equation.name: place for place, equation in enumerate(flat(step.origin).equations)}
        return last[carry.name] > last[source.name]
    return True
