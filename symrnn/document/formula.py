"""Mathematics as it stands on the page: symbols, sums and products, without a format.

The document is built once from these records and every printer writes them one for one. Parentheses are records too,
put in where a formula is built, so that no printer decides about precedence.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Symbol:
    """A name at a time: ``h_tilde`` at ``t-1``; ``of`` is a name that stands as its subscript, as in ``a_h_tilde``."""

    name: str
    time: str = ""
    of: str = ""


@dataclass(frozen=True)
class Adjoint:
    """δv = ∂L/∂v; ``kind`` is empty, ``+`` for what arrives from step t+1, ``y`` for what comes from an output."""

    arg: Formula
    kind: str = ""
    letter: str = "δ"


@dataclass(frozen=True)
class Number:
    """A rational number that is not negative."""

    value: Fraction


@dataclass(frozen=True)
class Sum:
    """Terms with their signs, +1 or -1."""

    terms: tuple[tuple[int, Formula], ...]


@dataclass(frozen=True)
class Hadamard:
    """An elementwise product."""

    factors: tuple[Formula, ...]


@dataclass(frozen=True)
class Scaled:
    """A product of numbers and scalars, with at most one value that is neither, at the end."""

    factors: tuple[Formula, ...]


@dataclass(frozen=True)
class Product:
    """A product of matrices, columns and rows."""

    factors: tuple[Formula, ...]


@dataclass(frozen=True)
class Quotient:
    """An elementwise quotient."""

    over: Formula
    under: Formula


@dataclass(frozen=True)
class Power:
    """An elementwise power."""

    base: Formula
    exponent: Formula


@dataclass(frozen=True)
class Transposed:
    """A matrix transposed, or a column made a row."""

    arg: Formula


@dataclass(frozen=True)
class Inverse:
    """The inverse of a matrix; that of a transposed one is written A⁻ᵀ."""

    arg: Formula


@dataclass(frozen=True)
class Kronecker:
    """A Kronecker product of matrices."""

    factors: tuple[Formula, ...]


@dataclass(frozen=True)
class Call:
    """An elementwise function by its name in the registry; ``options`` are its numbers."""

    op: str
    args: tuple[Formula, ...]
    options: tuple[Formula, ...] = ()


@dataclass(frozen=True)
class Slope:
    """σ′(z): the derivative of a function in one argument, applied to its arguments."""

    op: str
    args: tuple[Formula, ...]
    options: tuple[Formula, ...] = ()


@dataclass(frozen=True)
class WholeCall:
    """A function of a vector or matrix as a whole, down the columns (axis 0) or along the rows; options stand below."""

    op: str
    args: tuple[Formula, ...]
    axis: int | None = None
    options: tuple[Formula, ...] = ()


@dataclass(frozen=True)
class Stacked:
    """Vectors one below the other."""

    args: tuple[Formula, ...]


@dataclass(frozen=True)
class Part:
    """The entries ``first`` to ``last`` of a vector, counted from 1."""

    arg: Formula
    first: Formula
    last: Formula


@dataclass(frozen=True)
class Indicator:
    """1[a > b]: 1 where the relation holds and 0 elsewhere."""

    left: Formula
    sign: str
    right: Formula


@dataclass(frozen=True)
class Cases:
    """Values with the condition under which each is taken, and what is taken where none holds."""

    pairs: tuple[tuple[Formula, Formula], ...]
    otherwise: Formula


@dataclass(frozen=True)
class Diagonal:
    """diag(v)."""

    arg: Formula


@dataclass(frozen=True)
class Norm:
    """The Euclidean norm and what it induces on matrices; ``kind`` ∞ is the largest magnitude of an entry."""

    arg: Formula
    kind: str = ""


@dataclass(frozen=True)
class Paren:
    """A formula in parentheses."""

    arg: Formula


@dataclass(frozen=True)
class Ones:
    """A column of ones; ``size`` is written where nothing beside it tells."""

    size: Formula | None = None


@dataclass(frozen=True)
class Zeros:
    """A column of zeros."""

    size: Formula


@dataclass(frozen=True)
class Identity:
    """The identity matrix."""

    size: Formula | None = None


@dataclass(frozen=True)
class ImaginaryUnit:
    """The number whose square is -1."""


@dataclass(frozen=True)
class Einstein:
    """A sum of products over the indices that ``spec`` does not keep, for what no product of matrices says."""

    spec: str
    args: tuple[Formula, ...]


@dataclass(frozen=True)
class Repeated:
    """Σ or ∏ (``sign`` is sum or product) over ``index`` from ``first`` to ``last``."""

    sign: str
    index: str
    first: Formula
    last: Formula
    arg: Formula


@dataclass(frozen=True)
class Partial:
    """∂of/∂wrt, the other states held fixed; of the kind ``total`` it is d of/d wrt, with all that follows from wrt."""

    of: Formula
    wrt: Formula
    kind: str = ""


@dataclass(frozen=True)
class Matrix:
    """A matrix of blocks."""

    rows: tuple[tuple[Formula, ...], ...]


@dataclass(frozen=True)
class Related:
    """Formulas joined by signs of relation (``=``, ``≤``, ``<``, ``∈``): the signs are one fewer than the formulas."""

    args: tuple[Formula, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True)
class Extent:
    """A shape: ``(n_h × n_x)``."""

    sizes: tuple[Formula, ...]


@dataclass(frozen=True)
class Listed:
    """Formulas separated by commas."""

    args: tuple[Formula, ...]


@dataclass(frozen=True)
class Interval:
    """The values between two bounds; ``closed`` says whether the bounds belong to it."""

    low: Formula
    high: Formula
    closed: bool


@dataclass(frozen=True)
class Sign:
    """A sign that stands by itself: ``⊙``, ``+``, ``…``."""

    text: str


@dataclass(frozen=True)
class Run:
    """Pieces of a formula that was broken: atoms, signs, and parentheses that open or close in another line."""

    items: tuple[Formula, ...]


Formula = (
    Symbol | Adjoint | Number | Sum | Hadamard | Scaled | Product | Quotient | Power | Transposed | Inverse | Kronecker
    | Call | Slope | WholeCall | Stacked | Part | Indicator | Cases | Diagonal | Norm | Paren | Ones | Zeros | Identity
    | ImaginaryUnit | Einstein | Repeated | Partial | Matrix | Related | Extent | Listed | Interval | Sign | Run
)  # fmt: skip

ATOMS = (
    Symbol, Call, Slope, WholeCall, Stacked, Part, Indicator, Cases, Diagonal, Norm, Paren, Ones, Zeros, Identity,
    ImaginaryUnit, Einstein, Matrix)  # fmt: skip
