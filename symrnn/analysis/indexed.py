"""Sums of products in index notation, in a normal form: equal ones are equal objects' contents.

A value of a step is held as ``Σ c · A[0, -1] · B[-1]``: a number times factors, each an atom (a leaf, or a function of
other such sums) with indices. An index from 0 up is an axis of the value itself, a negative one is summed over within
its term; a value repeated along an axis does not bear that index. In this form matrix products, outer products, sums,
transposition and repetition are one operation, products distribute over sums, and what is zero is gone. Numbers are
SymPy expressions in the sizes and named constants; a factor with a negative power divides.

The names of summed indices mean nothing, so they are chosen: by what they connect, and where that does not decide, by
trying. Axes of length 1 bear no index at all.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import sympy

Number = Any  # a SymPy expression, which is untyped
Indices = tuple[int, ...]
Power = int | Fraction
Factor = tuple[int, Indices, Power]  # which atom, at which indices, to which power
Monomial = tuple[Factor, ...]
EQUAL = 0  # the atom that is 1 where its two indices are equal, else 0
TRIALS = 720  # labellings of summed indices that are tried
ONE_NUMBER: Number = sympy.Integer(1)


class Sum:
    """A sum of monomials with their numbers, sorted; compared and hashed by what it holds."""

    __slots__ = ("terms", "_hash")

    def __init__(self, terms: tuple[tuple[Monomial, Number], ...]) -> None:
        self.terms = terms
        self._hash = hash(terms)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sum) and self._hash == other._hash and self.terms == other.terms

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"Sum({self.terms})"

    @property
    def number(self) -> Number | None:
        """The number that the sum is, if it is no more than that."""
        if not self.terms:
            return sympy.Integer(0)
        return self.terms[0][1] if len(self.terms) == 1 and not self.terms[0][0] else None

    @property
    def axes(self) -> Indices:
        """The axes of the value that the sum depends on."""
        return tuple(sorted({i for m, _ in self.terms for _, indices, _ in m for i in indices if i >= 0}))

    def moved(self, places: Mapping[int, int]) -> Sum:
        """The sum with other axes."""
        moved = (
            (tuple((a, tuple(places.get(i, i) for i in indices), p) for a, indices, p in m), c) for m, c in self.terms
        )
        return collected((canonical(m), c) for m, c in moved)


ZERO = Sum(())


def number(value: Number | int) -> Sum:
    """A sum that is a number."""
    value = tidy(sympy.sympify(value, strict=True))
    return Sum((((), value),)) if value != 0 else ZERO


def tidy(value: Number) -> Number:
    """A number in one form: a quotient of expanded polynomials."""
    return value if value.is_Number or value.is_Symbol else sympy.cancel(value)


def collected(terms: Iterable[tuple[Monomial, Number]]) -> Sum:
    """The sum of canonical monomials: like ones added, zeros dropped, in order."""
    table: dict[Monomial, Number] = {}
    for monomial, value in terms:
        table[monomial] = table[monomial] + value if monomial in table else value
    tidied = ((m, tidy(c)) for m, c in table.items())
    return Sum(tuple(sorted(((m, c) for m, c in tidied if c != 0), key=lambda term: order(term[0]))))


def order(monomial: Monomial) -> tuple[Power, tuple[Factor, ...]]:
    """A monomial order: by degree, then lexicographically; products keep it."""
    keys = tuple((-atom, tuple(-i for i in indices), power) for atom, indices, power in monomial)
    return sum(power for _, _, power in monomial), keys


def plus(sums: Iterable[Sum]) -> Sum:
    """The sum of sums."""
    return collected(term for one in sums for term in one.terms)


def scaled(sum_: Sum, value: Number | int) -> Sum:
    """A number times a sum."""
    value = sympy.sympify(value, strict=True)
    return collected((m, c * value) for m, c in sum_.terms)


def negative(sum_: Sum) -> Sum:
    """Minus the sum."""
    return scaled(sum_, -1)


def lowest(monomial: Monomial) -> int:
    """The lowest index that occurs, at most 0: below it indices are free to be used."""
    return min((i for _, indices, _ in monomial for i in indices), default=0)


def product(left: Monomial, right: Monomial) -> Monomial:
    """The product of two canonical monomials; summed indices of one are none of the other's."""
    shift = min(lowest(left), 0)
    apart = tuple((a, tuple(i + shift if i < 0 else i for i in indices), p) for a, indices, p in right)
    return canonical((*left, *apart))


def canonical(factors: Iterable[Factor]) -> Monomial:
    """Factors in normal form: equal ones joined, the summed indices named, in order."""
    joined = _joined(_without_equalities(list(factors)))
    summed = sorted({i for _, indices, _ in joined for i in indices if i < 0})
    if not summed:
        return tuple(sorted(joined))
    return min(_renamed(joined, names) for names in _namings(joined, summed))


def _joined(factors: Iterable[Factor]) -> list[Factor]:
    powers: dict[tuple[int, Indices], Power] = defaultdict(int)
    for atom, indices, power in factors:
        powers[atom, indices] += power
    return [(atom, indices, power) for (atom, indices), power in powers.items() if power != 0]


def _without_equalities(factors: list[Factor]) -> list[Factor]:
    """Use up every factor that says that two indices are equal; of two axes of the value the first is used."""
    done: list[Factor] = []
    while True:
        found = next((f for f in factors if f[0] == EQUAL), None)
        if found is None:
            return [*factors, *done]
        factors.remove(found)
        drop, keep = sorted(found[1])
        if drop >= 0:
            drop, keep = keep, drop
        if drop != keep:
            factors = [(a, tuple(keep if i == drop else i for i in indices), p) for a, indices, p in factors]
            if drop >= 0:
                done = [f for f in done if f[1] != (keep, drop)] + [(EQUAL, (keep, drop), 1)]


def _renamed(factors: list[Factor], names: Mapping[int, int]) -> Monomial:
    return tuple(sorted((a, tuple(names.get(i, i) for i in indices), p) for a, indices, p in factors))


def _namings(factors: list[Factor], summed: list[int]) -> Iterator[dict[int, int]]:
    """Ways to name the summed indices -1, -2, …: in the order of what they connect, all orders of those alike."""
    if len(summed) == 1:
        yield {summed[0]: -1}
        return
    rank = dict.fromkeys(summed, 0)
    for _ in summed:
        seen = {
            d: (
                rank[d],
                sorted(
                    (a, p, place, tuple(i if i >= 0 else -1 - rank[i] for i in indices))
                    for a, indices, p in factors
                    for place, i in enumerate(indices)
                    if i == d
                ),
            )
            for d in summed
        }
        levels = sorted(seen.values())
        rank = {d: levels.index(seen[d]) for d in summed}
    alike: dict[int, list[int]] = defaultdict(list)
    for d in summed:
        alike[rank[d]].append(d)
    orders = itertools.product(*(itertools.permutations(alike[level]) for level in sorted(alike)))
    for chosen in itertools.islice(orders, TRIALS):
        yield {d: -1 - k for k, d in enumerate(itertools.chain(*chosen))}


def contracted(
    spec: str, operands: list[tuple[Monomial, Number]], sizes: Mapping[str, Number]
) -> tuple[Monomial, Number]:
    """One product of monomials as an Einstein sum; ``sizes`` has the length of every letter that bears an index.

    A letter that is summed over and that no factor bears counts its length.
    """
    words, output = spec.split("->")
    letters = [letter for letter in dict.fromkeys(output) if letter in sizes]
    axes = [letter for letter in output if letter in sizes]
    place = {letter: axes.index(letter) for letter in letters}
    factors: list[Factor] = [
        (EQUAL, (place[letter], k), 1) for k, letter in enumerate(axes) if place[letter] != k
    ]
    value, below = ONE_NUMBER, 0
    summed: dict[str, int] = {}
    for letter in dict.fromkeys(words.replace(",", "")):
        if letter in sizes and letter not in place:
            below -= 1
            summed[letter] = below
    names = place | summed
    used: set[int] = set()
    for word, (monomial, coefficient) in zip(words.split(","), operands, strict=True):
        own = [names[letter] for letter in word if letter in sizes]
        for atom, indices, power in monomial:
            moved = tuple(own[i] if i >= 0 else i + below for i in indices)
            used.update(moved)
            factors.append((atom, moved, power))
        below += lowest(monomial)
        value = value * coefficient
    for letter, index in summed.items():
        if index not in used:
            value = value * sizes[letter]
    return canonical(factors), value
