"""What the expressions of one cell share while it is recorded, and how Python numbers become exact ones."""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NoReturn

import sympy

from symrnn.errors import CellError
from symrnn.record import Shape
from symrnn.unify import HIDDEN, Sizes, size_text


@dataclass(frozen=True)
class Options:
    """What every parameter can be given: what it is drawn from, whether it is trained, how it starts."""

    domain: str = "real"
    fixed: bool = False
    init: Any = None
    complex: bool = False


@dataclass
class Parameter:
    """A parameter while the cell is recorded: its shape may still be open."""

    name: str
    kind: str
    shape: Shape
    line: int
    options: Options
    family: str | None = None
    block: str | None = None


@dataclass
class Scope:
    """What the expressions of one cell share: sizes, named numbers, parameters, and what is known of its signals.

    ``static`` names have no time index, ``complex`` ones are complex; ``remembered`` are inputs and states, each with
    the lag that its bare name has before it is assigned.
    """

    sizes: Sizes = field(default_factory=Sizes)
    numbers: dict[str, sympy.Symbol | float] = field(default_factory=dict)
    params: dict[str, Parameter] = field(default_factory=dict)
    static: set[str] = field(default_factory=set)
    remembered: dict[str, int] = field(default_factory=dict)
    complex: set[str] = field(default_factory=set)

    def length_text(self, size: sympy.Expr) -> str:
        """A length for a message; an open soft one reads as the size that it would take."""
        size = self.sizes.resolve(size)
        return size_text(size.xreplace(dict.fromkeys(size.free_symbols & self.sizes.soft, HIDDEN)))

    def shape_text(self, shape: Shape) -> str:
        """A shape for a message: ``(n_h, n_x)``."""
        return "(" + ", ".join(self.length_text(size) for size in shape) + ")"

    def extent(self, shape: Shape) -> str:
        """``length n_h`` of a vector, ``shape (n_h, n_x)`` of a matrix, for a message."""
        return f"length {self.length_text(shape[0])}" if len(shape) == 1 else f"shape {self.shape_text(shape)}"


class NoValue:
    """A thing of a cell's body that cannot stand in an equation as it is; ``_refuse`` says why and what to do."""

    __slots__ = ()

    def _refuse(self) -> NoReturn:
        raise CellError(f"a {type(self).__name__} has no value and cannot stand in an equation")


def exact(value: object) -> Fraction:
    """A Python number as an exact fraction: the shortest decimal, or a small fraction where that is the same float."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise CellError(f"an equation holds signals, parameters and numbers, not {type(value).__name__}")
    if isinstance(value, numbers.Rational):
        result = Fraction(int(value.numerator), int(value.denominator))
    elif not math.isfinite(value):
        raise CellError(f"{value} in an equation; numbers must be finite")
    else:
        result = Fraction(float(value)).limit_denominator(1000)
        if float(result) != float(value):
            result = Fraction(repr(float(value)))
    try:
        float(result)
    except OverflowError:
        raise CellError("a number in an equation is too large for floating point") from None
    return result
