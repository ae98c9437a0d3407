"""What a note claims about a cell, found but not judged."""

from __future__ import annotations

from dataclasses import dataclass, field

from symrnn.cell import Cell
from symrnn.reading.source import Span
from symrnn.reading.tree import Relation, Tree

KINDS = ("derivative", "adjoint", "range", "limit", "count", "equivalence")


@dataclass(frozen=True)
class Claim:
    """One statement of a note that is no definition: its kind, both sides, and the cell that it is about.

    ``text`` is the statement in Python syntax; ``conditions`` are what it is said to hold under. ``cell`` is None where
    the note defines none that has these names. ``other`` is the second cell of an equivalence.
    """

    text: str
    kind: str
    relation: str
    left: Tree
    right: Tree
    file: str = ""
    line: int = 0
    column: int = 0
    span: Span = field(default=Span(0, 0), compare=False)
    cell: type[Cell] | None = field(default=None, compare=False)
    other: type[Cell] | None = field(default=None, compare=False)
    conditions: tuple[Relation, ...] = ()
