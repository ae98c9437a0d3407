"""Where values live: the arrays of the caller, the tape, and buffers of one tick or one chunk of ticks.

A place is a pointer and a stride from row to row, where a row is one sequence at one tick. Values that a product reads
or writes side by side are neighbours in one buffer, in the order of the rows of the parameters. What is computed and
read in one pass is in no memory at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import sympy

from symrnn.backends.c_fusion import Block, Pass, block_reads, block_results
from symrnn.backends.c_operations import BEHIND, CHUNKED, RARE, Outer, Put, Tally, root
from symrnn.backends.c_text import KEYWORDS, MACROS, Names, extent
from symrnn.ir import Leaf, Node, Shape
from symrnn.operations import Gathered, Stacked
from symrnn.primitives import Slice
from symrnn.storage import Partition, joined

# How many rows a buffer has: one, those of a tick, of two ticks in turn, of a chunk, of T ticks, of T + 1 ticks.
SINGLE, BATCH, TURNS, CHUNK, FULL, LONG = "single", "batch", "turns", "chunk", "full", "long"
ZERO = sympy.Integer(0)


@dataclass(frozen=True)
class Place:
    """Where a value lies: ``offset`` numbers behind ``base`` in each row; ``later`` counts ticks."""

    base: str
    rows: str
    stride: sympy.Expr = ZERO
    offset: sympy.Expr = ZERO
    later: int = 0

    def moved(self, by: sympy.Expr) -> Place:
        """The place of a part of the value."""
        return replace(self, offset=sympy.expand(self.offset + by))

    @property
    def stream(self) -> Place:
        """The rows that the value is part of."""
        return replace(self, offset=ZERO)


@dataclass(frozen=True)
class Buffer:
    """Memory of the tape or of the scratch memory; ``shape`` is what a comment says of a row."""

    name: str
    rows: str
    stride: sympy.Expr
    note: str


@dataclass
class Places:
    """The places of the values of one direction.

    ``known`` holds leaves and values whose place is decided by whoever called; ``kept`` values are part of the tape.
    """

    names: Names
    step_names: dict[Node, str]
    rank: dict[Node, int]
    known: dict[Node, Place] = field(default_factory=dict)
    kept: frozenset[Node] = frozenset()
    forward: bool = False
    buffers: list[Buffer] = field(default_factory=list)
    tape: list[Buffer] = field(default_factory=list)

    def place(self, node: Node) -> Place:
        """The place of a value, or of the part of one that it is a view of."""
        offset = ZERO
        while node not in self.known:
            if isinstance(node.op, Slice):
                offset += node.op.start * extent(node.args[0].shape[1:])
            assert root(node) is not node, f"{self.step_names.get(node, node)} has no place"
            node = node.args[0]
        return self.known[node].moved(offset)

    def held(self, node: Node) -> bool:
        """Whether a value is in memory."""
        return node in self.known or (root(node) is not node and self.held(node.args[0]))

    def buffer(self, wish: str, rows: str, stride: sympy.Expr, note: str, tape: bool = False) -> str:
        """A new buffer; its pointer as the code spells it."""
        held = self.tape if tape else self.buffers
        name = Names(taken={*KEYWORDS, *MACROS, *(b.name for b in held)})(wish)
        held.append(Buffer(name, rows, stride, note))
        return f"{'w' if tape else 'v'}.{name}"

    def assign(self, blocks: dict[str, list[Block]], stage: dict[Node, str]) -> None:
        """Find a place for every value that is read outside the pass that computes it."""
        wanted = self._wanted(blocks)
        kinds = {n: self._rows(n, stage, blocks) for n in wanted}
        together = Partition()
        order: dict[Node, int] = {}
        for group in (g for stage_blocks in blocks.values() for b in stage_blocks for g in self._neighbours(b)):
            free = [n for n in group if n in kinds]
            for node in free:
                order.setdefault(node, len(order))
            for node in free[1:]:
                if kinds[node] == kinds[free[0]]:
                    together.merge(free[0], node)
        self._alike(wanted, kinds, order, together)
        groups: dict[Node, list[Node]] = {}
        for node in wanted:
            groups.setdefault(together.find(node), []).append(node)
        for members in groups.values():
            members.sort(key=lambda n: order.get(n, len(order)))
            self._lay(members, kinds[members[0]])

    def _alike(
        self, wanted: Sequence[Node], kinds: dict[Node, str], order: dict[Node, int], together: Partition
    ) -> None:
        """Values of the tape that no product asks for lie side by side, those of one shape."""
        first: dict[Shape, Node] = {}
        for node in wanted:
            if node not in order and kinds[node] == FULL:
                together.merge(first.setdefault(node.shape, node), node)

    def _lay(self, members: list[Node], rows: str) -> None:
        """One buffer for several values."""
        stride = sympy.expand(sum((extent(n.shape) for n in members), ZERO))
        names = [self.step_names[n] for n in members]
        note = ", ".join(names)
        offset = ZERO
        tape = rows == FULL or (rows == SINGLE and self.forward)
        base = self.buffer(joined(names), rows, stride, note, tape)
        for node in members:
            self.known[node] = Place(base, rows, ZERO if rows == SINGLE else stride, offset)
            offset = sympy.expand(offset + extent(node.shape))

    def _wanted(self, blocks: dict[str, list[Block]]) -> list[Node]:
        """Values that need memory and have none yet, in the order in which they are computed."""
        read = {root(n) for many in blocks.values() for b in many for n in block_reads(b)}
        read |= {root(n) for n in self.kept}
        for many in blocks.values():
            for block in many:
                # A whole value is written to memory whoever reads it.
                read.update(() if isinstance(block, Pass) else block_results(block))
                if isinstance(block, Pass):
                    read |= {root(n) for o in block.operations for n in _viewed(o)}
        made = dict.fromkeys(r for many in blocks.values() for b in many for r in block_results(b))
        return [n for n in made if n in read and n not in self.known]

    def _neighbours(self, block: Block) -> list[list[Node]]:
        """What a product reads or writes side by side, in the order of the parameters."""
        match block:
            case Stacked() if not block.transposed:
                values = block.results
            case Gathered() if block.transposed:
                values = block.operands
            case Outer():
                return [list(block.left)]
            case _:
                return []
        ranked = sorted(zip(block.weights, values, strict=True), key=lambda p: self.rank.get(p[0], len(self.rank)))
        return [[value for _, value in ranked]]

    def _rows(self, node: Node, stage: dict[Node, str], blocks: dict[str, list[Block]]) -> str:
        """How many rows the buffer of a value has."""
        if stage[node] in RARE:
            return SINGLE
        if node in {root(n) for n in self.kept}:
            return FULL
        if stage[node] in CHUNKED:
            return CHUNK
        later = {root(n) for b in blocks.get(BEHIND, ()) for n in block_reads(b)}
        return CHUNK if node in later else BATCH


def _viewed(operation: object) -> list[Node]:
    """The operands of an operation that are views: what they are views of has to be in memory."""
    if isinstance(operation, Put | Tally):
        return [operation.node] if root(operation.node) is not operation.node else []
    node = getattr(operation, "node", None)
    return [a for a in node.args if root(a) is not a] if isinstance(node, Node) else []


def leaf_name(node: Node) -> str:
    """The name of a leaf."""
    assert isinstance(node.op, Leaf)
    return node.op.name
