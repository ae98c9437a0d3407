"""Linear maps as data: a Jacobian is a sum of terms, a term a product of diagonal and weight matrices.

Values are flattened by rows, so that the Jacobian of any value with respect to any other is a matrix. Factors are those
of ``jacobian_factors``; products and sums are brought to one form (neighbouring diagonals multiplied, terms that differ
in one diagonal added), so that equal Jacobians are equal objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import sympy

from symrnn.errors import StepError
from symrnn.jacobian_factors import Diagonal, Factor, Identity, Reference, meeting
from symrnn.primitives import Shape

ZERO, DIAGONAL, FULL = "zero", "diagonal", "full"


@dataclass(frozen=True)
class Term:
    """A number times a product of factors, applied from right to left; there is at least one factor."""

    coefficient: sympy.Expr
    factors: tuple[Factor, ...]

    def __post_init__(self) -> None:
        for left, right in zip(self.factors, self.factors[1:], strict=False):
            if left.columns != right.rows:
                raise StepError(f"a factor takes shape {left.columns}, the one after it gives {right.rows}")

    @property
    def rows(self) -> Shape:
        """The shape of what comes out."""
        return self.factors[0].rows

    @property
    def columns(self) -> Shape:
        """The shape of what goes in."""
        return self.factors[-1].columns


Terms = tuple[Term, ...]


@dataclass(frozen=True)
class Definition:
    """What a reference stands for."""

    reference: Reference
    terms: Terms


def size_of(shape: Shape) -> sympy.Expr:
    """The number of entries of a value of that shape."""
    return sympy.Mul(*shape)


def sparsity(terms: Iterable[Term]) -> str:
    """Zero, diagonal or full: what the form of the terms says, for any values. A matrix of one entry is diagonal."""
    found = tuple(terms)
    if not found:
        return ZERO
    single = size_of(found[0].rows) == size_of(found[0].columns) == 1
    return DIAGONAL if single or all(f.thin for term in found for f in term.factors) else FULL


def identity(shape: Shape) -> Terms:
    """The Jacobian of a value with respect to itself."""
    return (Term(sympy.Integer(1), (Identity(shape),)),)


def compose(left: Iterable[Term], right: Iterable[Term]) -> Terms:
    """The product of two sums: what ``left`` does to the result of ``right``."""
    right = tuple(right)
    products = (_product(a, b) for a in left for b in right)
    return combine(product for product in products if product is not None)


def _product(a: Term, b: Term) -> Term | None:
    """One term times another; None if it is 0."""
    middle = meeting(a.factors[-1], b.factors[0])
    if middle is None:
        return None
    factors = (*a.factors[:-1], *middle, *b.factors[1:]) or (Identity(a.rows),)
    return Term(a.coefficient * b.coefficient, factors)


def combine(terms: Iterable[Term]) -> Terms:
    """The sum in normal form: like terms added, terms of diagonals alone first, otherwise in order of appearance."""
    groups: dict[tuple[Factor, ...], list[_Split]] = {}
    for term in terms:
        split = _split(term)
        groups.setdefault(split.skeleton, []).append(split)
    merged = [_joined(split) for group in groups.values() for split in _merged(group)]
    return tuple(sorted((t for t in merged if t.coefficient != 0), key=lambda term: sparsity([term]) == FULL))


@dataclass(frozen=True)
class _Split:
    """A term taken apart: its number, its other factors, and the diagonals (perhaps 1) before, between, after them."""

    coefficient: sympy.Expr
    skeleton: tuple[Factor, ...]
    diagonals: tuple[sympy.Expr, ...]
    rows: Shape


def _split(term: Term) -> _Split:
    skeleton: list[Factor] = []
    diagonals: list[sympy.Expr] = [sympy.Integer(1)]
    for factor in term.factors:
        if isinstance(factor, Diagonal):
            diagonals[-1] = diagonals[-1] * factor.expr
        elif not isinstance(factor, Identity):
            skeleton.append(factor)
            diagonals.append(sympy.Integer(1))
    return _Split(term.coefficient, tuple(skeleton), tuple(diagonals), term.rows)


def _merged(group: Sequence[_Split]) -> list[_Split]:
    """Add terms that differ in at most one diagonal, until no two are left."""
    waiting, done = list(group), list[_Split]()
    while waiting:
        split = waiting.pop(0)
        for index, other in enumerate(waiting):
            differing = [k for k, (a, b) in enumerate(zip(split.diagonals, other.diagonals, strict=True)) if a != b]
            if len(differing) <= 1:
                del waiting[index]
                # In the place of the first of the two, so that the order of terms stays that of the equations.
                waiting.insert(0, _added(split, other, differing))
                break
        else:
            done.append(split)
    return done


def _added(a: _Split, b: _Split, differing: list[int]) -> _Split:
    """The sum of two terms that differ in their numbers and in at most one diagonal."""
    if not differing:
        return replace(a, coefficient=a.coefficient + b.coefficient)
    place = differing[0]
    total = a.coefficient * a.diagonals[place] + b.coefficient * b.diagonals[place]
    diagonals = (*a.diagonals[:place], total, *a.diagonals[place + 1 :])
    return replace(a, coefficient=sympy.Integer(1), diagonals=diagonals)


def _joined(split: _Split) -> Term:
    """The term of its parts, numbers in front, common factors of a sum taken out."""
    coefficient = split.coefficient
    factors: list[Factor] = []
    shape = split.rows
    for place, diagonal in enumerate(split.diagonals):
        number, rest = _factored(diagonal)
        coefficient *= number
        if rest != 1:
            factors.append(Diagonal(rest, shape))
        if place < len(split.skeleton):
            factors.append(split.skeleton[place])
            shape = split.skeleton[place].columns
    return Term(coefficient, tuple(factors) or (Identity(split.rows),))


@lru_cache(maxsize=4096)
def _factored(diagonal: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    """The entries of a diagonal with common factors of sums taken out: the number in front, and the rest."""
    found: tuple[sympy.Expr, sympy.Expr] = sympy.factor_terms(diagonal).as_coeff_Mul()
    return found
