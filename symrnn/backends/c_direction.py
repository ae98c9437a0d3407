"""One direction as the statements of its stages, and the functions that they call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from symrnn.backends.c_ends import Ends
from symrnn.backends.c_functions import FunctionWriter
from symrnn.backends.c_fusion import Block, Pass, fuse
from symrnn.backends.c_operations import AHEAD, BEHIND, ENDING, ONCE, TICK, Function, Outer
from symrnn.backends.c_passes import PassWriter
from symrnn.backends.c_places import BATCH, CHUNK, FULL, LONG, SINGLE, TURNS, Buffer, Places
from symrnn.backends.c_products import Products
from symrnn.backends.c_streams import rows_at
from symrnn.backends.c_text import Formula, factor, size
from symrnn.backends.c_work import Work
from symrnn.ir import Node
from symrnn.operations import Gathered, Stacked

STAGES = (ONCE, AHEAD, TICK, BEHIND, ENDING)
# How many rows a buffer has, as the emitted file spells it.
ROWS = {SINGLE: "", BATCH: "B", TURNS: "2 * B", CHUNK: "ticks * B", FULL: "T * B", LONG: "(T + 1) * B"}


@dataclass
class Direction:
    """The text of one direction; ``title`` is forward, backward or step, and names its functions."""

    title: str
    work: Work
    places: Places
    ends: Ends
    accurate: bool
    passes: list[dict[str, Any]] = field(default_factory=list)
    functions: list[dict[str, Any]] = field(default_factory=list)
    stages: dict[str, list[str]] = field(default_factory=dict)

    def write(self) -> None:
        """Plan, place and write everything."""
        work, places = self.work, self.places
        work.plan(self.ends.direct)
        shifted = {c.read: c.write for c in work.step.carries if c.name in work.chunked}
        blocks: dict[str, list[Block]] = {stage: fuse(work.operations[stage], shifted) for stage in STAGES}
        places.assign(blocks, work.stage)
        self.products = Products(places, work.single)
        self.formula = Formula(places.names, self.accurate)
        self.scratch: list[str] = []
        for stage in STAGES:
            self.stages[stage] = [line for block in blocks[stage] for line in self.block(block, stage)]
        self.scratch += self.products.scratch
        self.packing = self.products.packing()

    def block(self, block: Block, stage: str) -> list[str]:
        """The statements of one block."""
        match block:
            case Pass():
                return [self.run_pass(block, stage)]
            case Function(node):
                return [self.run_function(node, stage)]
            case Stacked():
                return [self.note(block.results), *self.products.stacked(block, stage)]
            case Gathered():
                target = self.places.place(block.result)
                return [self.note(block.results), *self.products.gathered(block, stage, target, add=False)]
            case Outer():
                targets = [self.ends.targets[block.kind, name] for name in block.names]
                return [f"/* {', '.join(block.names)} */", *self.products.outer(block, targets, stage)]

    def note(self, nodes: tuple[Node, ...]) -> str:
        return f"/* {', '.join(self.places.step_names[n] for n in nodes)} */"

    def run_pass(self, block: Pass, stage: str) -> str:
        """Write the function of a pass; its call."""
        name = f"{self.title}_pass_{len(self.passes) + 1}"
        writer = PassWriter(block, self.places, self.formula, self.ends.targets)
        writer.write()
        self.passes.append(writer.context(name))
        return writer.call(name, stage, rows_at(stage))

    def run_function(self, node: Node, stage: str) -> str:
        """Write the function of a contraction or of a function of whole values; its call."""
        name = f"{self.title}_whole_{len(self.functions) + 1}"
        writer = FunctionWriter(node, self.places)
        writer.write()
        self.functions.append(writer.context(name))
        if writer.scratch:
            self.scratch.append(writer.scratch)
        return writer.call(name, stage, rows_at(stage))

    def memory(self, buffers: list[Buffer]) -> list[dict[str, str]]:
        """The buffers as the template lays them out."""
        names = self.places.names
        found = []
        for b in buffers:
            packed = b.rows.startswith("packed_size")
            count = b.rows if packed else " * ".join(filter(None, (ROWS[b.rows], factor(b.stride, names))))
            found.append({"name": b.name, "count": count, "note": b.note, "shape": _shape(b, packed, names)})
        return found


def _shape(buffer: Buffer, packed: bool, names: Any) -> str:
    """The shape of a buffer for its comment."""
    if packed:
        return "packed"
    lead = {SINGLE: "", BATCH: "B, ", TURNS: "2, B, ", CHUNK: "ticks, B, ", FULL: "T, B, ", LONG: "T + 1, B, "}
    return f"({lead[buffer.rows]}{size(buffer.stride, names)})"
