"""Where the lanes of single calls lie: a layout whose orders are searched for all buffers together.

Every bundle wants its results, and each column of its operands, to be a stretch of lanes; a bundle that does not get
that falls apart into runs, one call each. The price of an order is the number of calls. Lanes that belong together (a
gate, its argument, its share of a matrix product) form families; all orders of a few families are tried, more are
improved by moves, and then every buffer on its own. Among equals the order of the parameters stays.

A state that is read beside gates gets a lane beside them, in a buffer of T+1 entries: c[t-1] stands at t, c at t+1.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from symrnn.backends.numpy_grouping import CallGrouping, commutes
from symrnn.backends.numpy_orders import Column, Key, Search, Wish
from symrnn.ir import Node
from symrnn.layout import Layout
from symrnn.operations import Bundle, Gathered, Reduction, Stacked, reads
from symrnn.phases import LOOP
from symrnn.step import Carry
from symrnn.storage import Partition, Slot

# What a break costs: a call in every tick, a matrix product more for every piece of time, a call more for it.
HOT, PRODUCT, COLD = 1000, 30, 1


@dataclass
class LaneLayout(Layout):
    """The slots of all values of a step in single calls."""

    grouping: CallGrouping
    joined: dict[Node, Carry] = field(default_factory=dict)

    def _stored_states(self) -> dict[Node, str]:
        """The states with a buffer of their own: not those that get a lane beside others."""
        states = super()._stored_states()
        self.joined = {} if self.grouping.step.reverse else dict(self._joining(states))
        self.in_place = frozenset(pair for pair in self.in_place if pair[1] not in self.joined)
        return {node: name for node, name in states.items() if node not in self.joined}

    def _joining(self, states: dict[Node, str]) -> Iterator[tuple[Node, Carry]]:
        """States whose old value is read beside tape values, and that no matrix product reads or writes."""
        step, operations = self.grouping.step, self.grouping.operations
        products = {n for o in operations if not isinstance(o, Bundle) for n in (*reads(o), *o.results)}
        outputs = {n for name, n in step.outputs if name in {c.name for c in step.carries}}
        for carry in step.carries:
            free = states.get(carry.write) == carry.name and not {carry.read, carry.write} & (products | outputs)
            alone = sum(c.write is carry.write for c in step.carries) == 1 and carry not in self.shifted
            if free and alone and any(self._beside_kept(o, carry) for o in operations if isinstance(o, Bundle)):
                yield carry.write, carry

    def _beside_kept(self, bundle: Bundle, carry: Carry) -> bool:
        """Whether a call reads a state in one column with values that are kept for every tick anyway."""
        columns = [c for c in bundle.args if len(c) > 1 and carry.read in c]
        return any(all(n is carry.read or n in self.keep for n in c) for c in columns)

    def _placed(self, node: Node) -> bool:
        return super()._placed(node) or node in self.grouping.copied

    def _relate_lanes(self, operation: Bundle) -> None:
        """Record which values want one buffer: those of a column that are kept equally long."""
        shared = any(len(c) == 1 for c in operation.args) and len(operation.results) > 1
        gathered = {v for o in self.grouping.operations if isinstance(o, Gathered) for v in o.operands}
        if (
            shared
            and any(n in gathered for n in operation.results)
            and not any(n in self.keep for n in operation.results)
        ):
            # What only the loop reads can stand beside what a matrix product reads.
            self.rows.update(n for n in operation.results if self._placed(n))
        for column in (operation.results, *(c for c in operation.args if len(c) > 1)):
            kept: dict[tuple[bool, bool], list[Node]] = defaultdict(list)
            for node in column:
                held = self._holder(node)
                if self._placed(held):
                    kept[held in self.rows, self._stays(held)].append(held)
            for nodes in kept.values():
                self._put_together(nodes)

    def _stays(self, node: Node) -> bool:
        """Whether a value lies where something is kept for every tick: itself, or what is written over it."""
        return node in self.joined or self.place.find(node) in self._kept_places

    @cached_property
    def _kept_places(self) -> set[Node]:
        return {self.place.find(n) for n in self.keep}

    def _holder(self, node: Node) -> Node:
        """The value in whose lane another is read: a joined state for its old value."""
        return next((c.write for c in self.joined.values() if c.read is node), node)

    def _groups(self) -> dict[Key, list[Node]]:
        groups = super()._groups()
        for node in self.grouping.copied:
            groups.setdefault((self.together.find(node), node.shape), []).append(node)
        return groups

    def _ranked(self) -> dict[Node, int]:
        """The position of every lane in its buffer."""
        self.buffers = self._groups()
        self.key_of = {n: key for key, members in self.buffers.items() for n in members}
        lanes: dict[Key, list[Node]] = defaultdict(list)
        for node in dict.fromkeys(self._holder(n) for n in (*self._preferred(), *self.grouping.copied)):
            if self._placed(node) and self.place.find(node) not in lanes[self.key_of[node]]:
                lanes[self.key_of[node]].append(self.place.find(node))
        search = Search({k: tuple(v) for k, v in lanes.items()}, list(self._wishes()), self._families(lanes))
        search.run()
        self._turn(search)
        return {lane: k for order in search.orders.values() for k, lane in enumerate(order)}

    def _lane(self, node: Node) -> Node:
        return self.place.find(node)

    def _families(self, lanes: dict[Key, list[Node]]) -> dict[Node, Node]:
        """Lanes that correspond, the first of each family for all of them; no two lanes of a family share a buffer."""
        family, members = Partition(), {lane: {key} for key, order in lanes.items() for lane in order}
        bundles = [o for o in self.grouping.operations if isinstance(o, Bundle)]
        for operation in sorted(bundles, key=lambda o: len(o.results) == 1):  # what one call makes together comes first
            for column in (c for c in operation.args if len(c) == len(operation.results)):
                for arg, result in zip(column, operation.results, strict=True):
                    a, b = (family.find(self._lane(self._holder(n))) for n in (arg, result))
                    if a is not b and a in members and b in members and not members[a] & members[b]:
                        family.merge(a, b)
                        members[a] |= members[b]
        return {lane: family.find(lane) for order in lanes.values() for lane in order}

    def _wishes(self) -> Iterator[Wish]:
        """What should be a stretch of lanes."""
        for operation in self.grouping.operations:
            match operation:
                case Bundle(results, expr, args) if len(results) > 1:
                    columns = [self._column(results), *(self._column(c) for c in args if len(c) > 1)]
                    hot = self.grouping.phase[results[0]] == LOOP
                    turns = commutes(expr) and all(len(c) > 1 for c in args)
                    placed = [c for c in columns if c is not None]
                    if placed:
                        yield Wish(operation, placed, HOT if hot else COLD, turns and len(placed) == 3)
                case Stacked(results) | Gathered(_, _, results):
                    hot = self.grouping.phase[operation.results[0]] == LOOP
                    column = self._column([n for n in results if self._placed(n)])
                    if column is not None and len(column) > 1:
                        yield Wish(operation, [column], 5 * HOT if hot else PRODUCT)
                case Reduction(_, left):
                    column = self._column([n for n in left if self._placed(n)])
                    if column is not None and len(column) > 1:
                        yield Wish(operation, [column], PRODUCT, ordered=True)

    def _column(self, nodes: Sequence[Node]) -> Column | None:
        held = [(n, self._holder(n)) for n in nodes]
        if not all(self._placed(h) for _, h in held):
            return None
        return tuple((self.key_of[h], self._lane(h), h in self.joined and n is h) for n, h in held)

    def _turn(self, search: Search) -> None:
        """Exchange the operands of calls as the search has found best."""
        turned = {}
        for wish in search.wishes:
            if isinstance(wish.operation, Bundle) and any(flips := search.flips(wish)):
                a, b = wish.operation.args
                rows = [(y, x) if flip else (x, y) for x, y, flip in zip(a, b, flips, strict=True)]
                turned[wish.operation] = replace(wish.operation, args=tuple(zip(*rows, strict=True)))
        self.grouping.operations[:] = [
            turned.get(o, o) if isinstance(o, Bundle) else o for o in self.grouping.operations
        ]

    def _assign(self, rank: dict[Node, int]) -> None:
        super()._assign(rank)
        for carry in self.step.carries:
            lane = self.slots.get(carry.write)
            if carry.write in self.joined or (lane and self._arrives_beside(carry, lane)):
                assert lane is not None
                self._share_with_next_tick(carry, lane)

    def _arrives_beside(self, carry: Carry, lane: Slot) -> bool:
        """Whether an adjoint is handed on in a lane beside others of its tick."""
        alone = sum(c.write is carry.write for c in self.step.carries) == 1 and carry not in self.shifted
        later = carry.read in self._read_later or carry.read in self.keep
        return self.step.reverse and lane.buffer.piece and alone and not later and carry.write not in self.keep

    def _share_with_next_tick(self, carry: Carry, lane: Slot) -> None:
        """Give the buffer of a lane one entry more: what a tick writes to it stands where its neighbour reads it."""
        buffer = replace(lane.buffer, state=True)
        if not lane.buffer.state:  # else another carry of this buffer has come first
            for node, slot in self.slots.items():
                if slot.buffer == lane.buffer:
                    ahead = node in self.joined if not self.step.reverse else False
                    self.slots[node] = replace(slot, buffer=buffer, previous=not ahead)
        self.slots[carry.read] = Slot(buffer, lane.lane, previous=not self.step.reverse)

    def _is_kept(self, node: Node) -> bool:
        return node in self.grouping.copied or super()._is_kept(node)
