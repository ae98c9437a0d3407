"""Between the flat values of a sample and the arrays that users hold: copies and past values stacked, pairs complex.

It is written from the contract of emitted modules and from the record, and shares no code with what emits them: a
parameter of L copies is (L, rows, columns), past values of a delayed signal are (B, d, n) with the newest first, a
complex value has ``z.re`` and ``z.im`` for its parts, and blocks of one family are stacked by rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from symrnn.errors import SymrnnError
from symrnn.flat import Place, carried, places
from symrnn.record import Declaration, Record
from symrnn.verification.samples import extent

Array = Any
Table = dict[str, Array]


class Malformed(SymrnnError):
    """A kernel returned something that its contract does not allow: a missing name or a wrong shape."""


class Arrays:
    """How the arrays of one cell are made of its flat values, and taken apart again."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.held = carried(record)
        self.parts: dict[str, list[Place]] = {}
        for place in places(record).values():
            self.parts.setdefault(place.name, []).append(place)
        self.declared = {d.name: d for d in record.params}
        self.members = {a.name: a.blocks for a in record.arrays}

    def blocks(self, flat: Mapping[str, Array]) -> Table:
        """Parameters one by one, as the module's ``pack`` takes them."""
        return {d.name: _joined(self.parts[d.name], flat, 0) for d in self.record.params}

    def stacked(self, flat: Mapping[str, Array]) -> Table:
        """Parameters in their stacked arrays, rows in the order of the record."""
        return {a.name: self.stack(a.name, flat) for a in self.record.arrays}

    def stack(self, array: str, flat: Mapping[str, Array]) -> Array:
        """One stacked array."""
        names = self.members[array]
        blocks = [_joined(self.parts[name], flat, 0) for name in names]
        return np.concatenate(blocks, axis=self._rows(names[0])) if len(blocks) > 1 else np.array(blocks[0])

    def stack_of(self, flat: str) -> str:
        """The stacked array that holds a flat parameter."""
        block = next(name for name, parts in self.parts.items() if any(str(place) == flat for place in parts))
        return next(array for array, names in self.members.items() if block in names)

    def split(self, arrays: Mapping[str, Array], numbers: Mapping[str, float]) -> Table:
        """Flat values from stacked arrays. Raises Malformed where an array is missing or is not what it must be."""
        found: Table = {}
        for array in self.record.arrays:
            if array.name not in arrays:
                raise Malformed(f"there is no gradient of {array.name}")
            value, start = np.asarray(arrays[array.name]), 0
            expected = extent(array.shape, numbers)
            if value.shape != expected:
                raise Malformed(f"the gradient of {array.name} has shape {value.shape}, {array.name} has {expected}")
            axis = self._rows(array.blocks[0])
            for block in array.blocks:
                own = extent(self.declared[block].shape, numbers)
                stop = start + own[axis] if own else 0
                place = (slice(None),) * axis + (slice(start, stop),)
                rows = value[place] if own else value
                found |= _taken_apart(self.declared[block], self.parts[block], rows, 0)
                start = stop
        return found

    def _rows(self, block: str) -> int:
        """The axis of a parameter along which it is stacked: copies stay in front."""
        return 0 if self.declared[block].copies is None else 1

    def states(self, flat: Mapping[str, Array]) -> Table:
        """States as the module takes and returns them."""
        return {d.name: _joined(self.parts[d.name], flat, 1) for d in self.held}

    def held_apart(self, states: Mapping[str, Array], what: Callable[[str], str] = str) -> Table:
        """Flat values of states. Raises Malformed; ``what`` says how the message calls a state."""
        found: Table = {}
        for d in self.held:
            if d.name not in states:
                raise Malformed(f"there is no {what(d.name)}")
            found |= _taken_apart(d, self.parts[d.name], np.asarray(states[d.name]), 1, what(d.name))
        return found


def _joined(parts: Sequence[Place], flat: Mapping[str, Array], axis: int) -> Array:
    """An array from its parts; copies are stacked along ``axis``."""
    entries = [_complex(pair, flat) for pair in _copies(parts)]
    return entries[0] if parts[0].index is None else np.stack(entries, axis=axis)


def _copies(parts: Sequence[Place]) -> list[list[Place]]:
    """The parts of each copy, in order."""
    found: dict[int | None, list[Place]] = {}
    for place in parts:
        found.setdefault(place.index, []).append(place)
    return list(found.values())


def _complex(pair: Sequence[Place], flat: Mapping[str, Array]) -> Array:
    """A real value as it is, two parts as one complex array."""
    first = flat[str(pair[0])]
    if pair[0].part is None:
        return first
    value = np.empty(np.shape(first), np.result_type(first, np.complex64))
    value.real, value.imag = first, flat[str(pair[1])]
    return value


def _taken_apart(d: Declaration, parts: Sequence[Place], value: Array, axis: int, name: str = "") -> Table:
    """The parts of an array by flat name, as views of it. Raises Malformed."""
    name = name or f"the gradient of {d.name}"
    copies = _copies(parts)
    if d.complex != np.iscomplexobj(value):
        raise Malformed(f"{name} is {value.dtype} where it is {'complex' if d.complex else 'real'}")
    if d.copies is not None and value.shape[axis : axis + 1] != (len(copies),):
        raise Malformed(f"{name} has shape {value.shape}, it needs {len(copies)} entries along axis {axis}")
    found: Table = {}
    for k, pair in enumerate(copies):
        entry = value if d.copies is None else np.moveaxis(value, axis, 0)[k]
        for place in pair:
            found[str(place)] = {"re": entry.real, "im": entry.imag, None: entry}[place.part] if d.complex else entry
    return found
