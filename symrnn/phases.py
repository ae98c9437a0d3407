"""When each value of a step can be computed: the one rule that schedules both directions.

- ``static``: depends on parameters alone; once per call.
- ``before``: does not depend on the recurrence; for all ticks at once, before the loop.
- ``after``: depends on the recurrence, which does not depend on it; for all ticks at once, after the loop.
- ``closing``: made of what is summed over time and batch; once per call, last of all.
- ``loop``: the rest, tick by tick.

Not every carry takes part in the recurrence. One that only remembers what is known before the loop (the last input,
for a convolution over time or a token shift) *leads*: it is filled before the loop and read as a shifted array. One
that no other carry needs *trails*: the adjoint of such a memory is computed after the loop.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from symrnn.ir import Leaf, Node, topological
from symrnn.primitives import Total
from symrnn.step import Carry, Step

STATIC, BEFORE, LOOP, AFTER, CLOSING = "static", "before", "loop", "after", "closing"
ONCE = (STATIC, CLOSING)


@dataclass(frozen=True)
class Recurrence:
    """The carries of a step by when they are filled: before the loop, in it, or after it."""

    leading: tuple[Carry, ...]
    inner: tuple[Carry, ...]
    trailing: tuple[Carry, ...]

    @property
    def shifted(self) -> tuple[Carry, ...]:
        """The carries that are filled in one piece, apart from the loop."""
        return (*self.leading, *self.trailing)


def recurrence(step: Step) -> Recurrence:
    """Which carries the loop is about: those that need each other, or themselves."""
    given = [n for n in step.leaves if isinstance(n.op, Leaf) and n.op.role in ("parameter", "static")]
    static = _reached(step, given, every=True)
    inner, leading, trailing = list(step.carries), [], []
    while found := _leading(step, inner, static):
        leading += found
        inner = [c for c in inner if c not in found]
    while found := _trailing(step, inner, static):
        trailing += found
        inner = [c for c in inner if c not in found]
    return Recurrence(tuple(leading), tuple(inner), tuple(trailing))


def _leading(step: Step, carries: list[Carry], static: set[Node]) -> list[Carry]:
    """The carries that depend on none of those given."""
    moves = _reached(step, [c.read for c in carries])
    return [c for c in carries if c.write not in moves and c.write not in static and _own(step, c)]


def _trailing(step: Step, carries: list[Carry], static: set[Node]) -> list[Carry]:
    """The carries on which none of those given depends."""
    feeds = set(topological(c.write for c in carries))
    found = [c for c in carries if c.read not in feeds and c.write not in static and _own(step, c)]
    return [c for c in found if not isinstance(c.write.op, Leaf)]


def _own(step: Step, carry: Carry) -> bool:
    """Whether a carry has its value to itself, or only remembers an input, so that it can be filled in one piece."""
    if isinstance(carry.write.op, Leaf):
        return carry.write in step.inputs and not step.reverse
    return Counter(c.write for c in step.carries)[carry.write] == 1


def _reached(step: Step, sources: Iterable[Node], *, every: bool = False) -> set[Node]:
    """The sources and what depends on them at the same tick: on any of them, or with ``every`` on nothing else."""
    found = set(sources)
    for _, node in step.equations:
        if isinstance(node.op, Total):
            continue
        hits = [a in found for a in node.args]
        if all(hits) if every else any(hits):
            found.add(node)
    return found


def moving(step: Step) -> set[Node]:
    """The nodes of a step that depend on what the loop computes."""
    carries = recurrence(step)
    return _reached(step, [c.read for c in (*carries.inner, *carries.trailing)])


def phases(step: Step) -> dict[Node, str]:
    """The phase of every leaf and every node."""
    carries = recurrence(step)
    moves = _reached(step, [c.read for c in (*carries.inner, *carries.trailing)])
    feeds = set(topological(c.write for c in carries.inner)) | {c.read for c in carries.inner}
    table: dict[Node, str] = {}
    for node in (*step.leaves, *(n for _, n in step.equations)):
        if isinstance(node.op, Total) or any(table.get(a) == CLOSING for a in node.args):
            table[node] = CLOSING
        elif node in moves:
            table[node] = LOOP if node in feeds else AFTER
        elif isinstance(node.op, Leaf):
            table[node] = STATIC if node.op.role in ("parameter", "static") else BEFORE
        else:
            table[node] = STATIC if all(table[a] == STATIC for a in node.args) else BEFORE
    return table
