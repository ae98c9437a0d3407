"""The exponential minus 1, exact to rounding where z is small."""

from __future__ import annotations

import numpy
import sympy

from symrnn.ops.elementwise import Elementwise
from symrnn.ops.exp import exp

expm1 = Elementwise(
    "expm1",
    definition=lambda z: sympy.exp(z) - 1,
    fast=lambda z, y: (y + 1,),
    accurate=lambda z: (exp.head(z),),
    value=numpy.expm1,
    latex=r"\operatorname{expm1}",
    text="expm1",
)
