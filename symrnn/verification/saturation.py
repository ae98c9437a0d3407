"""How many digits the fast derivative forms lose at a point: those written in the output of a saturated function.

1 − t² keeps none of the digits of tanh′ beyond 20. That is known and declared, and no fault of a kernel, but where all
of a layer is saturated at once nothing is left to compare a fast kernel by. A point is measured by the worst layer at
the worst tick, over the largest slope in it. Only what is as small as rounding counts as lost: a wrong form differs by
more, and is left for the checks to find.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from symrnn.interpret import scalar
from symrnn.ir import Node, Pointwise, slot
from symrnn.ops.elementwise import Head
from symrnn.step import Step

Array = Any
ROUNDING = 1e-14  # what one saturated function may lose, over its largest value or 1


@dataclass(frozen=True)
class _Form:
    """A derivative of one function in both forms; in the fast one the last slot is the output."""

    node: Node
    accurate: sympy.Expr
    fast: sympy.Expr


class Saturation:
    """The functions of a step whose two derivative forms differ."""

    def __init__(self, step: Step) -> None:
        self.names = step.names
        self.forms: list[_Form] = []
        for _, node in step.equations:
            head = node.op.expr if isinstance(node.op, Pointwise) else None
            if isinstance(head, Head):
                y = slot(len(node.args))
                pairs = zip(head.op.accurate(*head.args), head.op.fast(*head.args, y), strict=True)
                self.forms += [_Form(node, a, f) for a, f in pairs if a != f and not head.op.surrogate]

    def lost(self, ticks: Sequence[Mapping[str, Array]], numbers: Mapping[str, float]) -> float:
        """The largest error of a fast form over the largest slope of its layer, at any tick.

        Values have a leading axis of runs, of which the first counts.
        """
        worst = 0.0
        for form in self.forms:
            for tick in ticks:
                values = [_first(tick[self.names[n]], n) for n in (*form.node.args, form.node)]
                exact, fast = (np.abs(scalar(e, values, numbers)) for e in (form.accurate, form.fast))
                gap, slope = np.max(np.abs(exact - fast), initial=0.0), np.max(exact, initial=0.0)
                if 0 < gap <= ROUNDING * max(1.0, float(np.max(np.abs(values[-1]), initial=0.0))):
                    worst = max(worst, float(gap / slope) if slope else np.inf)
        return worst


def _first(value: Array, node: Node) -> Array:
    """A value in the first run; constants have no axis of runs."""
    return value[0] if np.ndim(value) > len(node.shape) else value
