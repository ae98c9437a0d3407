"""What is given and what is wanted of one direction: places of leaves, of carries and of results.

A carry that the backward direction reads has T + 1 entries, its first the start; any other has two, used in turn.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from symrnn.backends.c_fields import Fields
from symrnn.backends.c_operations import RARE, role, root
from symrnn.backends.c_places import BATCH, FULL, LONG, SINGLE, TURNS, ZERO, Place, Places, leaf_name
from symrnn.backends.c_text import extent, factor
from symrnn.backends.c_work import Work
from symrnn.ir import Leaf, Node
from symrnn.primitives import Total
from symrnn.step import Carry, Step


@dataclass
class Ends:
    """Results by kind and name: where they go, and which of them are computed there.

    ``slots`` gives for every carry its name, the place where it is read, and where it is written.
    """

    targets: dict[tuple[str, str], Place] = field(default_factory=dict)
    direct: set[tuple[str, str]] = field(default_factory=set)
    slots: list[tuple[str, Place, Place]] = field(default_factory=list)


def leaves(step: Step, places: Places, fields: Fields, rows: str) -> None:
    """The places of inputs and parameters."""
    for node in step.inputs:
        if role(node) == "input":
            found = fields.inputs[leaf_name(node)]
            places.known[node] = Place(f"x->{found.name}", rows, extent(node.shape))
    for node in step.parameters:
        places.known[node] = fields.parameter(leaf_name(node), "p")


def _own(step: Step, work: Work) -> dict[Node, Carry]:
    """The carry that a value is written into as it is computed: the first of those that it is handed on by."""
    found: dict[Node, Carry] = {}
    for carry in step.carries:
        node = carry.write
        if not isinstance(node.op, Leaf) and root(node) is node and work.stage[node] not in RARE:
            found.setdefault(node, carry)
    return found


def _placeable(node: Node, work: Work) -> bool:
    """Whether a value is computed by the ticks, so that it can be computed in a place of its own."""
    return not isinstance(node.op, Leaf) and root(node) is node and work.stage[node] not in RARE


def _carries(step: Step, work: Work, places: Places, long: Collection[str], ends: Ends, adjoint: bool) -> None:
    """Buffers for the carries; ``long`` names those that keep all their entries."""
    own, late = _own(step, work), work.read_in_chunks()
    long = {*long, *(c.name for c in step.carries if c.read in late or (own.get(c.write) is c and c.write in late))}
    for carry in step.carries:
        name, width = f"d{carry.name}" if adjoint else carry.name, extent(carry.read.shape)
        rows = LONG if carry.name in long else TURNS
        base = places.buffer(name, rows, width, carry.name, tape=rows == LONG and not adjoint)
        before, after = (Place(base, rows, width, ZERO, later) for later in (0, 1))
        read, write = (after, before) if adjoint else (before, after)
        places.known[carry.read] = read
        ends.slots.append((carry.name, read, write))
        ends.targets["carry", carry.name] = write
        if own.get(carry.write) is carry:
            places.known[carry.write] = write
            ends.direct.add(("carry", carry.name))


def forward_ends(step: Step, work: Work, places: Places, fields: Fields, kept: Collection[Node]) -> Ends:
    """The ends of the forward direction; outputs are part of the tape."""
    ends, own = Ends(), _own(step, work)
    leaves(step, places, fields, FULL)
    shown = {node for _, node in step.outputs} | set(kept)
    long = {c.name for c in step.carries if c.read in kept} | set(work.chunked)
    long |= {own[node].name for node in shown if node in own}
    _carries(step, work, places, long, ends, adjoint=False)
    for name, node in step.outputs:
        if not _placeable(node, work) or node not in places.known:
            width = extent(node.shape)
            place = Place(places.buffer(name, FULL, width, name, tape=True), FULL, width)
            if _placeable(node, work):
                places.known[node] = place
        else:
            place = places.known[node]
        ends.targets["output", name] = place
        if _placeable(node, work):
            ends.direct.add(("output", name))
    return ends


def backward_ends(
    step: Step, work: Work, places: Places, fields: Fields, ahead: Places, kept: dict[str, Node]
) -> Ends:
    """The ends of the backward direction; ``ahead`` knows the places of the forward values."""
    ends = Ends()
    leaves(step, places, fields, FULL)
    for node in step.inputs:
        name = leaf_name(node)
        if role(node) == "cotangent":
            found = fields.outputs[name.removeprefix("dy_")]
            places.known[node] = Place(f"dy->{found.name}", FULL, extent(node.shape))
        elif name in kept:
            places.known[node] = ahead.place(kept[name])
    _carries(step, work, places, set(work.chunked), ends, adjoint=True)
    for name, node in step.outputs:
        place = Place(f"dx->{fields.inputs[name.removeprefix('d')].name}", FULL, extent(node.shape))
        ends.targets["output", name] = place
        if _placeable(node, work) and node not in places.known:
            places.known[node] = place
            ends.direct.add(("output", name))
    for name, _ in step.sums:
        ends.targets["sum", name] = fields.parameter(name.removeprefix("d"), "dp")
    for name, node in step.equations:
        if isinstance(node.op, Total):
            base = places.buffer(name, SINGLE, extent(node.shape), name)
            places.known[node] = ends.targets["total", name] = Place(base, SINGLE)
    return ends


def single_ends(step: Step, work: Work, places: Places, fields: Fields) -> Ends:
    """The ends of a step alone: states come from one struct and go to another."""
    ends, own = Ends(), _own(step, work)
    leaves(step, places, fields, BATCH)
    for carry in step.carries:
        width, name = extent(carry.read.shape), fields.states[carry.name].name
        read = Place(f"state->{name}", BATCH, width)
        places.known[carry.read] = read
        write = replace(read, base=f"next->{name}")
        ends.targets["carry", carry.name] = write
        if own.get(carry.write) is carry:
            places.known[carry.write] = write
            ends.direct.add(("carry", carry.name))
    for name, node in step.outputs:
        place = Place(f"y->{fields.outputs[name].name}", BATCH, extent(node.shape))
        ends.targets["output", name] = place
        if _placeable(node, work) and node not in places.known:
            places.known[node] = place
            ends.direct.add(("output", name))
    return ends


def slot(place: Place, index: str, places: Places) -> str:
    """The address of one entry of a carry: entry ``index`` of 0 to T."""
    at = f"{index} % 2" if place.rows == TURNS else index
    return place.base if index == "0" else f"{place.base} + {at} * B * {factor(place.stride, places.names)}"
