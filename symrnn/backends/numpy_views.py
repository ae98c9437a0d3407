"""Views: how the value in a slot is read at one tick, inside a loop, and as a whole, over all ticks."""

from __future__ import annotations

from dataclasses import dataclass, field

from symrnn.backends.numpy_names import (
    ADJOINT,
    MADE,
    STATIC_VALUE,
    VALUE,
    Names,
    Parameters,
    comment,
    interval,
    shape_of_buffer,
    size,
)
from symrnn.errors import EmitError
from symrnn.ir import SCALAR, Leaf, Node
from symrnn.phases import STATIC
from symrnn.schedule import Direction
from symrnn.simplify import is_parameter
from symrnn.storage import Buffer, Slot, joined, stretches

EVERY, PIECE, NONE = "every tick", "the ticks of a piece", "no time"


@dataclass(frozen=True)
class View:
    """A value as an array: the name it has at one tick, the array that holds it, and which part of that it is.

    ``held`` is indexed by ``index`` behind the time axis; ``time`` says what that axis is: every tick, those of one
    piece, or none. ``part`` is the run of its T+1 entries that is meant: ``:-1`` those of t, ``1:`` those of t+1.
    """

    name: str
    held: str
    time: str = NONE
    index: str = ""
    part: str = ""

    @property
    def kept(self) -> bool:
        """Whether there is a time axis."""
        return self.time != NONE

    @property
    def all(self) -> str:
        """All that is held of it."""
        index = [self.part or ":"] * self.kept + [self.index] * bool(self.index)
        return f"{self.held}[{', '.join(index)}]" if self.index or self.part else self.held

    @property
    def now(self) -> str:
        """The ticks of the piece of time that is being worked on."""
        if not self.kept:
            return self.all
        ticks = "now" if self.time == EVERY else ":steps"
        later = "[1:]" if self.part == "1:" else ""
        return f"{self.held}{later}[{', '.join([ticks, *([self.index] if self.index else [])])}]"

    @property
    def ticks(self) -> str:
        """What gives one view for each tick of the sequence when it is gone through."""
        if self.time != PIECE:
            return self.all
        return f"[*{self.all}] * {self.held.partition('.')[0]}.pieces"


@dataclass
class Views:
    """The views of one direction of one module; ``own`` is the variable that holds its buffers.

    ``outer`` holds the views of values from the other direction (the tape).
    """

    direction: Direction
    names: Names
    parameters: Parameters
    own: str
    outer: Views | None = None
    ticks: dict[str, str] = field(default_factory=dict)
    fixed: dict[str, str] = field(default_factory=dict)
    inputs: dict[Node, str] = field(default_factory=dict)
    lanes_of: dict[Slot, str] = field(default_factory=dict)
    lane_names: dict[tuple[Buffer, int], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for node, name in self.direction.step.names.items():
            if node in self.direction.layout.slots:
                place = self.direction.layout.slots[node]
                self.lanes_of[place] = self.lane_names[place.buffer, place.lane] = name

    def buffers(self) -> list[Buffer]:
        """The buffers of this direction, each once."""
        return list(dict.fromkeys(s.buffer for s in self.direction.layout.slots.values()))

    def named(self, name: str) -> str:
        """The identifier of a value of this direction."""
        return self.names(name, ADJOINT if self.outer else VALUE)

    def made(self, name: str) -> str:
        """An identifier for what holds several values, or none of them; no author's name can meet it."""
        return self.names(name, f"{MADE} {self.own}")

    def static(self, node: Node) -> str:
        """The identifier of a value that depends on parameters alone; a state of its name has another."""
        return self.names(self.direction.step.names[node], f"{STATIC_VALUE} {self.own}")

    def attribute(self, buffer: Buffer) -> str:
        """The array that holds a buffer."""
        return f"{self.own}.{(self.named if buffer.lanes == 1 else self.made)(buffer.name)}"

    def slot(self, node: Node) -> Slot:
        return self.direction.layout.slots[node]

    def first(self, slot: Slot, tick: str) -> str:
        """An arriving adjoint outside the loop; ``tick`` says which entry of a buffer with a time axis."""
        view = self.lanes([slot])
        entry = ", ".join([tick, *([view.index] if view.index else [])])
        return f"{view.held}[{entry}]" if slot.buffer.state else view.all

    def ticks_of(self, buffer: Buffer) -> str:
        """The number of entries of a buffer with a time axis."""
        return (f"{self.own}.piece" if buffer.piece else "T") + (" + 1" if buffer.state else "")

    def allocate(self, buffer: Buffer) -> str:
        """The statement that makes a buffer."""
        lead = [self.ticks_of(buffer)] if buffer.kept else []
        extents = shape_of_buffer(buffer.lanes, buffer.shape, buffer.rows, self.names, lead)
        lanes = [self.lane_names.get((buffer, k), "") for k in range(buffer.lanes)]
        held = f"  # {', '.join(lanes)}: {comment(buffer.shape)} each" if buffer.lanes > 1 else ""
        return f"{self.attribute(buffer)} = np.empty({extents}, dtype){held}"

    def lane_major(self, buffer: Buffer) -> str:
        """A buffer with its lanes as an axis of their own, in front of the batch."""
        side_by_side = buffer.rows and buffer.lanes > 1
        return f"{self.own}.{self.made(f'{buffer.name}_lanes')}" if side_by_side else self.attribute(buffer)

    def lane_view(self, buffer: Buffer) -> list[str]:
        """The statement that makes the lane-major view of a batch-major buffer."""
        if not buffer.rows or buffer.lanes == 1:
            return []
        lead = f"{self.ticks_of(buffer)}, " if buffer.kept else ""
        axes = "0, 2, 1, 3" if buffer.kept else "1, 0, 2"
        width = size(buffer.shape[0], self.names)
        source = f"{self.attribute(buffer)}.reshape({lead}B, {buffer.lanes}, {width})"
        return [f"{self.lane_major(buffer)} = {source}.transpose({axes})"]

    def lanes(self, slots: list[Slot]) -> View:
        """The view of a run of lanes."""
        buffer, first, last = slots[0].buffer, slots[0].lane, slots[-1].lane
        index, part = "", part_of(slots[0])
        if len(slots) == 1 and buffer.lanes > 1:
            index = str(first)
        elif len(slots) < buffer.lanes:
            index = f"{first}:{last + 1}"
        return View(self.run_name(slots), self.lane_major(buffer), time_of(buffer), index, part)

    def run_name(self, slots: list[Slot]) -> str:
        """The name of a run of lanes, made of the names of the values that end up there."""
        if slots[0].buffer.rows and len(slots) == slots[0].buffer.lanes > 1:
            return self.made(f"{slots[0].buffer.name}_lanes")
        names = [self.lanes_of.get(s, f"{s.buffer.name}[t-1]") for s in slots]
        return (self.named if len(slots) == 1 else self.made)(joined(names))

    def rows(self, slots: list[Slot]) -> View:
        """A run of lanes side by side, (B, k·n), as matrix products read and write them."""
        buffer, first, last = slots[0].buffer, slots[0].lane, slots[-1].lane
        if not buffer.rows or buffer.lanes == 1:
            if len(slots) > 1:
                raise EmitError(f"lanes of {buffer.name} do not lie side by side")
            return self.lanes(slots)
        name, index, part = self.made(buffer.name), "", part_of(slots[0])
        if len(slots) < buffer.lanes:
            name = self.made(f"{joined([self.lanes_of[s] for s in slots])}_rows")
            width = buffer.shape[0]
            index = f":, {interval(first * width, (last + 1) * width, self.names)}"
        return View(name, self.attribute(buffer), time_of(buffer), index, part)

    def tick(self, view: View) -> str:
        """The local name of a view inside the loop; kept views run with the ticks, others are bound once."""
        bound, text = (self.ticks, view.ticks) if view.kept else (self.fixed, view.all)
        if bound.setdefault(view.name, text) != text:
            raise EmitError(f"{view.name} would stand for {bound[view.name]} and for {text}")
        return view.name

    def leaf(self, node: Node) -> View:
        """A value from outside this direction: an input or cotangent, or a value of the other direction."""
        assert isinstance(node.op, Leaf)
        if node in self.direction.layout.slots:
            return self.lanes([self.slot(node)])
        return self.outside(node)

    def outside(self, node: Node) -> View:
        """A leaf where it comes from."""
        assert isinstance(node.op, Leaf)
        if node.op.role in ("tape", "static") and self.outer:
            return self.outer.value(self.outer.find(node.op.name))
        name = self.named(node.op.name)
        time = PIECE if node.op.role == "cotangent" and node not in self.direction.keep else EVERY
        return View(name, f"{self.inputs.get(node, self.own)}.{name}", time)

    def value(self, node: Node) -> View:
        """The view of one value, wherever it lives."""
        if node in self.direction.layout.slots:
            return self.lanes([self.slot(node)])
        if is_parameter(node):
            return View(self.made(self.direction.step.names[node]), self.parameters.scaled(node))
        if self.direction.grouping.phase.get(node) == STATIC and not isinstance(node.op, Leaf):
            return View(self.static(node), f"{self.own}.{self.static(node)}")
        return self.leaf(node)

    def find(self, name: str) -> Node:
        """The value that the other direction knows by a name."""
        step = self.direction.step
        return dict(step.outputs).get(name) or step.find(name)

    def per_sample(self, node: Node) -> bool:
        """Whether a value has a time and a batch axis, or one for the whole sequence would do."""
        if self.outer and isinstance(node.op, Leaf) and node.op.role in ("tape", "static"):
            return self.outer.per_sample(self.outer.find(node.op.name))
        return self.direction.grouping.phase[node] != STATIC

    def runs(self, columns: list[tuple[Node, ...]]) -> list[list[int]]:
        """Cut the lanes of a bundle into runs that are stretches in all of the columns that have slots."""
        placed = [c for c in columns if all(n in self.direction.layout.slots for n in c)]
        rest = [c for c in columns if c not in placed]
        loose = not all(is_parameter(n) for c in rest for n in c)
        if loose or not placed:
            return [[k] for k in range(len(columns[0]))]
        return stretches([tuple(self.slot(n) for n in c) for c in placed])

    def raised(self, text: str, node: Node, rank: int) -> str:
        """A scalar beside matrices needs its axes at the end."""
        return f"{text}[..., None]" if node.shape == SCALAR and rank > 1 else text


def part_of(slot: Slot) -> str:
    """Which run of the entries of a state's buffer a slot means."""
    return "" if not slot.buffer.state else ":-1" if slot.previous else "1:"


def time_of(buffer: Buffer) -> str:
    """What the time axis of a buffer is."""
    return NONE if not buffer.kept else PIECE if buffer.piece else EVERY
