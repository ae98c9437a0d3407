"""A few steps of a cell with random values, run by the equations of its document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from printed import Page, key

from symrnn.cell import Cell
from symrnn.document.formula import Adjoint, Related, Symbol
from symrnn.document.model import Document, Equations, Row
from symrnn.document.text_math import plain
from symrnn.flat import flat, pasts, places
from symrnn.record import Declaration

Array = Any
STEPS = 3
SIZES = {"n_x": 3, "n_h": 4, "n_u": 2}
DRAWN = {
    "positive": lambda rng, shape: 0.5 + np.abs(rng.normal(size=shape)),
    "unit": lambda rng, shape: rng.uniform(0.1, 0.9, size=shape),
    "mask": lambda rng, shape: rng.integers(0, 2, size=shape).astype(float),
}


def rows_of(document: Document) -> dict[str, list[Row]]:
    """The equations of a document by the number of their section."""
    found: dict[str, list[Row]] = {}
    for section in document.sections:
        blocks = [block for block in section.blocks if isinstance(block, Equations)]
        found[section.number] = [row for block in blocks for row in block.rows]
    return found


def right(row: Row) -> str:
    """The right side of an equation as it is printed, all its lines put together."""
    text = plain(row.terms[0].formula)
    text = f"-{text}" if row.terms[0].sign < 0 else text
    for term in row.terms[1:]:
        text += {1: " + ", -1: " - ", 0: " "}[term.sign] + plain(term.formula)
    return text


def run(rows: Iterable[Row], values: dict[str, Array], ticks: Iterable[dict[str, Array]] = ()) -> None:
    """Assign every left side its right side, in order."""
    for row in rows:
        chained = isinstance(row.terms[0].formula, Related)
        *chain, last = right(row).split(" = ") if chained else [right(row)]
        found = Page(values, tuple(ticks)).evaluate(last)
        for name in (plain(row.left), *chain):
            values[key(name)] = found


def name(text: str, time: str = "") -> str:
    """A name as it is printed."""
    return plain(Symbol(text, time))


class Sequence:
    """Three steps of a cell, its values named as on the page; what is given goes by flat names."""

    def __init__(self, cell: type[Cell], document: Document, seed: int) -> None:
        self.record, self.flat, self.rows = cell.record, flat(cell.record), rows_of(document)
        adjoints = [row.left for row in document.rows if isinstance(row.left, Adjoint)]
        self.letter = adjoints[0].letter
        self.rng = np.random.default_rng(seed)
        record = self.flat
        self.sizes = {s.name: SIZES.get(s.name, 2) for s in record.sizes}
        self.states = [d.name for d in record.states]
        self.given = {d.name: self.drawn(d) for d in record.params}
        self.given |= {d.name + "[0]": self.drawn(d) for d in record.states}
        for t in range(STEPS):
            self.given |= {f"{d.name}@{t}": self.drawn(d, t) for d in record.inputs}
        parts = {True: (".re", ".im"), False: ("",)}
        self.outputs = [n + p for n in record.outputs for p in parts[n in self.complex()]]
        self.cotangents = {(n, t): self.rng.normal(size=self.shape(n)) for n in self.outputs for t in range(STEPS)}
        self.final = {n: self.rng.normal(size=self.shape(n)) for n in self.states}
        self.fixed = {n: float(v) for n, v in record.constants} | {n: float(v) for n, v in self.sizes.items()}
        self.fixed = {name(n): v for n, v in self.fixed.items()}

    def complex(self) -> set[str]:
        """The names of complex signals."""
        return {d.name for d in (*self.record.states, *self.record.equations) if d.complex}

    def shape(self, flat_name: str) -> tuple[int, int]:
        """The numbers behind a shape, a vector as a column."""
        sizes = [self.size(n) for n in self.flat.shape_of(flat_name)] or [1]
        return (sizes[0], sizes[1] if len(sizes) > 1 else 1)

    def size(self, size: Any) -> int:
        return int(size.xreplace({s: self.sizes[s.name] for s in size.free_symbols}))

    def drawn(self, d: Declaration, t: int = 0) -> Array:
        """Random numbers of a declaration's domain."""
        shape = self.shape(d.name)
        if d.domain == "time":
            return np.full(shape, t + 1.0)
        return DRAWN[d.domain](self.rng, shape) if d.domain in DRAWN else self.rng.normal(size=shape)

    def joined(self, values: dict[str, Array], names: Iterable[str], time: str = "") -> None:
        """Complex values out of the pairs that are given."""
        for n in names:
            if name(f"{n}.re", time) in values:
                values[name(n, time)] = values[name(f"{n}.re", time)] + 1j * values[name(f"{n}.im", time)]

    def split(self, values: dict[str, Array]) -> None:
        """The parts of complex values that the author's equations give."""
        for n in self.complex():
            for time in ("", "t"):
                if name(n, time) in values:
                    value = values[name(n, time)] + 0j
                    values[name(f"{n}.re", time)], values[name(f"{n}.im", time)] = value.real, value.imag

    def forwards(self, section: str, given: dict[str, Array]) -> list[dict[str, Array]]:
        """The values of every step by the equations of a section."""
        ticks: list[dict[str, Array]] = []
        copies = [
            place.name if place.index is None else f"{place.name}[{place.index}]"
            for place in places(self.record).values()
        ]
        for t in range(STEPS):
            values = self.fixed | {name(d.name): given[d.name] for d in self.flat.params}
            values |= {name(d.name, "t"): given[f"{d.name}@{t}"] for d in self.flat.inputs}
            for n in self.states:
                values[name(n, "t-1")] = ticks[-1][name(n, "t")] if ticks else given[n + "[0]"]
            self.joined(values, copies)
            self.joined(values, self.complex(), "t-1")
            self.remember(values)
            run(self.rows[section], values)
            self.split(values)
            if section == "2.1":
                self.hand_on(values)
            ticks.append(values)
        return ticks

    def remember(self, values: dict[str, Array]) -> None:
        """The values at t-2, t-3, … by what is kept for a delay."""
        held = {d.name: 0 for d in self.record.inputs} | {d.name: 1 for d in self.record.states}
        for signal, depth in pasts(self.record).items():
            for k in range(depth):
                values[name(signal, f"t-{held[signal] + k + 1}")] = values[name(f"{signal}_past[{k}]", "t-1")]

    def hand_on(self, values: dict[str, Array]) -> None:
        """What is kept for a delay moves on by one."""
        held = {d.name: "t" for d in self.record.inputs} | {d.name: "t-1" for d in self.record.states}
        for signal, depth in pasts(self.record).items():
            for k in range(depth):
                source = name(f"{signal}_past[{k - 1}]", "t-1") if k else name(signal, held[signal])
                values[name(f"{signal}_past[{k}]", "t")] = values[source]

    def adjoint(self, flat_name: str, time: str = "", kind: str = "") -> str:
        """An adjoint as it is printed."""
        return f"{self.letter}{kind}{name(flat_name, time)}"

    def loss(self, given: dict[str, Array]) -> float:
        """The loss by the author's equations: a random weight on every output and on the final state."""
        ticks = self.forwards("2.1", given)
        total = sum(float(np.sum(g * ticks[t][name(n, "t")])) for (n, t), g in self.cotangents.items())
        return total + sum(float(np.sum(g * ticks[-1][name(n, "t")])) for n, g in self.final.items())

    def backwards(self) -> dict[str, Array]:
        """The gradients by the lines of the adjoint recursion."""
        ticks = self.forwards("2.2", self.given)
        arriving = {self.adjoint(n, "t", "⁺"): g for n, g in self.final.items()}
        found: dict[str, Array] = {}
        for t in reversed(range(STEPS)):
            values = ticks[t]
            values |= arriving | {self.adjoint(n, "t", "ʸ"): g for (n, at), g in self.cotangents.items() if at == t}
            run(self.rows["4"], values)
            run([row for row in self.rows["5.2"] if not plain(row.left).endswith("[0]")], values)
            inputs = {d.name: self.adjoint(d.name, "t") for d in self.flat.inputs}
            found |= {f"{n}@{t}": values[shown] for n, shown in inputs.items() if shown in values}
            arriving = {n: values[n.replace("[t]", "[t-1]")] for n in arriving}
        once = dict(ticks[0])
        for row in self.rows["5.1"]:
            for tick in ticks:
                tick |= {n: v for n, v in once.items() if n.startswith(self.letter) and "[t" not in n}
            run([row], once, ticks)
        parameters = {d.name: self.adjoint(d.name) for d in self.flat.params}
        found |= {n: once[shown] for n, shown in parameters.items() if shown in once}
        starts = {n.replace("[t]", "[0]"): value for n, value in arriving.items()}
        run([row for row in self.rows["5.2"] if plain(row.left).endswith("[0]")], starts)
        found |= {f"{n}[0]": starts[self.adjoint(n, "0")] for n in self.final}
        return {n: found.get(n, np.zeros((1, 1))) for n in self.given}
