"""The smaller of two values; where they are equal the derivative goes to the first."""

from __future__ import annotations

import numpy
import sympy

from symrnn.ops.elementwise import Elementwise
from symrnn.ops.heaviside import heaviside

minimum = Elementwise(
    "minimum",
    definition=sympy.Min,
    fast=lambda a, b, y: (1 - heaviside.head(a - b), heaviside.head(a - b)),
    accurate=lambda a, b: (1 - heaviside.head(a - b), heaviside.head(a - b)),
    value=lambda a, b: numpy.where(numpy.isnan(a) | (a.real <= b.real), a, b),
    latex=r"\min",
    text="min",
    arity=2,
    kinks=lambda a, b: (a - b,),
)
