"""The orders of the lanes of all buffers: searched together, within a bound, the same on every run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, permutations, product

from symrnn.ir import Node, Shape
from symrnn.operations import Operation
from symrnn.storage import Partition

EXHAUSTIVE = 5
CHECKS = 12_000  # of a wish, in one of its ways, against an order, in one half of a search
WORK = 1_000_000  # lanes that are compared in it: of a cell with hundreds of lanes a check takes long

Key = tuple[Node, Shape]
Place = tuple[Key, Node, bool]  # a buffer, a lane of it, and whether the entry is that of the next tick
Column = tuple[Place, ...]
Order = tuple[Node, ...]
Price = Callable[[Order], tuple[int, int]]
Flips = tuple[bool, ...]


@dataclass
class Wish:
    """Columns that should be stretches with the same lanes side by side, and what a break costs.

    ``turns`` says that the second and third column can change places lane by lane, ``ordered`` that the lanes have to
    follow each other as they stand: those of a parameter array.
    """

    operation: Operation
    columns: list[Column]
    weight: int
    turns: bool = False
    ordered: bool = False
    ways: list[tuple[Flips, list[list[Node]]]] = field(init=False)

    def __post_init__(self) -> None:
        count = len(self.columns[0])
        choices = product((False, True), repeat=count - 1) if self.turns and count <= EXHAUSTIVE else [()]
        padded = [(False, *flips, *(False,) * (count - 1 - len(flips))) for flips in choices]
        self.ways = [(flips, lanes) for flips in padded if (lanes := self._lanes(flips)) is not None]
        if not self.ways:  # never one stretch: as many calls as lanes, in any order
            self.weight, self.ways = 0, [(padded[0], [[lane for _, lane, _ in self.columns[0]]])]

    def _lanes(self, flips: Flips) -> list[list[Node]] | None:
        """The lanes of all columns; None if those of a column lie in several buffers or stand for several ticks."""
        columns = self.columns
        if any(flips):
            first, a, b = columns
            turned = [(y, x) if flip else (x, y) for x, y, flip in zip(a, b, flips, strict=True)]
            columns = [first, *(tuple(c) for c in zip(*turned, strict=True))]
        alike = all(len({(key, later) for key, _, later in column}) == 1 for column in columns)
        return [[lane for _, lane, _ in column] for column in columns] if alike else None


@dataclass
class Search:
    """The orders of the lanes of all buffers."""

    orders: dict[Key, Order]
    wishes: list[Wish]
    family: dict[Node, Node]
    checks: int = 0
    work: int = 0
    at: dict[Node, int] = field(default_factory=dict)

    def run(self) -> None:
        """Order the families, then every buffer by itself, while that helps."""
        self.first = {lane: k for order in self.orders.values() for k, lane in enumerate(order)}
        self.at = dict(self.first)
        self._order_families()
        better, self.checks, self.work = True, 0, 0
        while better and not self._spent():
            helped = [self._improve(key) for key, order in self.orders.items() if len(order) > 1]
            better = any(helped)

    def _spent(self) -> bool:
        return self.checks >= CHECKS or self.work >= WORK

    def put(self, key: Key, order: Order) -> None:
        """Give the lanes of a buffer an order."""
        self.orders[key] = order
        self.at.update({lane: k for k, lane in enumerate(order)})

    def cost(self, wishes: Sequence[Wish]) -> int:
        """What the present orders break."""
        self.checks += sum(len(w.ways) for w in wishes)
        self.work += sum(len(w.ways) * len(w.columns[0]) for w in wishes)
        return sum(w.weight * (min(self._runs(lanes, w.ordered) for _, lanes in w.ways) - 1) for w in wishes)

    def flips(self, wish: Wish) -> Flips:
        """For each lane whether its operands are best exchanged."""
        return min(wish.ways, key=lambda way: self._runs(way[1]))[0]

    def _runs(self, columns: list[list[Node]], ordered: bool = False) -> int:
        """Into how many stretches lanes fall."""
        at = self.at
        rows = [[at[lane] for lane in row] for row in zip(*columns, strict=True)]
        rows = rows if ordered else sorted(rows)
        return 1 + sum(any(y != x + 1 for x, y in zip(a, b, strict=True)) for a, b in pairwise(rows))

    def _order_families(self) -> None:
        linked = Partition()
        for order in self.orders.values():
            for lane in order[1:]:
                linked.merge(self.family[order[0]], self.family[lane])
        components: dict[Node, list[Node]] = defaultdict(list)
        for one in dict.fromkeys(self.family[lane] for order in self.orders.values() for lane in order):
            components[linked.find(one)].append(one)
        for component in components.values():
            if len(component) > 1:
                self._order_component(tuple(component))

    def _order_component(self, component: Order) -> None:
        keys = [k for k, order in self.orders.items() if len(order) > 1 and self.family[order[0]] in component]
        wishes = self._touching(keys)
        place = {f: k for k, f in enumerate(component)}

        def price(order: Order) -> tuple[int, int]:
            rank = {f: k for k, f in enumerate(order)}
            for key in keys:
                self.put(key, tuple(sorted(self.orders[key], key=lambda lane: rank[self.family[lane]])))
            return self.cost(wishes), self._moves(order, place)

        price(self._best(component, price))

    def _touching(self, keys: Sequence[Key]) -> list[Wish]:
        return [w for w in self.wishes if w.weight and any(p[0] in keys for c in w.columns for p in c)]

    def _best(self, order: Order, price: Price) -> Order:
        """The cheapest order: of all, or the best that moving one lane or exchanging two at a time comes to."""
        if len(order) <= EXHAUSTIVE:
            return min(permutations(order), key=price)
        best, value = order, price(order)
        improving = True
        while improving:
            improving = False
            for change, k, to in product((_moved, _exchanged), range(len(order)), range(len(order))):
                if k == to or (change is _exchanged and k > to):
                    continue
                if self._spent():
                    return best
                other = change(best, k, to)
                if (found := price(other)) < value:
                    best, value, improving = other, found, True
        return best

    def _moves(self, order: Order, place: dict[Node, int]) -> int:
        """How many pairs are not in the order given."""
        at = [place[one] for one in order]
        self.work += len(at) ** 2 // 2
        return sum(a > b for k, a in enumerate(at) for b in at[k + 1 :])

    def _improve(self, key: Key) -> bool:
        """Order one buffer by itself; whether that helped."""
        wishes, before = self._touching([key]), self.orders[key]

        def price(order: Order) -> tuple[int, int]:
            self.put(key, order)
            return self.cost(wishes), self._moves(order, self.first)

        was = price(before)
        best = self._best(before, price)
        helped = price(best)[0] < was[0]
        self.put(key, best if helped else before)
        return helped


def _moved(order: Order, k: int, to: int) -> Order:
    rest = [*order[:k], *order[k + 1 :]]
    return (*rest[:to], order[k], *rest[to:])


def _exchanged(order: Order, k: int, to: int) -> Order:
    changed = list(order)
    changed[k], changed[to] = order[to], order[k]
    return tuple(changed)
