"""Rounding to the nearest integer, halves up, whose derivative is declared to be 1: a straight-through estimator."""

from __future__ import annotations

from typing import Any

import numpy
import sympy

from symrnn.ops.elementwise import Elementwise
from symrnn.ops.floor import floor

HALF = sympy.Rational(1, 2)


def _value(z: Any) -> Any:
    """The rounded real part; the imaginary part of a complex step is passed on with the declared derivative."""
    rounded = numpy.floor(z.real + 0.5)
    return rounded + 1j * z.imag if numpy.iscomplexobj(z) else rounded


round_st = Elementwise(
    "round_st",
    definition=lambda z: sympy.floor(z + HALF),
    fast=lambda z, y: (sympy.Integer(1),),
    accurate=lambda z: (sympy.Integer(1),),
    value=_value,
    latex=r"\operatorname{round}",
    text="round",
    kernel=lambda z: floor.head(z + HALF),
    # Zero at every half, and at most 1/2 away from zero between them.
    kinks=lambda z: (z + HALF - floor.head(z + 1),),
    surrogate=True,
)
