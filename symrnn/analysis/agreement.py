"""Whether two values are the same function of the leaves: proved by a normal form, or refuted at a point.

A proof comes in two depths. In the first the values that a claim names stand for themselves, so that the proof is about
the line alone; in the second everything is written out in the leaves, which also uses how those values are defined.
Agreement at points is never taken for a proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

from symrnn.analysis.indexed import Sum
from symrnn.analysis.normal_form import NormalForms
from symrnn.analysis.random_points import Points
from symrnn.analysis.ticks import replaced
from symrnn.ir import Leaf, Node, leaf, topological
from symrnn.step import Step
from symrnn.verification.scalars import DIGITS, Meaningless

Array = Any
POINTS = 6
ALLOWED = mpmath.mpf(10) ** -40
DEPTH = 4000  # nodes up to which values are written out in the leaves
DEFINED = (ZeroDivisionError, OverflowError)


@dataclass(frozen=True)
class Gap:
    """Where two values differ most, of the points tried: the entry, both values, and their difference."""

    entry: tuple[int, ...]
    claimed: float
    derived: float
    sizes: tuple[tuple[str, int], ...]
    seed: tuple[int, int]

    @property
    def size(self) -> float:
        """The size of the difference."""
        return abs(self.claimed - self.derived)

    def __str__(self) -> str:
        entry = ", ".join(str(k + 1) for k in self.entry)
        sizes = "".join(f"{name} = {n}, " for name, n in self.sizes).removesuffix(", ") + "; " * bool(self.sizes)
        head = f"entry ({entry})" if self.entry else "it"
        return (
            f"{head} is {self.derived:.6g}, claimed {self.claimed:.6g}: "
            f"they differ by {self.size:.2g} ({sizes}seed {self.seed[0]}, point {self.seed[1]})"
        )


@dataclass(frozen=True)
class Agreement:
    """``proved``, or the largest ``gap`` found, or at how many ``points`` the two agreed."""

    proved: bool = False
    gap: Gap | None = None
    points: int = 0
    why: str = ""


def gap_of(points: Points, claimed: Node, derived: Node, seed: tuple[int, int]) -> Gap | None:
    """Where two values differ most at one point; None where they agree."""
    with mpmath.workdps(DIGITS):
        point = points.at(seed)
        a, b = point.values([claimed, derived])
        a, b = (np.broadcast_to(v, np.broadcast_shapes(a.shape, b.shape)) for v in (a, b))
        entry = max(np.ndindex(a.shape), key=lambda k: abs(a[k] - b[k]))
        if abs(a[entry] - b[entry]) <= ALLOWED * max(1, abs(a[entry]), abs(b[entry])):
            return None
        return Gap(entry, float(a[entry]), float(b[entry]), tuple(point.sizes.items()), seed)


def same_at(points: Points, a: Node, b: Node, tried: Sequence[int] = (0, 1)) -> bool:
    """Whether two values agree at a few points: a hint, not a proof."""
    try:
        return a.shape == b.shape and all(gap_of(points, a, b, (0, k)) is None for k in tried)
    except (Meaningless, *DEFINED):
        return False


def agreement(
    points: Points, claimed: Node, derived: Node, opaque: Iterable[Node] = (), seed: int = 0, count: int = POINTS
) -> Agreement:
    """Whether two values of one shape are equal; ``opaque`` are values that a proof need not look into."""
    found: list[Gap] = []
    agreed, why = 0, ""
    for k in range(count):
        try:
            gap = gap_of(points, claimed, derived, (seed, k))
        except DEFINED:
            continue
        except Meaningless as error:
            why = str(error)
            break
        if gap is not None:
            found.append(gap)
        agreed += gap is None
    if found:
        return Agreement(gap=max(found, key=lambda g: g.size), points=count)
    if proved(claimed, derived, opaque):
        return Agreement(proved=True, points=agreed)
    return Agreement(points=agreed, why=why)


def proved(a: Node, b: Node, opaque: Iterable[Node] = ()) -> bool:
    """Whether two values have one normal form, with the opaque values as they are or written out."""
    if a is b:
        return True
    names = {node: leaf(f"value {k}", "tape", node.shape) for k, node in enumerate(dict.fromkeys(opaque)) if node.args}
    pairs: list[Callable[[], tuple[Node, Node]]] = [
        lambda: (_cut(a, names), _cut(b, names)),
        lambda: (a, b),
    ]
    return any(_one_form(*pair()) for pair in pairs)


def _cut(root: Node, names: Mapping[Node, Node]) -> Node:
    """A value in terms of the opaque ones, its own definition kept."""
    table = {node: short for node, short in names.items() if node is not root}
    return replaced(root, table)


def _one_form(a: Node, b: Node) -> bool:
    nodes = tuple(topological([a, b]))
    if len(nodes) > DEPTH:
        return False
    forms = form_of(nodes)
    return forms[a] == forms[b]


def form_of(nodes: Sequence[Node]) -> dict[Node, Sum]:
    """The normal forms of nodes, given operands first."""
    leaves = tuple(n for n in nodes if isinstance(n.op, Leaf))
    inner = tuple((f"v{k}", n) for k, n in enumerate(nodes) if not isinstance(n.op, Leaf))
    return NormalForms().of(Step("claim", leaves, (), (), inner, ()))
