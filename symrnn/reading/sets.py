"""The sets that values are said to lie in, as declarations of shapes: ``\\mathbb{R}^{n \times m}``, ``\\{0, 1\\}^n``.

The reals may be positive, ``\\mathbb{R}_{>0}^n``; the natural numbers are times. An interval or a pair of numbers is a
domain only in a declaration with a word in front of it; elsewhere membership in one is a claim.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import sympy

from symrnn.errors import UsageError
from symrnn.reading.declared import length_of
from symrnn.reading.tree import Binary, Name, Number, Stack

DOMAINS = {"R": "real", "C": "real", "N": "time"}
MARKED = {"pos": "positive", "plus": "positive"}
PRODUCTS = {"juxtaposed", "cdot", "star", "@"}
MAX_COPIES = 1000


@dataclass(frozen=True)
class Space:
    """A set of numbers, vectors or matrices; the trees of its lengths, and how many copies of it there are."""

    domain: str
    lengths: tuple[Any, ...] = ()
    complex: bool = False
    copies: int = 0

    def shape(self) -> tuple[sympy.Expr, ...]:
        """Its lengths as sizes; UsageError where one of them is no length."""
        return tuple(size_of(length) for length in self.lengths)


def space_of(tree: Any) -> Space | None:
    """The set that a tree is, None where it is none that values have shapes in."""
    base: Any = tree
    powers: list[Any] = []
    while _is_power(base) and len(powers) < 2:
        base, powers = base.left, [base.right, *powers]
    domain, label = _named(base)
    lengths = ([Name(label, span=base.span)] if label else []) + powers
    if not domain or len(lengths) > 2:
        return None
    copies = _whole(lengths.pop()) if len(lengths) == 2 else 0
    if copies is None:
        return None
    found = tuple(_factors(lengths[0])) if lengths else ()
    return Space(domain, found, isinstance(base, Name) and base.name.split("_")[0] == "C", copies)


def _whole(tree: Any) -> int | None:
    """How many copies a power of a set means."""
    count = tree.value if isinstance(tree, Number) else Fraction(0)
    return int(count) if count.denominator == 1 and 0 < count <= MAX_COPIES else None


def _is_power(tree: Any) -> bool:
    return isinstance(tree, Binary) and tree.op == "**"


def _named(base: Any) -> tuple[str, str]:
    """The domain of a set, and the label of its name, which is a single length: ``\\mathbb{R}^n`` is ``R_n``."""
    if isinstance(base, Stack):
        numbers = [item.value if isinstance(item, Number) else None for item in base.items]
        return ("mask" if base.bracket == "{" else "unit") if numbers == [0, 1] else "", ""
    if not isinstance(base, Name) or base.time is not None:
        return "", ""
    letter, *labels = base.name.split("_")
    domain = DOMAINS.get(letter, "")
    if domain == "real" and labels and labels[-1] in MARKED:
        domain = MARKED[labels.pop()]
    return domain, "_".join(labels)


def _factors(lengths: Any) -> Iterator[Any]:
    """Rows and columns: what ``\\times`` parts, which here binds less than a sum: ``n \\times n + m``."""
    if not isinstance(lengths, Binary) or lengths.grouped or lengths.op not in ("times", "+", "-"):
        yield lengths
        return
    left, right = [*_factors(lengths.left)], [*_factors(lengths.right)]
    if lengths.op != "times":
        left[-1] = replace(lengths, left=left[-1], right=right.pop(0))
    yield from (*left, *right)


def size_of(tree: Any, named: Callable[[str], sympy.Expr] = length_of) -> sympy.Expr:
    """A length as a size, names as ``named`` takes them; UsageError where it is none."""
    if isinstance(tree, Number) and tree.value.denominator == 1:
        return length_of(str(tree.value))
    if isinstance(tree, Name) and tree.time is None:
        return named(tree.name)
    if isinstance(tree, Binary) and tree.op in {"+", "-", "**", *PRODUCTS}:
        left, right = size_of(tree.left, named), size_of(tree.right, named)
        made = {"+": left + right, "-": left - right}.get(tree.op)
        if made is not None:
            return made
        if tree.op != "**":
            return left * right
        if right.is_Integer and 0 < right < 10:
            return left**right
    raise UsageError("a length is made of whole numbers and names, with + - and products")
