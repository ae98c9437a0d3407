"""Storage: buffers of lanes, the slots of values in them, and how lanes are named and cut into stretches.

A buffer holds lanes of equal length in one of two ways. ``rows`` is batch-major, (B, k·n): what a matrix product reads
and writes. Otherwise it is lane-major, (k, B, n): one contiguous block a lane, what elementwise calls like. A kept
buffer has a leading time axis; a state buffer has T+1 entries, so that t-1 and t are two views of it. Time is gone
through in pieces, and what nobody reads beyond its own piece has a buffer as long as a piece.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from symrnn.ir import Node, Shape

LONGEST = 24  # of a name made of several
HALF = "half_"  # in front of the name of a value that is stored halved; beside others that are not it says nothing


@dataclass(frozen=True)
class Buffer:
    """Storage for ``lanes`` values of shape ``shape`` each."""

    name: str
    lanes: int
    shape: Shape
    rows: bool
    kept: bool
    state: bool = False
    piece: bool = False

    @property
    def whole(self) -> bool:
        """Whether there is an entry for every tick of the sequence."""
        return self.kept and not self.piece


@dataclass(frozen=True)
class Slot:
    """The place of a value: a lane of a buffer. ``previous`` reads a state buffer one tick earlier."""

    buffer: Buffer
    lane: int
    previous: bool = False


class Partition:
    """Disjoint sets of nodes, merged one pair at a time; the first member of a set stays its representative."""

    def __init__(self) -> None:
        self.parent: dict[Node, Node] = {}

    def find(self, node: Node) -> Node:
        """The representative of the set that holds ``node``."""
        while (up := self.parent.get(node, node)) is not node:
            node = up
        return node

    def merge(self, a: Node, b: Node) -> None:
        """Unite two sets."""
        a, b = self.find(a), self.find(b)
        if a is not b:
            self.parent[b] = a


def joined(names: list[str]) -> str:
    """One name for several: ``da_i``, ``da_f`` give ``da_if``; others are strung together, or named first to last."""
    if len({name.startswith(HALF) for name in names}) > 1:
        names = [name.removeprefix(HALF) for name in names]
    words = [name.split("_") for name in names]
    if len({len(w) for w in words}) == 1:
        differ = [k for k in range(len(words[0])) if len({w[k] for w in words}) > 1]
        if len(differ) == 1:
            parts = [w[differ[0]] for w in words]
            middle = ("" if max(map(len, parts)) == 1 else "_").join(parts)
            names = ["_".join([*words[0][: differ[0]], middle, *words[0][differ[0] + 1 :]])]
    whole = "_".join(names)
    return whole if len(names) == 1 or len(whole) <= LONGEST else f"{names[0]}_to_{names[-1]}"


def stretches(columns: Iterable[tuple[Slot, ...]]) -> list[list[int]]:
    """Cut lanes 0..k-1 into runs that are consecutive in every column; columns are given lane by lane."""
    columns = list(columns)
    order = sorted(range(len(columns[0])), key=lambda k: (columns[0][k].buffer.name, columns[0][k].lane))
    runs: list[list[int]] = []
    for k in order:
        if runs and all(_follows(c[runs[-1][-1]], c[k]) for c in columns):
            runs[-1].append(k)
        else:
            runs.append([k])
    return runs


def _follows(a: Slot, b: Slot) -> bool:
    return a.buffer == b.buffer and b.lane == a.lane + 1 and a.previous == b.previous
