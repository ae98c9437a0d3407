"""A derivation as a document without a format: sections of paragraphs, equations and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from symrnn.document.formula import Formula

Text = tuple["str | Formula", ...]  # prose with formulas in it


@dataclass(frozen=True)
class Term:
    """One line of an equation: a term with its sign, the rule that gives it, and the shapes of its factors.

    A sign of 0 continues the term above. ``relation`` stands in place of the sign where the line is not a term of a sum
    but the whole in another form.
    """

    formula: Formula
    sign: int = 1
    rule: Text = ()
    shape: Formula | None = None
    relation: str = ""


@dataclass(frozen=True)
class Row:
    """An equation ``left = term ± term …``; ``number`` is what the text calls it, 0 for none."""

    left: Formula
    terms: tuple[Term, ...]
    number: int = 0
    relation: str = "="


@dataclass(frozen=True)
class Equations:
    """Equations set one below the other, aligned at the sign of equality."""

    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of prose."""

    text: Text


@dataclass(frozen=True)
class Table:
    """A table with one line of headings; ``widths`` are the shares of the columns."""

    head: tuple[Text, ...]
    body: tuple[tuple[Text, ...], ...]
    widths: tuple[int, ...]


Block = Equations | Paragraph | Table


@dataclass(frozen=True)
class Section:
    """A numbered section; a subsection has a level of 2."""

    number: str
    title: str
    blocks: tuple[Block, ...]
    level: int = 1

    @property
    def formulas(self) -> Iterator[Formula]:
        """Every formula, those within prose and tables too."""
        for block in self.blocks:
            match block:
                case Equations(rows):
                    for row in rows:
                        yield row.left
                        yield from (term.formula for term in row.terms)
                case Paragraph(text):
                    yield from (piece for piece in text if not isinstance(piece, str))
                case Table(head, body):
                    pieces = (piece for line in (head, *body) for cell in line for piece in cell)
                    yield from (piece for piece in pieces if not isinstance(piece, str))


@dataclass(frozen=True)
class Document:
    """A whole derivation: title, what stands under it, and the sections."""

    title: str
    lang: str
    origin: str
    front: tuple[Block, ...]
    sections: tuple[Section, ...]

    def mapped(self, change: Callable[[Formula], Formula]) -> Document:
        """The document with ``change`` made to every formula."""
        sections = tuple(replace(s, blocks=tuple(_mapped(b, change) for b in s.blocks)) for s in self.sections)
        return replace(self, front=tuple(_mapped(b, change) for b in self.front), sections=sections)

    @property
    def rows(self) -> Iterator[Row]:
        """Every equation in order."""
        for section in self.sections:
            for block in section.blocks:
                if isinstance(block, Equations):
                    yield from block.rows


def _mapped(value: Any, change: Callable[[Formula], Formula]) -> Any:
    """A block, row, term or text with ``change`` made to its formulas."""
    if isinstance(value, tuple):
        return tuple(_mapped(item, change) for item in value)
    if isinstance(value, Equations | Paragraph | Table | Row | Term):
        return type(value)(**{name: _mapped(item, change) for name, item in vars(value).items()})
    return value if isinstance(value, str | int | None) else change(value)
