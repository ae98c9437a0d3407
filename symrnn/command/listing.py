"""What ``symrnn list`` prints: the zoo as a table, filtered. Nothing is computed of a cell that is not shown."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import symrnn.zoo
from symrnn.analysis.counting import parameters
from symrnn.analysis.dependence import Dependence
from symrnn.analysis.structure import CLASSES, classes
from symrnn.cell import Cell
from symrnn.cell_text import title
from symrnn.command.table import aligned
from symrnn.errors import UsageError
from symrnn.lower import lower
from symrnn.record import Declaration
from symrnn.unify import shape_text
from symrnn.zoo import zoo

STATES = ("matrix", "vector", "scalar", "complex")
EVIDENCE = ("numeric", "source-read", "recalled")
HEAD = ("id", "year", "class", "states", "parameters", "evidence", "name")
NAME_WIDTH = 24  # the least that is left for a name


@dataclass(frozen=True)
class Filters:
    """Which cells to show: all that every filter lets through; an empty one lets all through."""

    word: str = ""
    kinds: tuple[str, ...] = ()
    years: tuple[int, int] = (0, 9999)
    state: str = ""
    evidence: str = ""

    def lets_through(self, row: Row) -> bool:
        """Whether a cell is shown; what has to be computed is asked last."""
        return (
            (self.years == (0, 9999) or self.years[0] <= (row.cell.year or 0) <= self.years[1])
            and row.cell.evidence.startswith(self.evidence)
            and (not self.state or any(self.state in kinds_of(d) for d in row.cell.states))
            and self.word.lower() in row.words
            and set(self.kinds) <= set(row.classes if self.kinds else ())
        )


@dataclass(frozen=True)
class Row:
    """A cell of the zoo as a line of the table."""

    id: str
    cell: type[Cell]

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """Linear or nonlinear, and what else the cell is."""
        return classes(self.cell.record, Dependence(lower(self.cell.record)))

    @cached_property
    def parameters(self) -> str:
        """How many numbers it learns."""
        return str(parameters(self.cell.record))

    @property
    def words(self) -> str:
        """All that a word is looked for in."""
        return f"{self.id} {self.cell.name} {self.cell.record.doc}".lower()

    def columns(self) -> tuple[str, ...]:
        """The columns of the table."""
        year = str(self.cell.year or "")
        states = " ".join(state_text(d) for d in self.cell.states)
        evidence = next((word for word in EVIDENCE if self.cell.evidence.startswith(word)), self.cell.evidence)
        return (self.id, year, " ".join(self.classes), states, self.parameters, evidence, title(self.cell.record.doc))

    def facts(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "id": self.id,
            "class": self.cell.name,
            "name": title(self.cell.record.doc),
            "year": self.cell.year,
            "classes": list(self.classes),
            "states": {d.name: [str(size) for size in d.shape] for d in self.cell.states},
            "complex": [d.name for d in self.cell.states if d.complex],
            "parameters": self.parameters,
            "arrays": [array.name for array in self.cell.arrays],
            "evidence": self.cell.evidence,
            "reference": self.cell.reference,
        }


def filters(word: str, kinds: str, year: str, state: str, evidence: str) -> Filters:
    """The filters of a command line. Raises UsageError for a word that none of them knows."""
    asked = tuple(part.strip() for part in kinds.split(",") if part.strip())
    for kind in asked:
        _known(kind, CLASSES, "class")
    if state:
        _known(state, STATES, "kind of state")
    if evidence:
        evidence = _known(evidence.removesuffix("-from-paper"), EVIDENCE, "evidence")
    return Filters(word, asked, _years(year), state, evidence)


def rows(chosen: Filters) -> Iterator[Row]:
    """The cells that are shown, by id."""
    return (row for row in (Row(id, cell) for id, cell in zoo.items()) if chosen.lets_through(row))


def table(found: Sequence[Row]) -> str:
    """The cells as columns; on a terminal as wide as that is."""
    if not found:
        return f"no cell of the {len(zoo)} is like that"
    lines = [HEAD, *(row.columns() for row in found)]
    if sys.stdout.isatty():
        lines = fitted(lines, shutil.get_terminal_size().columns)
    return f"{aligned(lines)}\n\n{len(found)} of {len(zoo)} cells"


def fitted(lines: Sequence[tuple[str, ...]], width: int, gap: int = 2) -> list[tuple[str, ...]]:
    """Rows that take no more than ``width`` columns.

    Names give way first, and go where nothing readable would be left of them; then whatever is widest is cut, but not
    the id by which a cell is called.
    """
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rest = width - sum(widths[:-1]) - gap * (len(widths) - 1)
    if rest < min(NAME_WIDTH, widths[-1]):
        lines, widths = [line[:-1] for line in lines], widths[:-1]
        while sum(widths) + gap * (len(widths) - 1) > width and max(widths[1:]) > 4:
            widest = max(range(1, len(widths)), key=widths.__getitem__)
            widths[widest] -= 1
    else:
        widths[-1] = min(widths[-1], rest)
    return [tuple(map(cut, line, widths)) for line in lines]


def cut(text: str, width: int) -> str:
    """A text that is at most so wide; a mark says that there was more."""
    return text if len(text) <= width else text[: width - 1] + "…"


def missing() -> dict[str, str]:
    """The published cells that the zoo leaves out, with the reason of each, as its docstring lists them.

    They stand under a line ``Left out:``, one a line: ``- id: reason``.
    """
    _, _, listed = (symrnn.zoo.__doc__ or "").partition("\nLeft out:")
    return {match[1]: match[2] for match in re.finditer(r"^- (\w+): (.+)$", listed, re.MULTILINE)}


def missing_text() -> str:
    """The same for a person."""
    left_out = missing()
    if not left_out:
        return f"none: every cell of the catalogue is in the zoo ({len(zoo)} cells)"
    return aligned(list(left_out.items()))


def kinds_of(state: Declaration) -> tuple[str, ...]:
    """What a state is: a matrix, vector or scalar, and perhaps complex."""
    kind = "matrix" if len(state.shape) == 2 else "scalar" if state.shape in ((), (1,)) else "vector"
    return (kind, "complex") if state.complex else (kind,)


def state_text(state: Declaration) -> str:
    """A state by name; its shape follows unless it is a real vector of the usual length."""
    usual = kinds_of(state) == ("vector",) and str(state.shape[0]) == "n_h"
    return state.name + ("" if usual else shape_text(state.shape).replace(" ", "")) + "*" * state.complex


def _known(word: str, words: Sequence[str], what: str) -> str:
    if word not in words:
        raise UsageError(f"there is no {what} {word!r}; choose from {', '.join(words)}")
    return word


def _years(text: str) -> tuple[int, int]:
    """``2014``, ``2014-2018``, ``2014-`` or ``-2014``."""
    match = re.fullmatch(r"(\d{4})?(-)?(\d{4})?", text.strip())
    if text and (match is None or not (match[1] or match[3]) or (match[1] and match[3] and not match[2])):
        raise UsageError(f"{text!r} is no year; write 2014, 2014-2018, 2014- or -2014")
    if not text or match is None:
        return 0, 9999
    first = int(match[1] or 0)
    return first, int(match[3] or (9999 if match[2] else first))
