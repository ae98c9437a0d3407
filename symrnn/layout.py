"""Where values live: lanes of equal length side by side in buffers, ordered so that a bundle is one stretch of lanes.

Values that one call computes, or one product reads, want to be neighbours in one buffer; lanes that correspond (the
gate i, its pre-activation, its bias) form a family, and one order of families serves all buffers at once. A value that
is read once, by the call that makes another, may give its slot to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from symrnn.grouping import Grouping
from symrnn.ir import Leaf, Node, Shape
from symrnn.lane_order import Wanted, best_order
from symrnn.operations import Bundle, Gathered, Operation, Reduction, Stacked, reads
from symrnn.phases import AFTER, BEFORE, LOOP, ONCE
from symrnn.step import Carry
from symrnn.storage import Buffer, Partition, Slot, joined


@dataclass
class Layout:
    """The slots of all values of a step, for the operations of its grouping."""

    grouping: Grouping
    keep: frozenset[Node]
    in_place: frozenset[tuple[Node, Node]]

    def __post_init__(self) -> None:
        self.step = self.grouping.step
        self.shifted = self.grouping.shifted
        self.states = self._stored_states()
        self.made = {r for o in self.grouping.operations for r in o.results}
        self.place, self.together, self.family = Partition(), Partition(), Partition()
        self.rows: set[Node] = set()
        for operation in self.grouping.operations:
            self._relate_rows(operation)
        bundles = [o for o in self.grouping.operations if isinstance(o, Bundle)]
        for operation in bundles:
            self._relate_places(operation)
        for operation in bundles:
            self._relate_lanes(operation)
        self.slots: dict[Node, Slot] = {}
        self._assign(self._ranked())

    def _stored_states(self) -> dict[Node, str]:
        """The values that are written straight into a state buffer: of several, that of their name, or the first.

        An adjoint has such a buffer only where it is filled apart from the loop.
        """
        states: dict[Node, str] = {}
        for carry in self.shifted if self.step.reverse else self.step.carries:
            stored = not isinstance(carry.write.op, Leaf) and self.grouping.phase[carry.write] not in ONCE
            if stored and (carry.write not in states or self.step.names[carry.write] == carry.name):
                states[carry.write] = carry.name
        return states

    def _relate_rows(self, operation: Operation) -> None:
        """Record what a matrix product reads or writes side by side."""
        match operation:
            case Stacked(results):
                wide = results
            case Gathered(_, _, operands):
                wide = operands
            case Reduction(_, left, right) if right is not None:
                wide = left
            case _:
                wide = ()
        wide = tuple(n for n in wide if self._placed(n))
        self.rows.update(wide)
        self._put_together(wide)

    def _relate_places(self, operation: Bundle) -> None:
        """Record which results of a bundle are written over what it reads."""
        for column in (c for c in operation.args if len(c) == len(operation.results)):
            for pair in zip(column, operation.results, strict=True):
                if pair in self.in_place:
                    self.place.merge(*pair)

    def _relate_lanes(self, operation: Bundle) -> None:
        """Record which values of a bundle want one buffer or one family of lanes.

        What matrix products need side by side stays apart from the rest: it is stored the other way.
        """
        columns = [c for c in operation.args if len(c) == len(operation.results)]
        for column in (c for c in columns if len(c) > 1):
            for arg, result in zip(column, operation.results, strict=True):
                self.family.merge(result, arg)
        for group in (operation.results, *(c for c in columns if len(c) > 1)):
            free = [n for n in group if self._placed(n)]
            self._put_together([n for n in free if n in self.rows])
            self._put_together([n for n in free if n not in self.rows])

    def _put_together(self, nodes: Sequence[Node]) -> None:
        for node in nodes[1:]:
            self.together.merge(nodes[0], node)

    def _placed(self, node: Node) -> bool:
        """Whether this layout finds a place for the value: an operation makes it, per tick, and it is no state."""
        return node in self.made and node not in self.states and self.grouping.phase[node] not in ONCE

    def _groups(self) -> dict[tuple[Node, Shape], list[Node]]:
        """Values by the buffer they share, in the order of the step."""
        for _, node in self.step.equations:  # values in one slot are in one buffer
            self.together.merge(self.together.find(self.place.find(node)), node)
        groups: dict[tuple[Node, Shape], list[Node]] = defaultdict(list)
        for _, node in self.step.equations:
            if self._placed(node):
                groups[self.together.find(node), node.shape].append(node)
        return groups

    def _ranked(self) -> dict[Node, int]:
        """A rank for every family of lanes, chosen so that bundles lie in stretches."""
        self.buffers = self._groups()
        linked = Partition()
        for members in self.buffers.values():
            for node in members[1:]:
                linked.merge(self._lane(members[0]), self._lane(node))
        components: dict[Node, list[Node]] = defaultdict(list)
        for lane in dict.fromkeys(self._lane(n) for n in self._preferred() if self._placed(n)):
            components[linked.find(lane)].append(lane)
        wanted: dict[Node, list[Wanted]] = defaultdict(list)
        for column in self._columns():
            wanted[linked.find(next(iter(column[1])))].append(column)
        rank: dict[Node, int] = {}
        for component, lanes in components.items():
            rank |= {lane: k for k, lane in enumerate(best_order(tuple(lanes), wanted[component]))}
        return rank

    def _lane(self, node: Node) -> Node:
        return self.family.find(self.place.find(node))

    def _preferred(self) -> Iterator[Node]:
        """All values, those that weight gradients are made of first and in the order of the parameters."""
        for operation in self.grouping.operations:
            if isinstance(operation, Reduction):
                yield from operation.left
        for _, node in self.step.equations:
            yield node

    def _columns(self) -> Iterator[Wanted]:
        """What should be a stretch: a weight, the lanes of its values, and all lanes of the buffer they are in."""
        everything = {key: {self._lane(n) for n in members} for key, members in self.buffers.items()}
        for operation in self.grouping.operations:
            match operation:
                case Bundle():
                    columns = [operation.results, *operation.args]
                case Gathered():
                    columns = [operation.operands]
                case Reduction():
                    columns = [operation.left]
                case _:
                    columns = []
            hot = any(self.grouping.phase.get(n) == LOOP for n in operation.results)
            for column in columns:
                held: dict[tuple[Node, Shape], list[Node]] = defaultdict(list)
                for node in column:
                    if self._placed(node):
                        held[self.together.find(node), node.shape].append(node)
                for key, placed in held.items():
                    if len(placed) > 1:
                        yield (4 if hot else 1), {self._lane(n) for n in placed}, everything[key]

    def _assign(self, rank: dict[Node, int]) -> None:
        """Make the buffers and give every value its slot."""
        for (_, shape), members in self.buffers.items():
            lanes: dict[Node, int] = {}
            for node in sorted(members, key=lambda n: rank[self._lane(n)]):
                lanes.setdefault(self.place.find(node), len(lanes))
            rows = any(n in self.rows for n in members) and len(shape) == 1
            kept = any(self._is_kept(n) for n in members)
            piece = kept and not any(n in self.keep for n in members)
            name = self._buffer_name(members, lanes)
            buffer = Buffer(name, len(lanes), shape, rows, kept, piece=piece)
            for node in members:
                self.slots[node] = Slot(buffer, lanes[self.place.find(node)])
        for node, name in self.states.items():
            held = f"d{name}[t+1]" if self.step.reverse else name
            buffer = Buffer(held, 1, node.shape, False, True, state=True)
            self.slots.setdefault(node, Slot(buffer, 0, previous=self.step.reverse))
        for carry in self.step.carries:
            if self.step.reverse:
                self.slots[carry.read] = self._arrival(carry)
            else:
                buffer = Buffer(carry.name, 1, carry.read.shape, False, True, state=True)
                self.slots[carry.read] = Slot(buffer, 0, previous=True)

    def _arrival(self, carry: Carry) -> Slot:
        """Where an adjoint arrives: in the place it was written to, unless that is overwritten before it is read.

        What is read after the loop is kept for every tick, in a buffer that tick t reads at t+1 and writes at t.
        """
        name, shape = f"d{carry.name}[t+1]", carry.read.shape
        if carry.read in self._read_later or carry.read in self.keep or carry in self.shifted:
            return Slot(Buffer(name, 1, shape, False, True, state=True), 0)
        slot = self.slots.get(carry.write)
        handed_on = any(c.write is carry.read for c in self.step.carries)
        taken = [self.slots.get(c.read) for c in self.step.carries]
        if slot and not slot.buffer.kept and slot.buffer.lanes == 1 and slot not in taken and not handed_on:
            reading = [k for k, o in enumerate(self.grouping.operations) if carry.read in reads(o)]
            writing = [
                k for k, o in enumerate(self.grouping.operations) if any(self.slots.get(r) == slot for r in o.results)
            ]
            if max(reading, default=-1) < min(writing):
                return slot
        return Slot(Buffer(name, 1, shape, False, False), 0)

    def _is_kept(self, node: Node) -> bool:
        phase = self.grouping.phase[node]
        return phase in (BEFORE, AFTER) or node in self.keep or node in self._read_later

    @cached_property
    def _read_later(self) -> set[Node]:
        later: set[Node] = set()
        for operation in self.grouping.operations:
            if isinstance(operation, Reduction) or self.grouping.phase[operation.results[0]] == AFTER:
                later.update(reads(operation))
        return later

    def _buffer_name(self, members: list[Node], lanes: dict[Node, int]) -> str:
        """The names of the values that end up in the lanes, in their order."""
        final: dict[Node, Node] = {}
        for node in members:
            final[self.place.find(node)] = node
        return joined([self.step.names[final[lane]] for lane in lanes])
