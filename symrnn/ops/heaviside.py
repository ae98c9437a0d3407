"""The indicator [z > 0], the derivative of every kink; at the kink itself it is 0."""

from __future__ import annotations

import numpy
import sympy

from symrnn.ops.elementwise import Elementwise

heaviside = Elementwise(
    "heaviside",
    definition=lambda z: sympy.Piecewise((1, z > 0), (0, True)),
    fast=lambda z, y: (sympy.Integer(0),),
    accurate=lambda z: (sympy.Integer(0),),
    value=lambda z: numpy.heaviside(z.real, 0.0),
    latex=r"\mathbf{1}_{>0}",
    text="1₊",
    kinks=lambda z: (z,),
)
