"""Where a step has no derivative, and which of these places a point has to keep away from.

A kink is a place where the derivative of a function jumps (a rectifier at 0), or its value does (a comparison, a whole
part). A point near one cannot be judged: a difference straddles it, and rounding may decide which side is taken. How
near is measured in how far a value moves when everything changes a little: a product of saturated gates may be 1e-13
and far from 0, a sum of large terms 1 and close to it.

There is one exception. Where no derivative passes from the arguments of a function to an output, because something on
the way is constant between its jumps, nothing but the value counts; and a value that follows from whole numbers by
whole numbers (masks, times, comparisons) is exact, so that it may lie on the place itself: ``where(m, a, b)`` at a mask
of 0, ``equal(t % T, 0)`` at a multiple of T.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from symrnn.interpret import scalar
from symrnn.ir import Leaf, Node, Pointwise, is_slot
from symrnn.ops.elementwise import Head
from symrnn.step import Step

Array = Any
TINY = 1e-300  # what does not move at all


@dataclass(frozen=True)
class Kink:
    """A function with a kink where ``place``, over the arguments of the function, is 0.

    ``moving`` says that a derivative passes through an argument that decides on which side of it a point lies.
    """

    place: sympy.Expr
    node: Node
    moving: bool


class Kinks:
    """The kinks of a step; ``whole`` are the names of leaves that are whole numbers."""

    def __init__(self, step: Step, whole: Collection[str]) -> None:
        self.step = step
        self.whole = {n for n in step.leaves if isinstance(n.op, Leaf) and n.op.name in whole}
        passing = passed(step)
        self.found = [
            Kink(place, node, node in passing and any(_varies(node, k) for k in _slots(place)))
            for _, node in step.equations
            if (head := _head(node)) is not None and head.op.kinks is not None
            for place in head.op.kinks(*head.args)
        ]

    def distance(self, ticks: Sequence[Mapping[str, Array]], numbers: Mapping[str, float], nudge: float) -> float:
        """The smallest distance to a kink at any tick, over how far the value there moves.

        Values have a leading axis of runs, the first exact and the others with everything changed by a relative
        ``nudge``. A move of about 1 counts as 1; what moves more than 10 times as far counts as a tenth of that. The
        result is nan where a value is not finite.
        """
        names = self.step.names
        exact = self._exact(ticks) if not all(kink.moving for kink in self.found) else set()
        distances = [np.inf]
        for kink in self.found:
            deciding = {kink.node.args[k] for k in _slots(kink.place)}
            allowed = not kink.moving and exact.issuperset(deciding)
            for tick in ticks:
                place = scalar(kink.place, [tick[names[a]] for a in kink.node.args], numbers)
                if np.ndim(place) <= len(kink.node.shape):  # constants alone
                    place = np.stack([place, place])
                away, moves = np.abs(place[0]), np.max(np.abs(place[1:] - place[0]), axis=0) / nudge
                scale = np.maximum(np.minimum(np.maximum(moves, TINY), 1.0), moves / 10)
                scaled = np.where(away > 0, away / scale, away)
                distances.append(np.min(np.where(allowed & (away == 0), np.inf, scaled), initial=np.inf))
        return float(np.min(distances))

    def _exact(self, ticks: Sequence[Mapping[str, Array]]) -> set[Node]:
        """The values that are whole numbers at every tick and were computed from whole numbers alone."""
        exact: set[Node] = set()
        for name, node in (*((self.step.names[n], n) for n in self.whole), *self.step.equations):
            if node in self.whole or constant(node) or (node.args and exact.issuperset(node.args)):
                values = [np.asarray(tick[name]) for tick in ticks]
                if all(np.array_equal(v, np.round(v)) for v in values):
                    exact.add(node)
        return exact


def passed(step: Step) -> set[Node]:
    """The nodes from which a derivative can reach an output or a state."""
    found = {*(n for _, n in step.outputs), *(c.write for c in step.carries)}
    for _, node in reversed(step.equations):
        if node in found:
            found.update(a for k, a in enumerate(node.args) if _varies(node, k))
    return found


def _head(node: Node) -> Head | None:
    """The elementwise function of a node."""
    return node.op.expr if isinstance(node.op, Pointwise) and isinstance(node.op.expr, Head) else None


def _slots(expr: sympy.Expr) -> list[int]:
    return [int(s.name[1:]) for s in expr.free_symbols if is_slot(s)]


def _varies(node: Node, index: int) -> bool:
    """Whether the derivative of a node by one of its operands can be other than 0."""
    head = _head(node)
    if head is None:
        return True
    slopes = zip(head.args, head.op.accurate(*head.args), strict=False)
    return any(slope != 0 for arg, slope in slopes if index in _slots(arg))


def constant(node: Node) -> bool:
    """Whether the node is a function that is constant between its jumps; its own kinks are looked at by themselves."""
    return _head(node) is not None and not any(_varies(node, k) for k in range(len(node.args)))
