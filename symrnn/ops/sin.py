"""The sine."""

from __future__ import annotations

import numpy
import sympy

from symrnn.ops.cos import cos
from symrnn.ops.elementwise import Elementwise

sin = Elementwise(
    "sin",
    definition=sympy.sin,
    fast=lambda z, y: (cos.head(z),),
    accurate=lambda z: (cos.head(z),),
    value=numpy.sin,
    latex=r"\sin",
    text="sin",
)
