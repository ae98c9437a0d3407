"""The argument between -1 and 1, the nearer of the two outside; its derivative at both is 0."""

from __future__ import annotations

from typing import Any

import numpy
import sympy

from symrnn.ops.elementwise import Elementwise
from symrnn.ops.heaviside import heaviside
from symrnn.ops.maximum import maximum
from symrnn.ops.minimum import minimum


def _value(z: Any) -> Any:
    return numpy.where(z.real <= -1, z * 0 - 1, numpy.where(z.real >= 1, z * 0 + 1, z))


hardtanh = Elementwise(
    "hardtanh",
    definition=lambda z: sympy.Max(-1, sympy.Min(1, z)),
    fast=lambda z, y: (heaviside.head(1 + y) * heaviside.head(1 - y),),
    accurate=lambda z: (heaviside.head(1 + z) * heaviside.head(1 - z),),
    value=_value,
    latex=r"\operatorname{hardtanh}",
    text="hardtanh",
    kernel=lambda z: maximum.head(minimum.head(z, 1), -1),
    kinks=lambda z: (z - 1, z + 1),
)
