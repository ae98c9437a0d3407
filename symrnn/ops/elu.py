"""The exponential linear unit: z above 0, exp(z) - 1 below; its derivative is continuous."""

from __future__ import annotations

from typing import Any

import numpy
import sympy

from symrnn.ops.elementwise import Elementwise
from symrnn.ops.exp import exp
from symrnn.ops.expm1 import expm1
from symrnn.ops.maximum import maximum
from symrnn.ops.minimum import minimum


def _value(z: Any) -> Any:
    return numpy.where(z.real > 0, z, numpy.expm1(numpy.where(z.real > 0, z * 0, z)))


elu = Elementwise(
    "elu",
    definition=lambda z: sympy.Piecewise((z, z > 0), (sympy.exp(z) - 1, True)),
    fast=lambda z, y: (1 + minimum.head(y, 0),),
    accurate=lambda z: (exp.head(minimum.head(z, 0)),),
    value=_value,
    latex=r"\operatorname{ELU}",
    text="ELU",
    kernel=lambda z: maximum.head(z, 0) + expm1.head(minimum.head(z, 0)),
    kinks=lambda z: (z,),
)
