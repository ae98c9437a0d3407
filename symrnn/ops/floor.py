"""The largest integer that is not above the argument; constant between integers, where it jumps."""

from __future__ import annotations

import numpy
import sympy

from symrnn.ops.elementwise import Elementwise

floor: Elementwise = Elementwise(
    "floor",
    definition=sympy.floor,
    fast=lambda z, y: (sympy.Integer(0),),
    accurate=lambda z: (sympy.Integer(0),),
    value=lambda z: numpy.floor(z.real),
    latex=r"\operatorname{floor}",
    text="floor",
    # Zero at every integer, and at most 1/2 away from zero between them.
    kinks=lambda z: (z - floor.head(z + sympy.Rational(1, 2)),),
)
