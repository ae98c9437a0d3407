"""The natural logarithm, for positive arguments."""

from __future__ import annotations

import numpy
import sympy

from symrnn.ops.elementwise import Elementwise

log = Elementwise(
    "log",
    definition=sympy.log,
    fast=lambda z, y: (1 / z,),
    accurate=lambda z: (1 / z,),
    value=numpy.log,
    latex=r"\log",
    text="log",
    domain="positive",
)
