"""A letter with everything on it: accents, primes, labels, a time index."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from symrnn.reading.traversal import walk
from symrnn.reading.tree import Accented, Binary, Group, Negative, Number, Over, Relation, Scripted, Symbol, Time, Tree


@dataclass
class Spelling:
    """A letter with everything on it, taken apart."""

    base: str
    style: str
    accents: list[str] = field(default_factory=list)
    primes: int = 0
    labels: list[str] = field(default_factory=list)
    subscripts: list[str] = field(default_factory=list)
    time: Time | None = None
    time_style: str = ""
    after: list[tuple[str, Any]] = field(default_factory=list)

    def name(self) -> str:
        """The name as an identifier."""
        accents = [*self.accents, *["prime"] * min(self.primes, 1), *["prime"] * max(self.primes - 1, 0)]
        parts = [self.base, *accents, *self.labels, *self.subscripts]
        return "_".join(cleaned for part in parts if (cleaned := re.sub(r"[^A-Za-z0-9_]", "", part)))


def core_of(node: Tree) -> Tree:
    """The letter under accents and scripts."""
    while isinstance(node, Accented | Scripted):
        node = node.arg
    return node


def is_minus_one(item: Tree) -> bool:
    """Whether a superscript says the inverse."""
    inner = item.arg if isinstance(item, Negative) else None
    return isinstance(inner, Number) and inner.value == 1 or isinstance(item, Number) and item.value == -1


def part_of(item: Group) -> tuple[int, int] | None:
    """``[2]`` or ``[2/4]``: the second part, of four or of as many as there are."""
    inner = item.items[0] if len(item.items) == 1 else None
    halves = (inner.left, inner.right) if isinstance(inner, Binary) and inner.op == "/" else ()
    numbers = [half.value for half in halves or (inner,) if isinstance(half, Number) and half.value.denominator == 1]
    if len(numbers) == 2 and 1 <= numbers[0] <= numbers[1]:
        return int(numbers[0]), int(numbers[1])
    if len(numbers) == 1 and not halves and numbers[0] > 0:
        return int(numbers[0]), 0
    return None


def is_layer(item: Tree) -> bool:
    """Whether a superscript counts layers or micro-steps: ``l-1``."""
    stepped = isinstance(item, Binary) and item.op in ("+", "-") and isinstance(item.right, Number)
    letter = item.left if stepped and isinstance(item, Binary) else None
    return isinstance(letter, Symbol) and letter.text in ("l", "L", "i", "j", "n")


def is_keyword(arg: Tree) -> bool:
    """Whether an argument of a program's function has a name, such as ``axis=1``."""
    return isinstance(arg, Relation) and arg.op == "="


def runs_over_time(node: Over) -> bool:
    """Whether a sum or product in a claim runs over time: not where its letter counts the columns of a matrix."""
    if node.kind == "prod":
        return True
    paired = any(isinstance(n, Scripted) and _is_pair_with(n, node.letter) for n in walk(node.body))
    return node.letter == "k" and not paired


def _is_pair_with(node: Scripted, letter: str) -> bool:
    """Whether a name has two indices one of which is a letter: ``w_{ik}`` or ``w_{i,k}``."""
    labels = [item.text for item in node.sub if isinstance(item, Symbol)]
    return len("".join(labels)) == 2 == len("".join(labels).replace("t", "")) and letter in "".join(labels)
