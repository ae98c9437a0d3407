"""The pointers that a function of the emitted file takes: one for each run of rows that it reads or writes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from symrnn.backends.c_operations import CHUNKED, TICK
from symrnn.backends.c_places import LONG, TURNS, Place
from symrnn.backends.c_text import KEYWORDS, MACROS, OWN, Names, factor, size


def pointer(place: Place, stage: str, names: Names) -> str:
    """The first row of a place at a stage: of the tick, of the chunk, or the only one."""
    start = _start(place, stage, names)
    offset = f" + {size(place.offset, names)}" if place.offset != 0 else ""
    return f"{place.base}{start}{offset}"


def _start(place: Place, stage: str, names: Names) -> str:
    stride = factor(place.stride, names)
    match place.rows:
        case "turns":
            return f" + (t + {place.later}) % 2 * B * {stride}"
        case "chunk" if stage == TICK:
            return f" + (row - first) * {stride}"
        case "full" | "long":
            row = "row" if stage == TICK else "first"
            return f" + ({row} + B) * {stride}" if place.later else f" + {row} * {stride}"
    return ""


def rows_at(stage: str) -> str:
    """How many rows a stage works on."""
    return "B" if stage == TICK else "rows" if stage in CHUNKED else "1"


@dataclass
class Streams:
    """The parameters of one function of the emitted file: pointers to rows, and the sizes that its text names."""

    names: Names
    local: Names = field(init=False)
    pointers: dict[Place, str] = field(default_factory=dict)
    written: set[Place] = field(default_factory=set)

    def __post_init__(self) -> None:
        sizes = {name for (space, _), name in self.names.given.items() if space == "size"}
        self.local = Names(taken={*KEYWORDS, *MACROS, *OWN, *sizes})

    def at(self, place: Place, index: str = "", write: bool = False) -> str:
        """An address in the row: the pointer, the offset of the place and an index."""
        stream = place.stream
        if stream not in self.pointers:
            self.pointers[stream] = self.local(_stem(place), f"pointer {stream}")
        if write:
            self.written.add(stream)
        parts = [self.pointers[stream], *([size(place.offset, self.names)] if place.offset != 0 else [])]
        return " + ".join([*parts, *([index] if index else [])])

    def sizes(self, lines: Iterable[str]) -> list[str]:
        """The sizes that some lines name."""
        words = set(re.findall(r"[A-Za-z_]\w*", "\n".join([*lines, *(str(p.stride) for p in self.pointers)])))
        known = [name for (space, _), name in self.names.given.items() if space == "size"]
        strides = {self.names(s.name, "size") for p in self.pointers for s in p.stride.free_symbols}
        return [name for name in known if name in words | strides]

    def parameters(self, lines: Iterable[str]) -> list[str]:
        """The parameters as they are declared: sizes, then pointers."""
        declared = [f"size_t {name}" for name in self.sizes(lines)]
        return declared + [
            f"{'' if p in self.written else 'const '}real *{name}" for p, name in self.pointers.items()
        ]

    def arguments(self, lines: Iterable[str], stage: str) -> list[str]:
        """What a call at a stage gives for them."""
        return [*self.sizes(lines), *(pointer(p, stage, self.names) for p in self.pointers)]

    def row_arguments(self, lines: Iterable[str]) -> list[str]:
        """What the loop over rows hands on: row ``r`` of each."""
        found = list(self.sizes(lines))
        for place, name in self.pointers.items():
            moves = place.stride != 0
            found.append(f"{name} + r * {factor(place.stride, self.names)}" if moves else name)
        return found


def _stem(place: Place) -> str:
    """A name for a pointer to the rows of a place."""
    plain = re.split(r"->|\.", place.base)[-1]
    if place.rows in (LONG, TURNS):
        plain += ("_next" if place.rows == TURNS and _is_adjoint(place) else "") if place.later else "_prev"
    return f"{plain}_at"


def _is_adjoint(place: Place) -> bool:
    return place.base.startswith("v.d")

