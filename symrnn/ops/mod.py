"""The remainder a - b·floor(a/b), which has the sign of the divisor; a cell writes ``a % b``."""

from __future__ import annotations

from typing import Any

import numpy
import sympy

from symrnn.ops.elementwise import Elementwise
from symrnn.ops.floor import floor


def _value(a: Any, b: Any) -> Any:
    """The remainder of the real parts, which NumPy finds exactly, moved along the derivative by the imaginary ones."""
    return numpy.mod(a.real, b.real) + (a - a.real) - (b - b.real) * numpy.floor(a.real / b.real)


mod = Elementwise(
    "mod",
    definition=lambda a, b: a - b * sympy.floor(a / b),
    fast=lambda a, b, y: (sympy.Integer(1), -floor.head(a / b)),
    accurate=lambda a, b: (sympy.Integer(1), -floor.head(a / b)),
    value=_value,
    latex=r"\bmod",
    text="mod",
    arity=2,
    kinks=lambda a, b: (a / b - floor.head(a / b + sympy.Rational(1, 2)),),
)
