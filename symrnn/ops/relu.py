"""The rectifier max(z, 0); its derivative at 0 is 0."""

from __future__ import annotations

import numpy
import sympy

from symrnn.ops.elementwise import Elementwise
from symrnn.ops.heaviside import heaviside
from symrnn.ops.maximum import maximum

relu = Elementwise(
    "relu",
    definition=lambda z: sympy.Max(z, 0),
    fast=lambda z, y: (heaviside.head(y),),
    accurate=lambda z: (heaviside.head(z),),
    value=lambda z: numpy.where(z.real > 0, z, z * 0),
    latex=r"\operatorname{ReLU}",
    text="ReLU",
    kernel=lambda z: maximum.head(z, 0),
    kinks=lambda z: (z,),
)
