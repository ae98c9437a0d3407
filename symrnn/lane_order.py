"""The order of lanes: chosen so that what is computed by one call lies in one stretch.

All orders of up to six lanes are tried, more are improved by moving one lane at a time, very many stay as they are.
All of this is deterministic, and ties keep the order given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise, permutations

from symrnn.ir import Node

EXHAUSTIVE = 6
LONGEST = 32

Order = tuple[Node, ...]
Cost = Callable[[Order], tuple[int, int]]
# A weight, the lanes that should be a stretch, and all lanes of the buffer that they are in.
Wanted = tuple[int, set[Node], set[Node]]


def best_order(lanes: Order, wanted: Iterable[Wanted]) -> Order:
    """The order of ``lanes`` with the fewest broken stretches."""
    wanted = list(wanted)
    first = {lane: k for k, lane in enumerate(lanes)}

    def cost(order: Order) -> tuple[int, int]:
        moved = sum(first[a] > first[b] for k, a in enumerate(order) for b in order[k + 1 :])
        return sum(weight * _breaks(order, column, members) for weight, column, members in wanted), moved

    if len(lanes) <= 2 or len(lanes) > LONGEST:
        return lanes
    return min(permutations(lanes), key=cost) if len(lanes) <= EXHAUSTIVE else _improved(lanes, cost)


def _breaks(order: Order, column: set[Node], members: set[Node]) -> int:
    """How often a lane that does not belong to ``column`` interrupts it."""
    places = [k for k, lane in enumerate(lane for lane in order if lane in members) if lane in column]
    return sum(b - a > 1 for a, b in pairwise(places))


def _improved(order: Order, cost: Cost) -> Order:
    """Move one lane at a time while that helps."""
    best, value = order, cost(order)
    while True:
        moves = [_moved(best, k, to) for k in range(len(best)) for to in range(len(best)) if k != to]
        better = min(moves, key=cost)
        if cost(better) >= value:
            return best
        best, value = better, cost(better)


def _moved(order: Order, k: int, to: int) -> Order:
    rest = [*order[:k], *order[k + 1 :]]
    return (*rest[:to], order[k], *rest[to:])
