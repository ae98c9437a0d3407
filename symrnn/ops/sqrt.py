"""The square root, for positive arguments."""

from __future__ import annotations

import numpy
import sympy

from symrnn.ops.elementwise import Elementwise

sqrt: Elementwise = Elementwise(
    "sqrt",
    definition=sympy.sqrt,
    fast=lambda z, y: (1 / (2 * y),),
    accurate=lambda z: (1 / (2 * sqrt.head(z)),),
    value=numpy.sqrt,
    latex=r"\operatorname{sqrt}",
    text="sqrt",
    domain="positive",
)
