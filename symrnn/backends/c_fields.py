"""The arrays that cross the border of the emitted file, by flat name: real, contiguous, one field of a struct each.

Complex values are pairs of arrays, and older values of a state are states of their own (``h_past[0]``); whoever calls
puts them together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sympy

from symrnn.backends.c_places import SINGLE, Place
from symrnn.backends.c_text import KEYWORDS, MACROS, Names, extent
from symrnn.flat import flat, places
from symrnn.record import Record, Shape


@dataclass(frozen=True)
class Field:
    """An array: its name in the struct and its shape without the axes of time and batch."""

    name: str
    shape: Shape


@dataclass(frozen=True)
class Rows:
    """Where a flat parameter lies: in the array of a field, from an offset on."""

    field: str
    offset: sympy.Expr


def _named(wishes: Iterable[tuple[str, Shape]]) -> dict[str, Field]:
    names = Names(taken={*KEYWORDS, *MACROS})
    return {name: Field(names(name), shape) for name, shape in wishes}


class Fields:
    """The fields of all structs of a record."""

    def __init__(self, record: Record) -> None:
        plain = flat(record)
        self.inputs = _named((d.name, d.shape) for d in plain.inputs)
        self.states = _named((d.name, d.shape) for d in plain.states)
        self.outputs = _named((name, plain.shape_of(name)) for name in record.outputs)
        declared = {d.name: d for d in record.params}
        parts = {a.name: ("re", "im") if declared[a.blocks[0]].complex else (None,) for a in record.arrays}
        split = [(a, part, f"{a.name}.{part}" if part else a.name) for a in record.arrays for part in parts[a.name]]
        self.params = _named((name, a.shape) for a, _, name in split)
        self.rows: dict[str, Rows] = {}
        found = places(record)
        for array, part, held in split:
            row: sympy.Expr = sympy.Integer(0)
            for block in array.blocks:
                copies = declared[block].copies is not None
                whole, own = (s[1:] if copies else s for s in (array.shape, declared[block].shape))
                for name, place in found.items():
                    if place.name == block and place.part == part:
                        start = row * extent(whole[1:]) + (place.index or 0) * extent(whole)
                        self.rows[name] = Rows(self.params[held].name, sympy.expand(start))
                row = row + (own[0] if own else sympy.Integer(1))

    def parameter(self, name: str, struct: str) -> Place:
        """The place of a flat parameter, or of its gradient."""
        rows = self.rows[name]
        return Place(f"{struct}->{rows.field}", SINGLE, sympy.Integer(0), rows.offset)
