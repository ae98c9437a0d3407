"""The absolute value; a cell writes ``abs(v)``."""

from __future__ import annotations

import numpy
import sympy

from symrnn.ops.elementwise import Elementwise
from symrnn.ops.heaviside import heaviside

magnitude = Elementwise(
    "magnitude",
    definition=lambda z: sympy.Max(z, -z),
    fast=lambda z, y: (heaviside.head(z) - heaviside.head(-z),),
    accurate=lambda z: (heaviside.head(z) - heaviside.head(-z),),
    value=lambda z: numpy.where(z.real < 0, -z, z),
    latex=r"\operatorname{abs}",
    text="abs",
    kinks=lambda z: (z,),
)
