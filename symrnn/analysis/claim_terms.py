"""A derived sum beside a claimed one: which terms the claim lacks, which it has that are not derived, and what would
mend it.

Terms are matched by their values at random points. That says which line of a note to look at, and is no part of the
verdict.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, cast

import numpy as np
import sympy

from symrnn.analysis.ticks import Ticks, before_activation, timed
from symrnn.derivation_text import TEXT, Writer
from symrnn.ir import Leaf, Node
from symrnn.reading import tree as read
from symrnn.reading.text import tree_text as reading_text
from symrnn.reading.traversal import mapped

Array = Any
SUBSETS = 6  # derived terms of which one claimed term may be the sum
CLOSE = 1e-9
TRIED = 400  # changes of a wrong claim that are tried


def tree_text(tree: read.Tree) -> str:
    """A part of a claim in Python syntax; a product that nobody told apart is written with a star."""

    def plain(node: Any) -> Any:
        return replace(node, op="*") if isinstance(node, read.Binary) and node.op == "?" else node

    return reading_text(mapped(tree, plain))


def addends(tree: read.Tree) -> list[read.Tree]:
    """The terms of a sum, signs kept."""
    match tree:
        case read.Binary("+", left, right):
            return [*addends(left), *addends(right)]
        case read.Binary("-", left, right):
            return [*addends(left), *(read.Negative(term, span=term.span) for term in addends(right))]
        case read.Over("sum", _, _, _, body):
            return addends(body)
    return [tree]


@dataclass(frozen=True)
class Matched:
    """Places of derived terms that no claimed term gives, and of claimed terms that are no derived ones."""

    missing: tuple[int, ...]
    wrong: tuple[int, ...]


def matched(derived: Sequence[Array], claimed: Sequence[Array]) -> Matched:
    """Match claimed terms with derived ones, or with sums of a few of them."""
    free = list(range(len(derived)))
    wrong = []
    for place, value in enumerate(claimed):
        found = next((s for s in _subsets(free) if _close(sum(derived[k] for k in s), value)), None)
        if found is None:
            wrong.append(place)
        else:
            free = [k for k in free if k not in found]
    return Matched(tuple(free), tuple(wrong))


def _subsets(places: list[int]) -> Iterator[tuple[int, ...]]:
    for count in range(1, len(places) + 1 if len(places) <= SUBSETS else 2):
        yield from itertools.combinations(places, count)


def _close(a: Array, b: Array) -> bool:
    if np.shape(a) != np.shape(b):
        return False
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    return bool(np.all(np.abs(a - b) <= CLOSE * (1 + np.abs(a) + np.abs(b))))


def labels(ticks: Ticks) -> dict[Node, str]:
    """A name for every named value, forwards and backwards, at every tick, and for every leaf."""
    found: dict[Node, str] = {}
    for tick in sorted(range(ticks.first, ticks.last + 1), key=abs):
        for name, node in ticks.named.items():
            if isinstance(node.op, Leaf) and node.op.role in ("carry", "parameter"):
                continue
            found.setdefault(ticks.at(node, tick), name if ticks.is_static(node) else timed(name, tick))
        for carry in ticks.step.carries:
            found[ticks.at(carry.write, tick)] = timed(carry.name, tick)
            found[ticks.at(carry.read, tick)] = timed(carry.name, tick - 1)
        for line in ticks.program.trace:
            if line.kind != "carry":
                found.setdefault(ticks.adjoint(line.node, tick), timed(line.name, tick))
    return found


def text_of(node: Node, names: Mapping[Node, str]) -> str:
    """A value in terms of those that have names, without using its own."""
    forms = {n: sympy.Symbol(name) for n, name in names.items() if n is not node}
    return Writer(_Leaves(forms), TEXT, str).text(node)


class _Leaves(dict[Node, sympy.Expr]):
    """The given forms, and every leaf under its own name."""

    def __contains__(self, node: object) -> bool:
        return dict.__contains__(self, node) or (isinstance(node, Node) and isinstance(node.op, Leaf))

    def __missing__(self, node: Node) -> sympy.Expr:
        assert isinstance(node.op, Leaf)
        return sympy.Symbol(node.op.name)


def repairs(
    tree: read.Tree, parameters: Sequence[str], signals: Sequence[read.Name]
) -> Iterator[tuple[str, read.Tree]]:
    """Small changes of a line that authors have to make: another weight, another signal, a sum for a product."""
    for what, value in _changes(tree, parameters, signals):
        yield what, value
    if not isinstance(tree, read.Adjoint):
        for item in fields(tree):
            part = getattr(tree, item.name)
            if isinstance(part, read.Node):
                for what, value in repairs(cast("read.Tree", part), parameters, signals):
                    changed: dict[str, Any] = {item.name: value}
                    yield what, replace(tree, **changed)


def _changes(
    node: read.Tree, parameters: Sequence[str], signals: Sequence[read.Name]
) -> Iterator[tuple[str, read.Tree]]:
    """What may stand in the place of one part of a line."""
    at = node.span
    match node:
        case read.Name(name, None) if name in parameters:
            yield f"the transpose of {name}", read.Transposed(node, span=at)
            yield from ((f"{other} for {name}", read.Name(other, span=at)) for other in parameters if other != name)
        case read.Name(name, read.Time()):
            for other in signals:
                if other != node:
                    yield f"{other.name}[{other.time}] for {name}[{node.time}]", replace(other, span=at)
        case read.Adjoint(read.Name(name, time)):
            for other in signals:
                if other.name != name:
                    yield f"δ{other.name} for δ{name}", read.Adjoint(read.Name(other.name, time), span=at)
        case read.Binary(op, left, right) if op in ("*", "?", "@"):
            yield "a sum for the product", read.Binary("+", left, right, span=at)
            yield "the factors exchanged", read.Binary(op, right, left, span=at)
            if isinstance(right, read.Transposed):
                yield "the factors exchanged", read.Binary(op, right.arg, read.Transposed(left), span=at)
        case read.Binary(op, left, right) if op in "+-":
            yield "a product for the sum", read.Binary("*", left, right, span=at)
            yield "the other sign", read.Binary("-" if op == "+" else "+", left, right, span=at)
            yield "the terms exchanged", read.Binary(op, right, left, span=at)
        case read.Transposed(arg):
            yield "no transpose", arg


def signals(ticks: Ticks) -> list[read.Name]:
    """The values of a step that a line may read: what it computes, its inputs, and the states before it."""
    now, before = read.Time("t", 0), read.Time("t", -1)
    inner = before_activation(ticks.step).values()
    names = [read.Name(name, now) for name in (*ticks.inputs, *(e.name for e in ticks.record.equations), *inner)]
    return [*dict.fromkeys(names), *(read.Name(name, before) for name in ticks.carries)]
