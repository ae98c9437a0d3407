"""The logarithm of 1 + z, exact to rounding where z is small."""

from __future__ import annotations

from typing import Any

import numpy
import sympy

from symrnn.ops.elementwise import Elementwise
from symrnn.ops.exp import exp


def log1p_of(z: Any) -> Any:
    """log(1 + z) with all its digits. NumPy's for a complex z is log(1.0 + z), which has none left near 0."""
    if not numpy.iscomplexobj(z):
        return numpy.log1p(z)
    return numpy.log1p(z.real * (2 + z.real) + z.imag**2) / 2 + 1j * numpy.arctan2(z.imag, 1 + z.real)


log1p = Elementwise(
    "log1p",
    definition=lambda z: sympy.log(1 + z),
    fast=lambda z, y: (exp.head(-y),),
    accurate=lambda z: (1 / (1 + z),),
    value=log1p_of,
    latex=r"\operatorname{log1p}",
    text="log1p",
    domain="positive",
)
