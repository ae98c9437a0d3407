"""Random points for the leaves of a cell's ticks, and the values of nodes there, each computed once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import mpmath
import numpy as np

from symrnn.analysis.digits import defined, extents, values
from symrnn.ir import Leaf, Node, topological
from symrnn.record import Record

Array = Any
SIZES = (3, 2, 4)  # of the sizes, in turn, states first: unequal ones show a transposed weight


@dataclass
class Point:
    """Random numbers for the leaves of one point, drawn as they are asked for, and the values found from them."""

    record: Record
    seed: tuple[int, int]
    known: dict[Node, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        states = [n for d in self.record.states for size in d.shape for n in sorted(size.free_symbols, key=str)]
        order = dict.fromkeys((*states, *self.record.sizes))
        self.sizes = {size.name: SIZES[k % len(SIZES)] for k, size in enumerate(order)}
        self.numbers = {name: mpmath.mpf(str(value)) for name, value in self.record.constants} | self.sizes
        declared = (*self.record.inputs, *self.record.states, *self.record.params)
        self.domains = {d.name: d.domain for d in declared}

    def values(self, nodes: Sequence[Node]) -> list[Array]:
        """The values of nodes. Raises Meaningless where there is none, ZeroDivisionError where one is not defined."""
        self.draw(nodes)
        return defined(values(nodes, self.known, self.numbers))

    def draw(self, nodes: Iterable[Node]) -> None:
        """Draw a number for every entry of the leaves of nodes; the same leaf is the same number at one point."""
        for node in topological(nodes):
            if isinstance(node.op, Leaf) and node not in self.known:
                self.known[node] = self._drawn(node, node.op.name)

    def _drawn(self, node: Node, name: str) -> Array:
        """A random value that depends on the leaf's name and the seed alone, within its declared domain."""
        rng = np.random.default_rng([*self.seed, *name.encode()])
        shape = extents(node.shape, self.sizes)
        match self.domains.get(name.partition("[t")[0], "real"):
            case "positive":
                entries = rng.uniform(0.4, 2.0, shape)
            case "unit":
                entries = rng.uniform(0.05, 0.95, shape)
            case "mask":
                entries = rng.integers(0, 2, shape).astype(float)
            case "time":
                entries = np.full(shape, 1.0)
            case _:
                entries = rng.standard_normal(shape)
        return np.frompyfunc(lambda v: mpmath.mpf(float(v)), 1, 1)(entries)


@dataclass
class Points:
    """The points at which values of one cell are compared."""

    record: Record
    drawn: dict[tuple[int, int], Point] = field(default_factory=dict)

    def at(self, seed: tuple[int, int]) -> Point:
        """One point."""
        if seed not in self.drawn:
            self.drawn[seed] = Point(self.record, seed)
        return self.drawn[seed]
