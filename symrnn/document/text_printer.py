"""A derivation as Unicode text for a terminal, at most 100 columns wide."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator
from itertools import chain, repeat

from symrnn.document.formula import Formula, Matrix
from symrnn.document.model import Block, Document, Equations, Paragraph, Row, Section, Table, Term, Text
from symrnn.document.text_math import plain

FORMAT = "txt"
WIDTH = 100
WIDEST_LEFT, WIDEST_RULE = 24, 34


def write(document: Document) -> str:
    """The whole document."""
    title = wrapped(printable(document.title), WIDTH)
    parts = ["\n".join(title) + f"\n{'=' * max(map(length, title))}"]
    parts += [block(b) for b in document.front]
    for section in document.sections:
        parts.append(heading(section))
        parts += [block(b) for b in section.blocks]
    return "\n\n".join(parts) + f"\n\nwritten by {document.origin}\n"


def heading(section: Section) -> str:
    """A section's number and title, underlined."""
    line = f"{section.number} {section.title}"
    return f"{line}\n{('=' if section.level == 1 else '-') * length(line)}"


def prose(text: Text) -> str:
    """A paragraph on one line."""
    return "".join(printable(piece) if isinstance(piece, str) else plain(piece) for piece in text)


def printable(text: str) -> str:
    """Text without control characters, which a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in text)


def length(text: str) -> int:
    """The columns that a text takes: none for an accent over the letter before it, two for a wide character."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return wide + sum(not unicodedata.combining(c) for c in text)


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of that many columns; Chinese may break between any two characters."""
    lines, line = [], ""
    for word in _words(text):
        if line.strip() and length(line + word.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += word if line else word.lstrip()
        while length(line) > width and length(line.rstrip()) > width:
            lines.append(line[:width])
            line = line[width:]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _words(text: str) -> list[str]:
    """The text in pieces between which a line may break."""
    words = [""]
    for c in text:
        # No line starts with a mark of punctuation.
        wide = unicodedata.east_asian_width(c) in "WF" and not unicodedata.category(c).startswith("P")
        if wide or (words[-1][-1:].isspace() and not c.isspace()):
            words.append("")
        words[-1] += c
    return words


def block(item: Block) -> str:
    """A paragraph, equations or a table."""
    match item:
        case Paragraph(text):
            return "\n".join(wrapped(prose(text), WIDTH))
        case Equations(rows):
            return _equations(rows)
        case Table():
            return _table(item)


def _equations(rows: tuple[Row, ...]) -> str:
    """Equations aligned at their signs, with shapes and rules in columns of their own on the right."""
    left = min(max(length(plain(row.left)) for row in rows), WIDEST_LEFT)
    terms = [term for row in rows for term in row.terms]
    shape = max(length(plain(term.shape)) if term.shape else 0 for term in terms)
    # A rule with a long name does not push those of all other lines to the left; it gets a line of its own.
    rules = [length(prose(term.rule)) for term in terms]
    rule = max((n for n in rules if n <= WIDEST_RULE), default=max(rules))
    at = WIDTH - shape - (rule + 2 if rule else 0)
    lines: list[str] = []
    for row in rows:
        for body, term in _bodies(row, left):
            note = f"{_padded(plain(term.shape) if term.shape else '', shape)}  {prose(term.rule)}".rstrip()
            if note and (length(body) + 2 > at or at + length(note) > WIDTH):
                lines += [*_folded(body, left), " " * min(at, WIDTH - length(note)) + note]
            else:
                lines += [_padded(body, at) + note] if note else _folded(body, left)
    return "\n".join(lines)


def _bodies(row: Row, width: int) -> list[tuple[str, Term]]:
    """The lines of an equation, one term each."""
    label, left = f"({row.number})" if row.number else "", plain(row.left)
    bodies = []
    for place, term in enumerate(row.terms):
        if place == 0:
            head = f"{label:<5} {' ' * (width - length(left))}{left} {row.relation} " + ("-" if term.sign < 0 else "")
        else:
            sign = term.relation or {1: "+", -1: "-", 0: " "}[term.sign]
            head = " " * (width + 7) + f"{sign} "
        bodies += [(head + line, term) for head, line in zip(_heads(head), _lines(term.formula), strict=False)]
    return bodies


def _heads(head: str) -> Iterator[str]:
    """What stands before the first line of a term, then blanks of the same width."""
    return chain([head], repeat(" " * length(head)))


def _lines(formula: Formula) -> list[str]:
    """A formula on one line, a matrix of blocks on a line for each of its rows."""
    if not isinstance(formula, Matrix):
        return [plain(formula)]
    rows = [", ".join(map(plain, row)) for row in formula.rows]
    return [f"{'[' if k == 0 else ' '}{row}{']' if k == len(rows) - 1 else ';'}" for k, row in enumerate(rows)]


def _folded(body: str, left: int) -> list[str]:
    """A line that is still too long, which only a name of great length makes, at its blanks."""
    if length(body) <= WIDTH:
        return [body]
    indent = " " * (left + 9)
    first, *rest = textwrap.wrap(body, WIDTH, subsequent_indent=indent, drop_whitespace=False) or [body]
    return [first.rstrip(), *(line.rstrip() for line in rest)]


def _table(table: Table) -> str:
    """A table whose columns share the width."""
    widths = [max(6, WIDTH * share // sum(table.widths) - 2) for share in table.widths]
    lines = []
    for number, line in enumerate((table.head, *table.body)):
        cells = [wrapped(prose(cell), width) for cell, width in zip(line, widths, strict=True)]
        for k in range(max(map(len, cells))):
            pieces = [_padded(c[k] if k < len(c) else "", w) for c, w in zip(cells, widths, strict=True)]
            lines.append("  ".join(pieces).rstrip())
        if number == 0:
            lines.append("  ".join("-" * w for w in widths))
    return "\n".join(lines)


def _padded(text: str, width: int) -> str:
    return text + " " * max(0, width - length(text))
