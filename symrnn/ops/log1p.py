"""The logarithm of 1 + z, exact to rounding where z is small."""

from __future__ import annotations

import numpy
import sympy

from symrnn.ops.elementwise import Elementwise
from symrnn.ops.exp import exp

log1p = Elementwise(
    "log1p",
    definition=lambda z: sympy.log(1 + z),
    fast=lambda z, y: (exp.head(-y),),
    accurate=lambda z: (1 / (1 + z),),
    value=numpy.log1p,
    latex=r"\operatorname{log1p}",
    text="log1p",
    domain="positive",
)
