"""Two cells as one: the equations of both over the parameters, inputs and states of the first.

Cell b is written into cell a: its parameters become equations in a's (what the mapping says), its states and inputs
are read as values of a's, and its own equations follow under names of their own. In that one cell, b is the function
that the mapping claims it is if pairs of values are equal: for every state of b that the mapping speaks of, its new
value and what the mapping makes of a's new state; for every output likewise; for every such state its start. By
induction over time the two then return the same for every input sequence. States of b that the mapping does not speak
of are read as they are, so that nothing that is compared may depend on them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from symrnn.analysis.correspondence import Correspondence
from symrnn.analysis.sizes import symbols
from symrnn.flat import flat, pasts
from symrnn.lower import lower
from symrnn.record import Declaration, Equation, Record, Shape
from symrnn.step import Step
from symrnn.tree import Arith, Imaginary, Named, Number, Param, Ref, Structural, Tree, fold, rebuilt

THEIRS, CLAIMED, START = "b:", "a:", "start of "
ZERO = Number(Fraction(0))


@dataclass(frozen=True)
class Claim:
    """Two values that have to be equal: what they are about, and their names in the pair."""

    about: str
    ours: str
    theirs: str


@dataclass(frozen=True)
class Pair:
    """Cell b written into cell a: one record, and the values in it that have to be equal."""

    record: Record
    claims: tuple[Claim, ...]

    def step(self, numbers: bool = False) -> Step:
        """Both cells as one step that returns all values to compare; ``numbers`` puts constants in numbers."""
        plain = flat(_with_numbers(self.record) if numbers else self.record)
        names = [part for claim in self.claims for name in (claim.ours, claim.theirs) for part in self.parts(name)]
        return lower(replace(plain, outputs=tuple(dict.fromkeys(names))))

    def parts(self, name: str) -> tuple[str, ...]:
        """The flat names of a value: its real and imaginary part, if it is complex."""
        complex_ = any(e.complex for e in self.record.equations if e.name == name)
        return (f"{name}.re", f"{name}.im") if complex_ else (name,)


def pair(match: Correspondence) -> Pair:
    """Write cell b into cell a."""
    return _Writing(match).pair()


def _with_numbers(record: Record) -> Record:
    values = {name: Number(Fraction(str(value))) for name, value in record.constants}

    def put(node: Tree, parts: tuple[Tree, ...]) -> Tree:
        return values.get(node.name, node) if isinstance(node, Named) else rebuilt(node, parts)

    return replace(record, equations=tuple(replace(e, tree=fold(e.tree, put)) for e in record.equations))


def later(tree: Tree, lag: int) -> Tree:
    """A value of a, ``lag`` ticks ago."""
    return fold(tree, lambda n, parts: Ref(n.name, lag) if isinstance(n, Ref) else rebuilt(n, parts))


def copied(tree: Tree, copy: int, several: Collection[str]) -> Tree:
    """A value made of parameters, for one copy of those that have several."""

    def chosen(node: Tree, parts: tuple[Tree, ...]) -> Tree:
        return Param(node.name, copy) if isinstance(node, Param) and node.name in several else rebuilt(node, parts)

    return fold(tree, chosen)


def spread(tree: Tree, shape: Shape, complex_: bool) -> Tree:
    """A value in a given shape, where a number may stand for every entry, and a real one for a complex one."""
    zeros: Tree = ZERO
    if shape:
        zeros = Arith("*", (ZERO, Structural("ones", (), (("shape", shape),))))
    total = Arith("+", (tree, zeros))
    return Arith("+", (total, Arith("*", (Imaginary(), zeros)))) if complex_ else total


class _Writing:
    """The writing of one cell into another."""

    def __init__(self, match: Correspondence) -> None:
        self.match = match
        self.a, self.b = match.a, match.b
        self.constants = dict(self.b.constants)
        self.inputs = {d.name for d in self.b.inputs}
        self.states = {d.name: d for d in self.b.states}
        self.several = {d.name for d in self.a.params if d.copies is not None}

    def pair(self) -> Pair:
        """The pair."""
        compared = list(self._compared())
        equations = (*self.a.equations, *self._parameters(), *self._equations(), *(e for e, _ in compared))
        free = tuple(replace(self.states[name], name=THEIRS + name) for name in self.match.free)
        declared: tuple[Declaration | Equation, ...] = (*self.a.inputs, *self.a.states, *free, *self.a.params)
        shapes = [size for item in (*declared, *equations) for size in item.shape]
        record = Record(
            name=f"{self.a.name} and {self.b.name}",
            doc="",
            inputs=self.a.inputs,
            states=(*self.a.states, *free),
            outputs=(),
            params=self.a.params,
            constants=self.a.constants,
            sizes=symbols((*self.a.sizes, *self.b.sizes, *shapes)),
            equations=equations,
            arrays=(),
        )
        return Pair(record, tuple(claim for _, claim in compared if claim is not None))

    def _parameters(self) -> Iterator[Equation]:
        """The parameters of b as values of a's, each copy by itself."""
        for d in self.b.params:
            shape = d.shape[1:] if d.copies is not None else d.shape
            for copy in range(d.copies) if d.copies is not None else (None,):
                name = f"{THEIRS}{d.name}" + ("" if copy is None else f"[{copy}]")
                tree = copied(self.match.mapped[d.name], copy or 0, self.several)
                yield Equation(name, spread(tree, shape, d.complex), shape, True, complex=d.complex)

    def _equations(self) -> Iterator[Equation]:
        """The equations of b under names of their own."""
        for e in self.b.equations:
            yield replace(e, name=THEIRS + e.name, tree=fold(e.tree, self._read))

    def _read(self, node: Tree, parts: tuple[Tree, ...]) -> Tree:
        """What a name in an equation of b is in the pair."""
        match node:
            case Param(name, copy):
                return Ref(f"{THEIRS}{name}" + ("" if copy is None else f"[{copy}]"))
            case Named(name) if name in self.match.mapped:
                return self.match.mapped[name]
            case Named(name) if name in self.constants:
                return Number(Fraction(str(self.constants[name])))
            case Ref(name, lag) if name in self.inputs or (name in self.states and lag > 0):
                if name in self.match.free:
                    return Ref(THEIRS + name, lag)
                return self._signal(name, later(self.match.mapped[name], lag))
            case Ref(name):
                return Ref(THEIRS + name)
        return rebuilt(node, parts)

    def _signal(self, name: str, tree: Tree) -> Tree:
        """A value of a in the place of a signal of b."""
        d = next(d for d in (*self.b.inputs, *self.b.states) if d.name == name)
        return tree if isinstance(tree, Ref) else spread(tree, d.shape, d.complex)

    def _compared(self) -> Iterator[tuple[Equation, Claim | None]]:
        """What has to be equal, and the equations that name it."""
        for d in self.b.states:
            if d.name not in self.match.free:
                tree = self.match.mapped[d.name]
                claim = Claim(f"state {d.name}", CLAIMED + d.name, THEIRS + d.name)
                yield self._named(claim.ours, tree, d), claim
                yield from self._start(d.name, d, Number(Fraction(d.start)))
        for name in pasts(self.b):
            if name in self.inputs:
                yield from self._start(name, next(d for d in self.b.inputs if d.name == name), ZERO)
        for name, tree in self.match.returned.items():
            if name in self.states and tree == self.match.mapped.get(name):
                continue
            d = Declaration(name, "output", self.b.shape_of(name))
            claim = Claim(f"output {name}", f"{CLAIMED}out {name}", THEIRS + name)
            yield self._named(claim.ours, tree, d), claim

    def _start(self, name: str, d: Declaration, start: Number) -> Iterator[tuple[Equation, Claim | None]]:
        """The value before the first tick: what the mapping makes of a's, and b's own."""
        starts = {s.name: Number(Fraction(s.start)) for s in self.a.states} | {i.name: ZERO for i in self.a.inputs}

        def first(node: Tree, parts: tuple[Tree, ...]) -> Tree:
            return starts[node.name] if isinstance(node, Ref) else rebuilt(node, parts)

        ours, theirs = (f"{START}{side}{name}" for side in (CLAIMED, THEIRS))
        claim = Claim(f"start of {name}", ours, theirs)
        yield self._named(ours, fold(self.match.mapped[name], first), d), claim
        yield self._named(theirs, start, d), None

    def _named(self, name: str, tree: Tree, d: Declaration) -> Equation:
        return Equation(name, spread(tree, d.shape, d.complex), d.shape, complex=d.complex)
