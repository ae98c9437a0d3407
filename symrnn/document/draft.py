"""What the sections of one document share: the derivation, the language, and the numbers of its equations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from symrnn.adjoint import Program
from symrnn.cell import Cell
from symrnn.document.formula import Formula, Listed, Sum, Symbol
from symrnn.document.model import Document, Paragraph, Term, Text
from symrnn.document.phrases import phrase, words
from symrnn.document.values import Values
from symrnn.flat import flat, pasts, places
from symrnn.ir import Node
from symrnn.record import Record


class Derived(Protocol):
    """What a document is made from: a cell and its differentiated step; ``documents`` keeps what was composed."""

    @property
    def cell(self) -> type[Cell]: ...

    @property
    def program(self) -> Program: ...

    @property
    def documents(self) -> dict[tuple[str, str | None], Document]: ...


@dataclass
class Draft:
    """A document in the making, filled from the first section to the last.

    ``authored``, ``home`` and ``shift`` say in which equations a name of the author's, a value of the canonical form,
    and what is kept for a delay stand; ``leaving`` are the equations of what goes to the step before.
    """

    record: Record
    program: Program
    lang: str
    values: Values
    authored: dict[str, int] = field(default_factory=dict)
    home: dict[Node, list[int]] = field(default_factory=dict)
    shift: dict[str, list[int]] = field(default_factory=dict)
    leaving: list[int] = field(default_factory=list)
    count: int = 0

    def number(self) -> int:
        """The next equation number."""
        self.count += 1
        return self.count

    def phrase(self, key: str, **pieces: Formula | str) -> Text:
        """A phrase with formulas in it."""
        return phrase(self.lang, key, **pieces)

    def paragraph(self, key: str, **pieces: Formula | str) -> Paragraph:
        """A paragraph of one phrase."""
        return Paragraph(self.phrase(key, **pieces))

    @cached_property
    def steps(self) -> Symbol:
        """The number of steps."""
        return Symbol(self.letter("T"))

    @cached_property
    def equations(self) -> dict[str, Node]:
        """The values of the canonical form by the names of the engine."""
        return dict(self.program.forward.equations)

    @cached_property
    def flat(self) -> Record:
        """The cell in plain real values."""
        return flat(self.record)

    @cached_property
    def past(self) -> dict[str, int]:
        """What is kept for delays: the name of each such state, and how many steps old its value is at t."""
        held = {d.name: 1 for d in self.record.states} | {d.name: 0 for d in self.record.inputs}
        found = {}
        for name, place in places(self.record).items():
            signal = place.name.removesuffix("_past")
            if place.index is not None and signal in pasts(self.record) and place.name == f"{signal}_past":
                found[name] = held[signal] + place.index
        return found

    @cached_property
    def taken(self) -> set[str]:
        """The names that the cell uses itself."""
        record = self.record
        taken = {d.name for d in (*record.inputs, *record.states, *record.params)} | {e.name for e in record.equations}
        return taken | {s.name for s in record.sizes} | {name for name, _ in record.constants}

    def letter(self, wish: str) -> str:
        """A name that the cell does not use itself: the one wished for, or the next that is free."""
        names = (wish, *(f"{wish}_{k}" for k in range(1, 1000)))
        return next(name for name in names if name not in self.taken)

    def several(self, formulas: Sequence[Formula]) -> Formula:
        """Formulas listed; one is itself."""
        return formulas[0] if len(formulas) == 1 else Listed(tuple(formulas))

    def words(self, key: str, **pieces: str) -> str:
        """A phrase without formulas."""
        return words(self.lang, key, **pieces)


def term(formula: Formula, rule: Text = (), shape: Formula | None = None) -> Term:
    """A term of an equation, a minus in front of it taken as its sign."""
    if isinstance(formula, Sum) and len(formula.terms) == 1:
        sign, formula = formula.terms[0]
        return Term(formula, sign, rule, shape)
    return Term(formula, 1, rule, shape)


def listed(numbers: list[int]) -> str:
    """Equation numbers as they are cited."""
    return ", ".join(f"({n})" for n in numbers)
