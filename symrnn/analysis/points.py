"""Two cells under a mapping at random points, at 50 digits, by a route that shares nothing with the proof.

The equations of both are evaluated as their authors wrote them (``symrnn.verification.oracle``), each cell with a state
of its own, for a few ticks: from the start of both cells and from random states that correspond.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import mpmath
import numpy as np

from symrnn.analysis.correspondence import Correspondence
from symrnn.analysis.pairing import copied
from symrnn.flat import pasts
from symrnn.ir import SCALAR
from symrnn.record import Declaration, Shape
from symrnn.tree import Tree
from symrnn.verification.oracle import NUMERIC, Values, column, evaluate, run
from symrnn.verification.samples import extent
from symrnn.verification.scalars import DIGITS

Array = Any
TICKS = 3
LENGTHS = (2, 3, 4)  # of the sizes, in turn: unequal ones show a transposed weight
ALLOWED = mpmath.mpf(10) ** -40
UNDEFINED = (ZeroDivisionError, OverflowError)  # what mpmath raises where a value is not defined


@dataclass(frozen=True)
class Counterexample:
    """Where two cells differ: of which output or state, at which tick (from 1) and entry, and both values.

    ``point`` holds every number that cell a was given: parameters, inputs by tick, and states before the first tick.
    """

    about: str
    tick: int
    entry: tuple[int, ...]
    ours: complex
    theirs: complex
    from_start: bool
    sizes: tuple[tuple[str, int], ...]
    seed: tuple[int, ...]
    point: dict[str, Any]

    def __str__(self) -> str:
        where = "from the start of both cells" if self.from_start else "from random states that correspond"
        sizes = ", ".join(f"{name} = {n}" for name, n in self.sizes)
        return (
            f"{self.about}, tick {self.tick}, entry {', '.join(map(str, self.entry))}: {_shown(self.ours)} and "
            f"{_shown(self.theirs)}, {where} ({sizes}; seed {self.seed[0]}, point {self.seed[1]})"
        )


def _shown(value: complex) -> str:
    return f"{value.real:.10g}" if value.imag == 0 else f"{value:.10g}"


def compare_at(match: Correspondence, seed: tuple[int, int]) -> Counterexample | bool:
    """One random point: a counterexample, True if all values agree, False if one of them is not defined there."""
    with mpmath.workdps(DIGITS):
        point = _Point(match, seed)
        try:
            return point.compare()
        except UNDEFINED:
            return False


class _Point:
    """One random point and the run of both cells from it; every second point starts where the cells start."""

    def __init__(self, match: Correspondence, seed: tuple[int, int]) -> None:
        self.match, self.seed = match, seed
        self.rng = np.random.default_rng(seed)
        self.from_start = seed[1] % 2 == 0
        sizes = dict.fromkeys((*match.a.sizes, *match.b.sizes))
        self.sizes = {size.name: LENGTHS[k % len(LENGTHS)] for k, size in enumerate(sizes)}
        self.depth = 1 + max((*pasts(match.a).values(), *pasts(match.b).values()), default=0)
        self.values = self._ours()

    def compare(self) -> Counterexample | bool:
        """Run both cells and compare what the mapping relates, outputs first."""
        match = self.match
        ours = run(match.a, self.values, TICKS, NUMERIC)
        theirs = run(match.b, self._theirs(), TICKS, NUMERIC)
        defined = True
        for about, name, tree in self._compared():
            for t in range(TICKS):
                expected = self._shaped(self._at(tree, partial(_named, ours[t])), match.b.shape_of(name))
                found = np.broadcast_to(theirs[t][name], expected.shape)
                gap = np.frompyfunc(lambda a, b: abs(a - b) / max(1, abs(a), abs(b)), 2, 1)(expected, found)
                entry = max(np.ndindex(gap.shape), key=lambda i: gap[i] if gap[i] == gap[i] else -1, default=())
                defined = defined and all(v == v and abs(v) != mpmath.inf for v in (*expected.flat, *found.flat))
                if defined and entry and gap[entry] > ALLOWED:
                    vector = len(match.b.shape_of(name)) < 2
                    return self._counterexample(about, t, entry[:1] if vector else entry, expected[entry], found[entry])
        return defined

    def _compared(self) -> Iterator[tuple[str, str, Tree]]:
        for name, tree in self.match.returned.items():
            yield f"output {name}", name, tree
        for d in self.match.b.states:
            if d.name in self.match.mapped:
                yield f"state {d.name}", d.name, self.match.mapped[d.name]

    def _counterexample(self, about: str, t: int, entry: tuple[int, ...], ours: Any, theirs: Any) -> Counterexample:
        values, names = self.values, {d.name for d in self.match.a.params}
        point = {n: _plain(v) for n, v in values.parameters.items() if n in names}
        point |= {n: [_plain(v) for v in sequence] for n, sequence in values.inputs.items()}
        point |= {f"{d.name} at the start": _plain(values.before[d.name][0]) for d in self.match.a.states}
        sizes = tuple(self.sizes.items())
        here = (self.from_start, sizes, self.seed, point)
        return Counterexample(about, t + 1, entry, complex(ours), complex(theirs), *here)

    def _ours(self) -> Values:
        """Random numbers for everything that cell a reads."""
        a = self.match.a

        def earlier(d: Declaration) -> Array:
            return self._shaped(_exact(d.start), d.shape) if self.from_start else self._drawn(d)

        return Values(
            parameters={d.name: self._parameter(d) for d in a.params},
            inputs={d.name: [self._drawn(d, t + 1) for t in range(TICKS)] for d in a.inputs},
            before={d.name: [earlier(d) for _ in range(self.depth)] for d in (*a.states, *a.inputs)},
            constants=self._numbers(dict(a.constants)),
            sizes=self.sizes,
        )

    def _theirs(self) -> Values:
        """The same point for cell b: what the mapping makes of it, and random numbers for states that are free."""
        b, ours, mapped = self.match.b, self.values, self.match.mapped
        constants = {n: self._at(mapped[n])[0, 0] if n in mapped else mpmath.mpf(v) for n, v in b.constants}

        def earlier(d: Declaration, k: int) -> Array:
            if self.from_start:
                return self._shaped(_exact(d.start), d.shape)
            if d.name in mapped:
                return self._shaped(self._at(mapped[d.name], lambda n, _: ours.before[n][k]), d.shape)
            return self._drawn(d)

        def now(d: Declaration, t: int) -> Array:
            return self._shaped(self._at(mapped[d.name], lambda n, _: ours.inputs[n][t]), d.shape)

        return Values(
            parameters={d.name: self._mapped_parameter(d) for d in b.params},
            inputs={d.name: [now(d, t) for t in range(TICKS)] for d in b.inputs},
            before={d.name: [earlier(d, k) for k in range(self.depth)] for d in (*b.states, *b.inputs)},
            constants=self._numbers(constants),
            sizes=self.sizes,
        )

    def _mapped_parameter(self, d: Declaration) -> Any:
        tree, copies = self.match.mapped[d.name], {p.name for p in self.match.a.params if p.copies is not None}
        if d.copies is None:
            return self._shaped(self._at(copied(tree, 0, copies)), d.shape)
        return [self._shaped(self._at(copied(tree, k, copies)), d.shape[1:]) for k in range(d.copies)]

    def _at(self, tree: Tree, read: Callable[[str, int], Array] | None = None) -> Array:
        """A value of the mapping, signals of a read by ``read``."""
        return evaluate(tree, read or (lambda name, lag: None), self.values, NUMERIC)

    def _shaped(self, value: Array, shape: Shape) -> Array:
        """A value as a column or matrix of its shape; a number stands for every entry."""
        rows, columns = (*extent(shape or SCALAR, self.sizes), 1)[:2]
        return np.broadcast_to(value, (rows, columns))

    def _numbers(self, constants: Mapping[str, Any]) -> dict[str, Any]:
        return {n: mpmath.mpf(v) for n, v in (self.sizes | dict(constants)).items()}

    def _parameter(self, d: Declaration) -> Any:
        return self._drawn(d) if d.copies is None else [self._drawn(d, shape=d.shape[1:]) for _ in range(d.copies)]

    def _drawn(self, d: Declaration, tick: int = 1, shape: Shape | None = None) -> Array:
        """A random value of its declared domain."""
        lengths = extent((d.shape if shape is None else shape) or SCALAR, self.sizes)
        real = column(_domain(d.domain, self.rng, lengths, tick))
        return real + column(self.rng.standard_normal(lengths)) * mpmath.mpc(0, 1) if d.complex else real


def _named(tick: Mapping[str, Array], name: str, lag: int) -> Array:
    return tick[name]


def _domain(domain: str, rng: np.random.Generator, shape: tuple[int, ...], tick: int) -> Array:
    match domain:
        case "positive":
            return rng.uniform(0.4, 2.0, shape)
        case "unit":
            return rng.uniform(0.05, 0.95, shape)
        case "mask":
            return rng.integers(0, 2, shape).astype(float)
        case "time":
            return np.full(shape, float(tick))
    return rng.standard_normal(shape)


def _exact(value: float) -> Array:
    return np.array([[mpmath.mpf(value)]], dtype=object)


def _plain(value: Any) -> Any:
    """Numbers as Python has them, in lists."""
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return np.frompyfunc(lambda v: complex(v) if isinstance(v, mpmath.mpc) else float(v), 1, 1)(value).tolist()

