"""SymPy's own differentiation of the explicit scalar equations: the derivative that shares nothing with the engine.

At small sizes every component of every equation is one scalar expression in the symbols that it reads, a complex one
two. SymPy differentiates each with respect to each symbol; along the unrolled list of these assignments the total
derivatives follow by the chain rule, forwards in time, at 50 digits. No rule table, no matrix and no reverse mode is
involved.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import mpmath
import numpy as np
import sympy

from symrnn.flat import Place, places
from symrnn.primitives import Expm
from symrnn.record import Declaration, Equation, Record
from symrnn.step import Step
from symrnn.verification.comparison import EXACT
from symrnn.verification.oracle import (
    NUMERIC,
    Domain,
    Values,
    at_row,
    at_time,
    component,
    earlier,
    evaluate,
    parts_of,
    run,
)
from symrnn.verification.samples import Case, Sample, extent, finals
from symrnn.verification.scalars import DIGITS, Meaningless, numeric, plain, slope
from symrnn.verification.symbolic import SYMBOLIC, Complex, of_parts, part_of

Array = Any
Key = tuple[str, str | None, int]  # a signal, its real or imaginary part, and its lag
Vector = dict[int, Any]  # the derivatives by the variables that matter, by their number
T = 3
LARGEST = 2  # rows of a matrix whose exponential SymPy is given in closed form


def explicit_case(record: Record, step: Step) -> Case:
    """The smallest sizes that differ, or the first at which every exponential of a matrix can be written out."""
    choices = [(1, 2, 3, 2), (2, 1), (1,)] if len(record.sizes) > 1 else [(2,), (1,)]
    exponents = [node.shape for _, node in step.equations if isinstance(node.op, Expm)]
    for sizes in choices:
        case = Case("explicit scalars", T, 1, sizes)
        if all(extent(shape, case.extents(record))[0] <= LARGEST for shape in exponents):
            return case
    return Case("explicit scalars", T, 1, choices[0])


@dataclass
class _Assignments:
    """Scalars in the order in which they are computed: the symbol of each, what it reads, and its derivatives.

    ``inner`` are the scalars that have no name in the cell.
    """

    keys: list[Key] = field(default_factory=list)
    inner: dict[sympy.Symbol, sympy.Expr] = field(default_factory=dict)
    rows: list[tuple[sympy.Symbol, tuple[sympy.Symbol, ...]]] = field(default_factory=list)
    partials: list[sympy.Expr] = field(default_factory=list)


class _Written:
    """One tick written out in symbols of our own, never the author's; what is static stands by itself."""

    def __init__(self, record: Record, numbers: Mapping[str, float]) -> None:
        self.record, self.numbers = record, numbers
        self.counter = itertools.count()
        self.parts = parts_of(record)
        self.symbols: dict[Key, Array] = {}
        self.entries: dict[tuple[str, int], Array] = {}
        self.parameters: dict[str, Array] = {}
        self.constants = {n: self._fresh(())[0, 0] for n in numbers}
        self.complex = {d.name for d in (*record.states, *record.params) if d.complex}
        self.values = Values(
            {d.name: self._parameter(d) for d in record.params},
            {},
            {},
            self.constants,
            {str(s): int(numbers[str(s)]) for s in record.sizes},
        )
        self.static, self.moving = _Assignments(), _Assignments()
        for equation in record.equations:
            self._write(equation, self.static if equation.static else self.moving)

    def _domain(self, target: _Assignments) -> Domain:
        """SymPy's functions; a value that many entries read gets symbols of its own first."""
        whole = replace(SYMBOLIC.whole, shared=lambda value: self._named(value, target))
        return replace(SYMBOLIC, whole=whole)

    def _named(self, value: Array, target: _Assignments) -> Array:
        """A symbol for every real entry that is no symbol or number."""
        if any(isinstance(v, Complex) for v in value.flat) or all(v.is_Symbol or v.is_number for v in value.flat):
            return value
        symbols = self._fresh(value.shape)
        for symbol, scalar in zip(symbols.flat, value.flat, strict=True):
            target.inner[symbol] = plain(scalar)
            self._assign(symbol, target.inner[symbol], target)
        return symbols

    def _fresh(self, shape: tuple[int, ...]) -> Array:
        """New symbols in a column or matrix."""
        shape = shape if len(shape) == 2 else (*(shape or (1,)), 1)
        names = [sympy.Symbol(f"v{next(self.counter)}", real=True) for _ in range(shape[0] * shape[1])]
        return np.array(names, dtype=object).reshape(shape)

    def _parameter(self, d: Declaration) -> Any:
        """The entries of a parameter, of copies a list; a complex entry is made of two symbols."""
        shape = extent(d.shape if d.copies is None else d.shape[1:], self.numbers)

        def made(place: Place) -> Array:
            names = [str(p) for p in self.parts[place]]
            self.parameters |= {name: self._fresh(shape) for name in names}
            return of_parts([self.parameters[name] for name in names])

        return made(Place(d.name)) if d.copies is None else [made(Place(d.name, k)) for k in range(d.copies)]

    def _read(self, name: str, lag: int) -> Array:
        """The entries of a signal: an input, a state before this tick, or what has been assigned above."""
        if (name, lag) not in self.entries:
            parts = ("re", "im") if name in self.complex else (None,)
            shape = extent(self.record.shape_of(name), self.numbers)
            self.symbols |= {(name, part, lag): self._fresh(shape) for part in parts}
            self.entries[name, lag] = of_parts([self.symbols[name, part, lag] for part in parts])
        return self.entries[name, lag]

    def _write(self, equation: Equation, target: _Assignments) -> None:
        """The scalars of one equation with SymPy's derivatives of each."""
        value = evaluate(equation.tree, self._read, self.values, self._domain(target))
        pairs = ("re", "im") if equation.complex else (None,)
        for part in pairs:
            scalars = part_of(value, part)
            key = (equation.name, part, 0)
            self.symbols[key] = self._fresh(scalars.shape)
            target.keys.append(key)
            for symbol, scalar in zip(self.symbols[key].flat, scalars.flat, strict=True):
                self._assign(symbol, plain(scalar), target)
        self.entries[equation.name, 0] = of_parts([self.symbols[equation.name, part, 0] for part in pairs])

    def _assign(self, symbol: sympy.Symbol, scalar: sympy.Expr, target: _Assignments) -> None:
        reads = scalar.free_symbols.difference(self.constants.values())
        ordered = tuple(sorted(reads, key=lambda s: int(s.name[1:])))
        target.rows.append((symbol, ordered))
        target.partials += [slope(scalar, s) for s in ordered]


def total_derivatives(record: Record, sample: Sample) -> dict[str, Array]:
    """dL/d(everything) of a sample with one row, by gradient name, in arrays of mpmath numbers."""
    written = _Written(record, sample.numbers)
    with mpmath.workdps(DIGITS):
        return _Accumulation(record, sample, written).run()


class _Accumulation:
    """Forward accumulation of total derivatives, one vector over all variables for each scalar."""

    def __init__(self, record: Record, sample: Sample, written: _Written) -> None:
        self.record, self.sample, self.written = record, sample, written
        self.values = at_row(record, sample, 0)
        self.ticks = run(record, self.values, sample.case.T, NUMERIC)
        *offsets, self.total = itertools.accumulate((v.size for v in sample.variables.values()), initial=0)
        self.first = dict(zip(sample.variables, offsets, strict=True))
        self.held = earlier(record)
        self.finals = finals(sample)
        self.flat = places(record)
        self.slopes: dict[sympy.Symbol, Vector] = {}
        self.past: list[dict[Key, list[Vector]]] = []

    def run(self) -> dict[str, Array]:
        """The derivatives of the loss."""
        written, sample = self.written, self.sample
        for name, symbols in written.parameters.items():
            self.slopes |= dict(zip(symbols.flat, self._units(f"d{name}", 0, symbols.size), strict=True))
        order = [s for a in (*written.symbols.values(), *written.parameters.values()) for s in a.flat]
        slots = (*order, *written.constants.values())
        static, moving = (numeric(slots, a.partials, a.inner) for a in (written.static, written.moving))
        loss: list[tuple[Vector, Any]] = []
        for t in range(sample.case.T):
            for name, part, lag in written.symbols:
                if lag or name in sample.inputs:
                    self._set((name, part, lag), self._at(name, part, t - lag))
            numbers = self._numbers(t)
            for assignments, function in ((written.static, static), (written.moving, moving)):
                if t == 0 or assignments is written.moving:
                    self._assign(assignments, function(*numbers))
            self.past.append({key: [self.slopes[s] for s in written.symbols[key].flat] for key in written.moving.keys})
            for name, cotangent in sample.outputs.items():
                loss += _weighted(self._at(name, None, t), cotangent[t, 0])
        loss += [pair for name, held in self.held.items() for pair in self._final(name, held)]
        whole = _combined(loss)
        dense = np.array([whole.get(k, mpmath.mpf(0)) for k in range(self.total)], dtype=object)
        return {n: dense[self.first[n] : self.first[n] + v.size].reshape(v.shape) for n, v in sample.variables.items()}

    def _final(self, name: str, held: list[Place]) -> Iterable[tuple[Vector, Any]]:
        """What the state after the last tick adds to the loss; older values that it holds come from before."""
        for back, place in enumerate(held):
            for p in self.written.parts[place]:
                vectors = self._at(name, p.part, self.sample.case.T - 1 - back)
                yield from _weighted(vectors, self.finals[str(p)][0])

    def _at(self, name: str, part: str | None, time: int) -> list[Vector]:
        """The derivatives of a signal at a tick; an input, and what stands before the first tick, are variables."""
        if time >= 0 and name not in self.sample.inputs:
            statics = {key: self.written.symbols[key] for key in self.written.static.keys}
            if (name, part, 0) in statics:
                return [self.slopes[s] for s in statics[name, part, 0].flat]
            return self.past[time][name, part, 0]
        if time >= 0:
            size = self.sample.inputs[name][0, 0].size
            return self._units(f"d{name}", time * size, size)
        place = self.held[name][-time - 1]
        flat = str(Place(place.name, place.index, part))
        return self._units(self.sample.starts[flat], 0, self.sample.states[flat].size)

    def _units(self, variable: str, offset: int, size: int) -> list[Vector]:
        first = self.first[variable] + offset
        return [{first + k: mpmath.mpf(1)} for k in range(size)]

    def _set(self, key: Key, vectors: list[Vector]) -> None:
        self.slopes |= dict(zip(self.written.symbols[key].flat, vectors, strict=True))

    def _assign(self, assignments: _Assignments, partials: list[Any]) -> None:
        """The chain rule along one list of assignments."""
        values = iter(partials)
        for symbol, reads in assignments.rows:
            self.slopes[symbol] = _combined([(self.slopes[s], _real(next(values))) for s in reads])

    def _numbers(self, t: int) -> list[Any]:
        """The number behind every symbol of a tick, in the order of the compiled functions."""
        numbers: list[Any] = []
        for name, part, lag in self.written.symbols:
            numbers += list(component(at_time(self.ticks, self.values, name, t - lag), part).flat)
        for name in self.written.parameters:
            place = self.flat[name]
            value = self.values.parameters[place.name]
            numbers += list(component(value if place.index is None else value[place.index], place.part).flat)
        return [*numbers, *self.values.constants.values()]


def _real(value: Any) -> Any:
    """A real derivative, which may have been computed through complex numbers, as that of an exponential is."""
    if isinstance(value, mpmath.mpc):
        if abs(value.imag) > EXACT * (1 + abs(value.real)):
            raise Meaningless(f"SymPy's derivative of a real value is complex: {mpmath.nstr(value, 5)}")
        return value.real
    return value


def _combined(pairs: Iterable[tuple[Vector, Any]]) -> Vector:
    """A sum of vectors, each times a number."""
    total: Vector = {}
    for vector, factor in pairs:
        if factor != 0:
            for k, v in vector.items():
                total[k] = total[k] + v * factor if k in total else v * factor
    return total


def _weighted(vectors: list[Vector], cotangent: Array) -> list[tuple[Vector, Any]]:
    """What a value adds to the loss."""
    return list(zip(vectors, (mpmath.mpf(float(w)) for w in np.ravel(cotangent)), strict=True))
