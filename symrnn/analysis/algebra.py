"""Arithmetic of indexed sums of products, each result in normal form.

Two rules make quotients comparable: a denominator is freed of what all its terms have in common, and a numerator is
divided by its denominator as far as it goes, so that x/(x + y) is 1 - y/(x + y). They hold wherever both sides are
defined (x/x is 1), and for all values of sizes and constants. They do not decide every equality: two sums that are the
same function may have different forms, never the other way round.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import sympy

from symrnn.analysis.indexed import (
    EQUAL,
    ZERO,
    Factor,
    Indices,
    Monomial,
    Number,
    Power,
    Sum,
    canonical,
    collected,
    lowest,
    number,
    product,
    scaled,
)

WIDE = 400  # terms that a product may have; beyond that the longer factor is kept as one
DIVISIONS = 2000  # steps of one division
OPEN = 1000  # the first index that stands for one summed over
INVERSE, EXP, LOG, POSITIVE_PART, STEP, GROUP, POWER = "1/", "exp", "log", "max0", "step", "group", "power"
FLOOR, TRIGONOMETRIC, LEAF, WHOLE = "floor", "wave", "leaf", "whole"
ONE = number(1)


@dataclass(frozen=True)
class Atom:
    """What a factor stands for: a leaf, or a function of sums over the axes 0, 1, … of the atom's own."""

    kind: str
    args: tuple[Sum, ...] = ()
    data: tuple[object, ...] = ()


@dataclass
class Algebra:
    """The atoms of one comparison, numbered, and the arithmetic of sums of them."""

    atoms: list[Atom] = field(default_factory=lambda: [Atom("equal")])
    numbers: dict[Atom, int] = field(default_factory=dict)

    def atom(self, atom: Atom, indices: Indices, power: Power = 1) -> Sum:
        """An atom at indices, to a power."""
        if atom not in self.numbers:
            self.numbers[atom] = len(self.atoms)
            self.atoms.append(atom)
        factor: Factor = (self.numbers[atom], indices, power)
        return Sum(((canonical([factor]), sympy.Integer(1)),))

    def function(self, kind: str, args: Sequence[Sum], data: tuple[object, ...] = (), power: Power = 1) -> Sum:
        """A function applied entry by entry; axes on which no argument depends are none of its own."""
        axes = tuple(sorted({axis for arg in args for axis in arg.axes}))
        places = {axis: k for k, axis in enumerate(axes)}
        return self.atom(Atom(kind, tuple(arg.moved(places) for arg in args), data), axes, power)

    def times(self, *sums: Sum) -> Sum:
        """The product, entry by entry."""
        result = sums[0]
        for other in sums[1:]:
            if len(result.terms) * len(other.terms) > WIDE:
                result, other = sorted((result, other), key=lambda s: len(s.terms))
                other = self.grouped(other)
            result = self.divided((product(m, n), c * d) for m, c in result.terms for n, d in other.terms)
        return result

    def grouped(self, sum_: Sum) -> Sum:
        """A sum kept as one factor, its leading number in front."""
        lead = self.leading(sum_)[1]
        return scaled(self.function(GROUP, [scaled(sum_, 1 / lead)]), lead)

    def power(self, base: Sum, exponent: Number) -> Sum:
        """The sum to a power; whole ones are multiplied out."""
        if exponent.is_Integer and abs(int(exponent)) <= 8:
            base = self.inverse(base) if exponent < 0 else base
            return self.times(ONE, *[base] * abs(int(exponent)))
        if exponent.could_extract_minus_sign():
            return self.inverse(self.power(base, -exponent))
        return self.function(POWER, [base], (exponent,))

    def inverse(self, sum_: Sum) -> Sum:
        """One divided by a sum: what its terms have in common, by its leading number, and an atom for the rest."""
        if not sum_.terms:
            return self.function(INVERSE, [ZERO])
        content, rest, lead = self.parts(sum_)
        outside = self.times(number(1 / lead), *(self._raised(factor, -1) for factor in content))
        if rest.number is not None:
            return outside
        return self.times(outside, self.function(INVERSE, [rest]))

    def _raised(self, factor: Factor, sign: int) -> Sum:
        """A factor to the power 1 or -1; one over an inverse is what was inverted."""
        atom, indices, power = factor
        if self.atoms[atom].kind == INVERSE and sign < 0:
            return self.power(self.at(atom, indices), sympy.Rational(power.numerator, power.denominator))
        return Sum(((canonical([(atom, indices, power * sign)]), sympy.Integer(1)),))

    def at(self, atom: int, indices: Indices) -> Sum:
        """The first argument of an atom, on the axes where the atom stands."""
        return self.atoms[atom].args[0].moved(dict(enumerate(indices)))

    def leading(self, sum_: Sum) -> tuple[Monomial, Number]:
        """The highest term of a sum."""
        return sum_.terms[-1]

    def parts(self, sum_: Sum) -> tuple[list[Factor], Sum, Number]:
        """A sum as what all terms have in common, times a rest whose leading number is 1, times that number."""
        tables = [
            {(a, i): p for a, i, p in m if a != EQUAL and all(index >= 0 for index in i)} for m, _ in sum_.terms
        ]
        content: list[Factor] = []
        for atom, indices in sorted({key for table in tables for key in table}):
            shared = min(table.get((atom, indices), 0) for table in tables)
            if shared != 0:
                content.append((atom, indices, shared))
        without = [(a, i, -p) for a, i, p in content]
        rest = collected((canonical([*m, *without]), c) for m, c in sum_.terms)
        lead = self.leading(rest)[1]
        return content, scaled(rest, 1 / lead), lead

    def divided(self, terms: Iterable[tuple[Monomial, Number]]) -> Sum:
        """A sum of terms in which no numerator holds the leading term of a denominator beside it."""
        done: list[tuple[Monomial, Number]] = []
        waiting = list(terms)
        steps = 0
        while waiting:
            monomial, value = waiting.pop()
            found = self._division(monomial) if steps < DIVISIONS else None
            if found is None:
                done.append((self._settled(monomial), value))
                continue
            steps += 1
            waiting += [(m, value * c) for m, c in found]
        return collected(done)

    def _settled(self, monomial: Monomial) -> Monomial:
        """A step to any power is that step."""
        if not any(p > 1 and self.atoms[a].kind == STEP for a, _, p in monomial):
            return monomial
        return tuple((a, i, 1 if self.atoms[a].kind == STEP and p > 0 else p) for a, i, p in monomial)

    def _division(self, monomial: Monomial) -> list[tuple[Monomial, Number]] | None:
        """A monomial L·(1/P)·m, where P = L + Q, as the terms of (1 - Q·(1/P))·m, which it is."""
        # Summed indices are opened to axes meanwhile, so that they stay apart from those of the denominator.
        opened = [(a, tuple(OPEN - i if i < 0 else i for i in indices), p) for a, indices, p in monomial]
        powers = {(a, i): p for a, i, p in opened}
        for atom, indices, _ in opened:
            if self.atoms[atom].kind != INVERSE or not self.atoms[atom].args[0].terms:
                continue
            lead, _ = self.leading(self.atoms[atom].args[0])
            moved = [(a, tuple(indices[i] if i >= 0 else i for i in own), p) for a, own, p in lead]
            if any(powers.get((a, i), 0) < p for a, i, p in moved) or lowest(lead) < 0:
                continue
            rest = canonical([*opened, (atom, indices, -1), *((a, i, -p) for a, i, p in moved)])
            top = canonical(moved)
            others = ((m, c) for m, c in self.at(atom, indices).terms if m != top)
            quotients = ((product(rest, canonical([*m, (atom, indices, 1)])), -c) for m, c in others)
            return [(closed(m), c) for m, c in ((rest, sympy.Integer(1)), *quotients)]
        return None


def closed(monomial: Monomial) -> Monomial:
    """Indices that were opened are summed over again."""
    found = sorted({i for _, indices, _ in monomial for i in indices if i >= OPEN})
    names = {index: lowest(monomial) - 1 - k for k, index in enumerate(found)}
    return canonical([(a, tuple(names.get(i, i) for i in indices), p) for a, indices, p in monomial])
