"""log(1 + exp(z)), a smooth rectifier, computed without overflow."""

from __future__ import annotations

from typing import Any

import numpy
import sympy

from symrnn.ops.elementwise import Elementwise
from symrnn.ops.exp import exp
from symrnn.ops.expm1 import expm1
from symrnn.ops.log1p import log1p, log1p_of
from symrnn.ops.magnitude import magnitude
from symrnn.ops.maximum import maximum
from symrnn.ops.sigmoid import sigmoid


def _value(z: Any) -> Any:
    """Branches on the sign of the real part, so that the exponential never overflows."""
    return numpy.where(z.real > 0, z, z * 0) + log1p_of(numpy.exp(numpy.where(z.real > 0, -z, z)))


softplus = Elementwise(
    "softplus",
    definition=lambda z: sympy.log(1 + sympy.exp(z)),
    # 1 - exp(-y), which is the sigmoid of the argument.
    fast=lambda z, y: (-expm1.head(-y),),
    accurate=lambda z: (sigmoid.head(z),),
    value=_value,
    latex=r"\operatorname{softplus}",
    text="softplus",
    kernel=lambda z: maximum.head(z, 0) + log1p.head(exp.head(-magnitude.head(z))),
)
