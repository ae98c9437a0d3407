"""How every value of a step depends on the states at t-1: not at all, affinely, or more than that.

The table is read off the equations, not off derivatives: a rounding or a step function has the derivative 0 and a
straight-through one whatever its author declared, and still neither is affine. For each value it holds the states on
which the value depends, and the pairs of states (a state with itself among them) in which it is not affine: a product
of one with the other, or both inside a function. A set of states has no such pair exactly if the value is affine in
all of them together, the rest held fixed. Only sums that cancel after more than one equation are not seen through, so
that "affine" is certain and "not affine" is nearly so.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import sympy

from symrnn.ir import Contract, Node, Pointwise, is_slot, slot
from symrnn.ops.elementwise import Head
from symrnn.primitives import Broadcast, Concat, CumSum, Reshape, Slice, Solve, Total
from symrnn.step import Step

Pair = frozenset[str]  # of two states, or of one state with itself
ADDITIVE = (Broadcast, Concat, CumSum, Reshape, Slice, Total)
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Reads:
    """The states at t-1 on which a value depends, and the pairs of them in which it is not affine."""

    states: frozenset[str] = NOTHING
    curved: frozenset[Pair] = frozenset()

    def affine_in(self, states: Collection[str]) -> bool:
        """Whether the value is affine in these states together, for any values of the others."""
        return not any(pair.issubset(states) for pair in self.curved)


def _pairs(left: Iterable[str], right: Iterable[str]) -> frozenset[Pair]:
    return frozenset(frozenset((a, b)) for a, b in itertools.product(left, right))


def _together(parts: Iterable[Reads]) -> Reads:
    """What depends on several values additively."""
    parts = tuple(parts)
    return Reads(
        frozenset().union(*(part.states for part in parts)), frozenset().union(*(part.curved for part in parts))
    )


def _bent(*parts: Reads) -> Reads:
    """What depends on several values in no simpler way."""
    states = _together(parts).states
    return Reads(states, _pairs(states, states))


def _multiplied(parts: tuple[Reads, ...], pairs: Iterable[tuple[int, int]]) -> Reads:
    """What is a sum of products of the parts; ``pairs`` says which of them meet in one."""
    sum_ = _together(parts)
    met = (_pairs(parts[a].states, parts[b].states) for a, b in pairs)
    return Reads(sum_.states, sum_.curved.union(*met))


@lru_cache(maxsize=4096)
def _meetings(expr: sympy.Expr, among: frozenset[int]) -> tuple[tuple[int, int], ...]:
    """The pairs of some slots in which a rational expression is not affine: where its second derivative is not 0."""
    found = Counter(pair for pair in _products(expr) if among.issuperset(pair))
    # A pair that meets in several products may cancel; SymPy is asked only then, because it takes its time.
    return tuple(
        (a, b) for (a, b), count in found.items() if count == 1 or sympy.diff(expr, slot(a), slot(b)).expand() != 0
    )


def _products(expr: sympy.Expr) -> Iterator[tuple[int, int]]:
    """The pairs of slots that meet in a product or power, once for each such place."""
    for part in sympy.preorder_traversal(expr):
        if isinstance(part, sympy.Mul):
            for left, right in itertools.combinations(map(_slots, part.args), 2):
                yield from ((min(a, b), max(a, b)) for a, b in itertools.product(left, right))
        elif isinstance(part, sympy.Pow):
            own = _slots(part)
            yield from ((a, b) for a, b in itertools.product(own, own) if a <= b)


def _slots(expr: sympy.Expr) -> list[int]:
    return sorted(int(s.name[1:]) for s in expr.free_symbols if is_slot(s))


def _reads(node: Node, args: tuple[Reads, ...]) -> Reads:
    """The row of a node from those of its operands."""
    if not any(arg.states for arg in args):
        return Reads()
    match node.op:
        case Pointwise(Head()):
            return _bent(*args)
        case Pointwise(expr):
            return _multiplied(args, _meetings(expr, frozenset(k for k, arg in enumerate(args) if arg.states)))
        case Contract():
            return _multiplied(args, itertools.combinations(range(len(args)), 2))
        case Solve():
            return _multiplied(args, ((0, 0), (0, 1)))
    return _together(args) if isinstance(node.op, ADDITIVE) else _bent(*args)


@dataclass(frozen=True)
class Dependence:
    """The rows of all values of a step."""

    step: Step

    @cached_property
    def rows(self) -> dict[Node, Reads]:
        """Every leaf and every equation, with what it reads."""
        table = {leaf: Reads() for leaf in self.step.leaves}
        table |= {c.read: Reads(frozenset({c.name})) for c in self.step.carries}
        for _, node in self.step.equations:
            table[node] = _reads(node, tuple(table[a] for a in node.args))
        return table

    @cached_property
    def updates(self) -> dict[str, Reads]:
        """What the new value of each state reads."""
        return {c.name: self.rows[c.write] for c in self.step.carries}

    @property
    def affine(self) -> bool:
        """Whether the step is affine in the whole state."""
        return not any(reads.curved for reads in self.updates.values())

    @cached_property
    def groups(self) -> tuple[frozenset[str], ...]:
        """The states in groups that depend on each other in a circle, each group after those that it reads."""
        reach = {name: set(reads.states) for name, reads in self.updates.items()}
        for middle in reach:
            for found in reach.values():
                if middle in found:
                    found |= reach[middle]
        groups = {frozenset({name, *(o for o in reach if o in reach[name] and name in reach[o])}) for name in reach}
        place = {name: k for k, name in enumerate(reach)}

        def rank(group: frozenset[str]) -> tuple[int, int]:
            # What a group reads, itself included, is more than what any group reads that it depends on.
            return len(group.union(*(reach[name] for name in group))), min(place[name] for name in group)

        return tuple(sorted(groups, key=rank))

    @cached_property
    def stabilisers(self) -> tuple[str, ...]:
        """States that carry a maximum: s = max(s + a, b), with a and b free of s."""
        return tuple(c.name for c in self.step.carries if self._is_running_maximum(c.name, c.write))

    def _is_running_maximum(self, name: str, write: Node) -> bool:
        if not (isinstance(write.op, Pointwise) and isinstance(write.op.expr, Head)):
            return False
        head = write.op.expr
        reading = [arg for arg in write.args if name in self.rows[arg].states]
        return head.op.definition is sympy.Max and len(reading) == 1 and self.rows[reading[0]].affine_in({name})

    @cached_property
    def linear(self) -> bool:
        """Whether the step is a chain of linear recurrences.

        Each group of states is affine in itself once the groups before it are known, or a running maximum, which is
        linear in the algebra of max and +.
        """
        return all(
            self.updates[name].affine_in(group)
            for group in self.groups
            for name in group
            if not (len(group) == 1 and name in self.stabilisers)
        )

    @cached_property
    def given(self) -> tuple[str, ...]:
        """The states that have to be known first: the rest of a linear step is affine together once these are."""
        own = {name: group for group in self.groups for name in group}
        curved = [(of, pair) for of, reads in self.updates.items() for pair in reads.curved]
        first = {name for of, pair in curved for name in pair if name not in own[of]}
        first |= {of for of, pair in curved if of in self.stabilisers and pair.issubset(own[of])}
        return tuple(c.name for c in self.step.carries if c.name in first)
