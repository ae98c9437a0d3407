"""The larger of two values; where they are equal the derivative goes to the first."""

from __future__ import annotations

import numpy
import sympy

from symrnn.ops.elementwise import Elementwise
from symrnn.ops.heaviside import heaviside

maximum = Elementwise(
    "maximum",
    definition=sympy.Max,
    fast=lambda a, b, y: (1 - heaviside.head(b - a), heaviside.head(b - a)),
    accurate=lambda a, b: (1 - heaviside.head(b - a), heaviside.head(b - a)),
    value=lambda a, b: numpy.where(numpy.isnan(a) | (a.real >= b.real), a, b),
    latex=r"\max",
    text="max",
    arity=2,
    kinks=lambda a, b: (a - b,),
)
