"""Claims written in Python: trees as a reader of notes makes them, with operators for sums and products."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symrnn.cell import Cell
from symrnn.reading import tree as read
from symrnn.reading.claim import Claim


@dataclass(frozen=True)
class E:
    """A tree that adds and multiplies; ``*`` leaves open which product is meant, as notes do."""

    tree: Any

    def __add__(self, other: E | int) -> E:
        return E(read.Binary("+", self.tree, of(other)))

    def __sub__(self, other: E | int) -> E:
        return E(read.Binary("-", self.tree, of(other)))

    def __rsub__(self, other: int) -> E:
        return E(read.Binary("-", of(other), self.tree))

    def __mul__(self, other: E | int) -> E:
        return E(read.Binary("?", self.tree, of(other)))

    def __rmul__(self, other: int) -> E:
        return E(read.Binary("?", of(other), self.tree))

    def __and__(self, other: E | int) -> E:
        """Entry by entry, said so."""
        return E(read.Binary("*", self.tree, of(other)))

    def __truediv__(self, other: E | int) -> E:
        return E(read.Binary("/", self.tree, of(other)))

    def __pow__(self, other: int) -> E:
        return E(read.Binary("**", self.tree, of(other)))

    def __neg__(self) -> E:
        return E(read.Negative(self.tree))

    @property
    def T(self) -> E:
        return E(read.Transposed(self.tree))


def of(value: Any) -> Any:
    """A tree of an expression or a number."""
    return value.tree if isinstance(value, E) else read.Number(Fraction(value))


def at(name: str, shift: int = 0, letter: str = "t") -> E:
    """A signal near a time."""
    return E(read.Name(name, read.Time(letter, shift)))


def par(name: str) -> E:
    """A parameter, or an argument that may be anything."""
    return E(read.Name(name))


def call(function: str, *args: E, primes: int = 0) -> E:
    """A function of values."""
    return E(read.Call(function, tuple(map(of, args)), (), primes))


def function(name: str) -> E:
    """A function itself."""
    return E(read.Function(name))


def by(value: E, other: E) -> E:
    """The derivative of one value by another."""
    return E(read.Partial(value.tree, other.tree))


def grad(value: E) -> E:
    """The gradient of the loss by a value."""
    return E(read.Adjoint(value.tree))


def delta(label: str = "", shift: int | None = None) -> E:
    """An error signal without a value."""
    return E(read.Adjoint(None, None if shift is None else read.Time("t", shift), label))


def over(kind: str, letter: str, low: E | int, high: E | int, body: E) -> E:
    """A sum or product over time."""
    return E(read.Over(kind, letter, of(low), of(high), body.tree))


def between(low: int, high: int, *, closed: bool = False) -> E:
    """An interval."""
    return E(read.Interval(of(low), of(high), (closed, closed)))


def tends(value: E, to: E | int) -> read.Relation:
    """A condition of a limit."""
    return read.Relation("to", value.tree, of(to))


def equals(value: E, to: E | int) -> read.Relation:
    """A condition of an equivalence."""
    return read.Relation("=", value.tree, of(to))


INFINITY = E(read.Infinity())


def claim(
    kind: str,
    left: E,
    right: E | int,
    cell: type[Cell] | None = None,
    relation: str = "=",
    *conditions: read.Relation,
) -> Claim:
    """A claim of a note."""
    return Claim(f"claim: {kind}", kind, relation, left.tree, of(right), cell=cell, conditions=conditions)
