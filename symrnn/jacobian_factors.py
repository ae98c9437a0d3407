"""The linear maps that a Jacobian is made of, as data.

Values are flattened by rows, so that each is a matrix from the entries of one value to those of another. ``rows`` is
the shape of what comes out, ``columns`` that of what goes in. ``thin`` says of a factor that its matrix is diagonal,
whatever the values: entry k of the result depends on entry k of the argument alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from symrnn.primitives import SCALAR, Contract, Shape, Whole, shape_of


@dataclass(frozen=True)
class Diagonal:
    """diag(v): ``expr`` is v as a scalar expression over symbols such as ``f[t]``, taken entry by entry."""

    expr: sympy.Expr
    shape: Shape
    thin = True

    @property
    def rows(self) -> Shape:
        """The shape of what comes out."""
        return self.shape

    @property
    def columns(self) -> Shape:
        """The shape of what goes in."""
        return self.shape


@dataclass(frozen=True)
class Matrix:
    """A parameter (``U_f``) or matrix-valued signal (``S[t]``), of shape ``(rows, columns)`` before transposition."""

    value: sympy.Symbol
    shape: Shape
    transposed: bool = False
    thin: bool = False

    @property
    def rows(self) -> Shape:
        """The shape of what comes out."""
        return (self.shape[1 if self.transposed else 0],)

    @property
    def columns(self) -> Shape:
        """The shape of what goes in."""
        return (self.shape[0 if self.transposed else 1],)


@dataclass(frozen=True)
class Identity:
    """The identity; it stands only where a term has no other factor."""

    shape: Shape
    thin = True

    @property
    def rows(self) -> Shape:
        """The shape of what comes out."""
        return self.shape

    @property
    def columns(self) -> Shape:
        """The shape of what goes in."""
        return self.shape


@dataclass(frozen=True)
class Spread:
    """A value repeated along new axes; ``axes`` are those of the result that it has: none, if it is a scalar."""

    rows: Shape
    axes: tuple[int, ...] = ()
    thin = False

    @property
    def columns(self) -> Shape:
        """The shape of what goes in."""
        return tuple(self.rows[axis] for axis in self.axes) or SCALAR


@dataclass(frozen=True)
class Selection:
    """The entries ``start`` to ``stop`` of a vector of length ``whole``; ``placed``: zeros around those entries."""

    start: sympy.Expr
    stop: sympy.Expr
    whole: sympy.Expr
    placed: bool = False
    thin = False

    @property
    def rows(self) -> Shape:
        """The shape of what comes out."""
        return (self.whole if self.placed else sympy.expand(self.stop - self.start),)

    @property
    def columns(self) -> Shape:
        """The shape of what goes in."""
        return (sympy.expand(self.stop - self.start) if self.placed else self.whole,)


@dataclass(frozen=True)
class Reshaped:
    """The same entries in another shape: the identity between two shapes that are flattened alike."""

    rows: Shape
    columns: Shape
    thin = True


@dataclass(frozen=True)
class Contraction:
    """An Einstein sum as a function of operand ``hole``.

    ``operands`` has the symbols of all operands, the hole's unused, ``shapes`` their shapes.
    """

    spec: str
    hole: int
    operands: tuple[sympy.Symbol, ...]
    shapes: tuple[Shape, ...]
    thin: bool = False

    @property
    def op(self) -> Contract:
        """The primitive."""
        return Contract(self.spec)

    @property
    def rows(self) -> Shape:
        """The shape of what comes out."""
        return shape_of(self.op, self.shapes)

    @property
    def columns(self) -> Shape:
        """The shape of what goes in."""
        return self.shapes[self.hole]


@dataclass(frozen=True)
class Differential:
    """The derivative of a function of whole values in operand ``hole``, by the tangent rule of its primitive.

    ``operands`` and ``value`` are the symbols of what goes in and comes out, ``shapes`` those of the operands.
    """

    op: Whole
    hole: int
    operands: tuple[sympy.Symbol, ...]
    shapes: tuple[Shape, ...]
    value: sympy.Symbol
    thin: bool = False

    @property
    def rows(self) -> Shape:
        """The shape of what comes out."""
        return shape_of(self.op, self.shapes)

    @property
    def columns(self) -> Shape:
        """The shape of what goes in."""
        return self.shapes[self.hole]


@dataclass(frozen=True)
class Reference:
    """A Jacobian ∂of/∂wrt that has a definition of its own, so that deep cells stay of linear size."""

    of: sympy.Symbol
    wrt: sympy.Symbol
    rows: Shape
    columns: Shape
    thin: bool = False


Factor = Diagonal | Matrix | Identity | Spread | Selection | Reshaped | Contraction | Differential | Reference


def meeting(left: Factor, right: Factor) -> tuple[Factor, ...] | None:
    """What two neighbours make of each other: a selection of what was placed is the identity, or 0 (None)."""
    pair = (left, right)
    if not (isinstance(left, Selection) and isinstance(right, Selection)) or left.placed or not right.placed:
        return pair
    if (left.start, left.stop) == (right.start, right.stop):
        return ()
    apart = [sympy.expand(a.start - b.stop).is_nonnegative for a, b in ((left, right), (right, left))]
    return None if any(apart) else pair
