"""Which calls of a tick are made together, and in what order: a shortest path.

Calls of one function on values of one kind can be one call, if they are ready at the same time. What is done so far
is a state; a move makes all calls of one function that are ready; its price is the number of calls that this takes.
The cheapest way to have everything done is found by Dijkstra's algorithm: exactly for the loops of ordinary cells,
and greedily, function by function, where there are too many states.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from symrnn.ir import Node

MOST_STATES = 4000

Batch = tuple[Node, ...]
Split = Callable[[tuple[Node, ...]], list[Batch]]


@dataclass
class Batches:
    """The calls of a loop: ``needs`` names what has to be done before each, ``kind`` the function that it calls.

    What has no kind runs as soon as it can. ``split`` says into which calls the ready ones of a kind fall.
    """

    nodes: Sequence[Node]
    kind: dict[Node, Hashable]
    needs: dict[Node, set[Node]]
    split: Split
    known: dict[frozenset[Node], list[Batch]] = field(default_factory=dict)

    def order(self) -> list[Batch]:
        """The batches in an order in which they can run."""
        start = self.settled(frozenset())
        best: dict[frozenset[Node], tuple[int, frozenset[Node], tuple[Node, ...]]] = {}
        queue = [(0, 0, 0, start)]
        price = {start: 0}
        count = 0
        everything = frozenset(self.nodes)
        while queue and len(price) < MOST_STATES:
            cost, _, _, state = heapq.heappop(queue)
            if state == everything:
                return self.path(start, state, best)
            if cost > price[state]:
                continue
            for ready in self.moves(state):
                then = self.settled(state | set(ready))
                new = cost + len(self.batches(ready))
                if new < price.get(then, new + 1):
                    price[then], best[then] = new, (new, state, ready)
                    count += 1
                    heapq.heappush(queue, (new, -len(then), count, then))
        return self.greedy(start)

    def settled(self, state: frozenset[Node]) -> frozenset[Node]:
        """The state once everything without a kind has run that can."""
        done = set(state)
        while found := [n for n in self.nodes if n not in done and n not in self.kind and self.needs[n] <= done]:
            done.update(found)
        return frozenset(done)

    def moves(self, state: frozenset[Node]) -> list[tuple[Node, ...]]:
        """All ready calls of each function; only those of one function where it has no others to wait for."""
        ready: dict[Hashable, list[Node]] = defaultdict(list)
        waiting = set()
        for node in self.nodes:
            if node in state or node not in self.kind:
                continue
            if self.needs[node] <= state:
                ready[self.kind[node]].append(node)
            else:
                waiting.add(self.kind[node])
        complete = [tuple(nodes) for kind, nodes in ready.items() if kind not in waiting]
        return complete[:1] or [tuple(nodes) for nodes in ready.values()]

    def batches(self, ready: Iterable[Node]) -> list[Batch]:
        key = frozenset(ready)
        if key not in self.known:
            self.known[key] = self.split(tuple(n for n in self.nodes if n in key))
        return self.known[key]

    def path(
        self,
        start: frozenset[Node],
        state: frozenset[Node],
        best: dict[frozenset[Node], tuple[int, frozenset[Node], tuple[Node, ...]]],
    ) -> list[Batch]:
        """The batches on the way to a state."""
        found: list[list[Batch]] = []
        while state != start:
            _, state, ready = best[state]
            found.append(self.batches(ready))
        return [batch for batches in reversed(found) for batch in batches]

    def greedy(self, state: frozenset[Node]) -> list[Batch]:
        """Always the function with the most calls for each that it takes."""
        found = []
        while moves := self.moves(state):
            ready = max(moves, key=lambda m: len(m) / len(self.batches(m)))
            found += self.batches(ready)
            state = self.settled(state | set(ready))
        return found
