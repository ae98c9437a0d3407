"""The exponential function."""

from __future__ import annotations

import numpy
import sympy

from symrnn.ops.elementwise import Elementwise

exp: Elementwise = Elementwise(
    "exp",
    definition=sympy.exp,
    fast=lambda z, y: (y,),
    accurate=lambda z: (exp.head(z),),
    value=numpy.exp,
    latex=r"\exp",
    text="exp",
)
