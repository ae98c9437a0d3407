"""Single calls to operations: which of them are one call over several lanes.

Lanes of one call have the same function; their operands stand side by side in a buffer, or are parameters laid side by
side once a call, or are one value for all lanes. The layout comes after: here lanes are put together that could lie
side by side, and where they then do not, a bundle falls apart into runs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass

import sympy

from symrnn.backends.numpy_batches import Batch, Batches
from symrnn.backends.numpy_single import gathered
from symrnn.grouping import FEWEST_BROADCAST_LANES, Grouping
from symrnn.ir import Contract, Leaf, Node, Pointwise, slot
from symrnn.operations import Bundle
from symrnn.phases import BEFORE, LOOP, ONCE, STATIC
from symrnn.simplify import is_parameter, is_scaled_matvec


def commutes(expr: sympy.Expr) -> bool:
    """Whether the two operands of a call can change places."""
    return expr in (slot(0) * slot(1), slot(0) + slot(1))


@dataclass
class CallGrouping(Grouping):
    """The operations of a step in single calls."""

    def _is_matvec(self, node: Node) -> bool:
        return is_scaled_matvec(node)

    def _bundle(self, nodes: list[Node]) -> list[Bundle]:
        calls = [n for n in nodes if isinstance(n.op, Pointwise)]
        self._lone = {c.write for c in self.step.carries} & {n for _, n in self.step.outputs}
        self._beside = {v for g in self._gather() for v in g.operands}
        self.depth = self._depth_of_calls()
        found = self._loop_batches(nodes, [n for n in calls if self.phase[n] == LOOP])
        groups: dict[Hashable, list[Node]] = defaultdict(list)
        for node in calls:
            if self.phase[node] != LOOP:
                groups[self.phase[node], self.depth[node], self._kind(node)].append(node)
        for group in groups.values():
            found += self.split(tuple(group))
        return [self.bundle_of(batch) for batch in found]

    def _depth_of_calls(self) -> dict[Node, int]:
        """The length of the longest chain of calls that ends in each value; what is static comes first."""
        shifts = {c.read: c.write for c in self.shifted if not isinstance(c.write.op, Leaf)}
        depth: dict[Node, int] = dict.fromkeys(self.step.leaves, 0)
        for _ in range(1 + len(shifts)):
            for _, node in self.step.equations:
                once = self.phase[node] == STATIC
                depth[node] = 0 if once else 1 + max((depth[a] for a in node.args), default=0)
            depth |= {read: depth[write] for read, write in shifts.items()}
        return depth

    def _kind(self, node: Node) -> Hashable:
        assert isinstance(node.op, Pointwise)
        return node.op.expr, node.shape

    def _loop_batches(self, nodes: list[Node], calls: list[Node]) -> list[Batch]:
        """The calls of the loop in the order that takes the fewest."""
        looping = [n for _, n in self.step.equations if self.phase[n] == LOOP and not isinstance(n.op, Leaf)]
        inside = set(looping)
        needs = {n: {a for a in n.args if a in inside} for n in looping}
        single = set(calls)
        kind = {n: self._kind(n) for n in looping if n in single}
        return Batches(looping, kind, needs, self.split).order()

    def split(self, nodes: tuple[Node, ...]) -> list[Batch]:
        """Calls of one function that are ready together, as the batches that they make."""
        if nodes[0].shape[1:] or len(nodes) == 1:
            return [(n,) for n in nodes]
        batches, rest = self._shared(list(nodes))
        groups: dict[Hashable, list[Node]] = {}
        for node in rest:
            kinds = tuple(self.operand_kind(a) for a in node.args)
            loose = None in kinds or node in self._lone
            key: Hashable = node if loose else (node in self._beside, self._ordered_kinds(node, kinds))
            number = 0
            while any(set(n.args) & set(node.args) for n in groups.get((key, number), ())):
                number += 1
            groups.setdefault((key, number), []).append(node)
        return [*batches, *(tuple(g) for g in groups.values())]

    def _ordered_kinds(self, node: Node, kinds: tuple[Hashable, ...]) -> tuple[Hashable, ...]:
        assert isinstance(node.op, Pointwise)
        return tuple(sorted(kinds, key=str)) if commutes(node.op.expr) else kinds

    def _shared(self, nodes: list[Node]) -> tuple[list[Batch], list[Node]]:
        """Batches of products that share a factor, and what is left."""
        batches: list[Batch] = []
        assert isinstance(nodes[0].op, Pointwise)
        if not commutes(nodes[0].op.expr):
            return [], nodes
        for shared in dict.fromkeys(a for n in nodes for a in n.args):
            if self.phase[shared] == STATIC:
                continue
            groups: dict[Hashable, list[Node]] = defaultdict(list)
            for node in nodes:
                if shared in node.args:
                    groups[self._other_kind(other(node, shared))].append(node)
            for kind, group in groups.items():
                computed = sum(not isinstance(other(n, shared).op, Leaf) for n in group)
                if kind is not None and len(group) >= FEWEST_BROADCAST_LANES and computed >= 2:
                    batches.append(tuple(group))
                    nodes = [n for n in nodes if n not in group]
        return batches, nodes

    def _other_kind(self, node: Node) -> Hashable:
        """As ``operand_kind``; a tape value can be copied beside what is computed before the loop."""
        if isinstance(node.op, Leaf) and node.op.role == "tape":
            return "before", node.shape
        return self.operand_kind(node)

    def operand_kind(self, node: Node) -> Hashable:
        """What operands must have in common to stand side by side; None for what stands alone."""
        if is_parameter(node):
            return "parameter", node.shape
        if isinstance(node.op, Leaf):
            return ("free", node.shape) if self.phase[node] == LOOP else None
        if self.phase[node] in ONCE:
            return None
        if self.phase[node] == BEFORE:
            return "before", node.shape
        if is_scaled_matvec(node):
            assert isinstance(node.op, Contract)
            return "product", node.op.spec, node.args[1], node.shape
        alone = isinstance(node.op, Pointwise) and gathered(node)
        return None if alone else ("free", node.shape)

    def bundle_of(self, batch: Batch) -> Bundle:
        """One call; operands that all lanes share are one, operands that can change places stand with their kind."""
        op = batch[0].op
        assert isinstance(op, Pointwise)
        rows = [list(n.args) for n in batch]
        if commutes(op.expr):
            shared = next((a for a in rows[0] if len(batch) > 1 and all(a in row for row in rows)), None)
            rows = [sorted(row, key=lambda a: (a is not shared, str(self.operand_kind(a)))) for row in rows]
        columns = list(zip(*rows, strict=True))
        for column in columns if len(batch) > 1 else ():
            if any(not isinstance(a.op, Leaf) for a in column) and len(set(column)) > 1:
                self.copied |= dict.fromkeys(a for a in column if isinstance(a.op, Leaf) and a.op.role == "tape")
        return Bundle(batch, op.expr, tuple(c[:1] if len(set(c)) == 1 else tuple(c) for c in columns))


def other(node: Node, operand: Node) -> Node:
    """The operand of a product beside the given one."""
    return node.args[1] if node.args[0] is operand else node.args[0]
