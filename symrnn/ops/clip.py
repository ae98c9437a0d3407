"""The nearest value between two bounds; its derivative at a bound is 0."""

from __future__ import annotations

from typing import Any

import numpy
import sympy

from symrnn.ops.elementwise import Elementwise
from symrnn.ops.heaviside import heaviside
from symrnn.ops.maximum import maximum
from symrnn.ops.minimum import minimum


def _value(z: Any, low: Any, high: Any) -> Any:
    return numpy.where(z.real <= low, z * 0 + low, numpy.where(z.real >= high, z * 0 + high, z))


def _inside(v: sympy.Expr, low: sympy.Expr, high: sympy.Expr) -> tuple[sympy.Expr]:
    return (heaviside.head(v - low) * heaviside.head(high - v),)


clip = Elementwise(
    "clip",
    definition=lambda z, low, high: sympy.Max(low, sympy.Min(high, z)),
    fast=lambda z, low, high, y: _inside(y, low, high),
    accurate=_inside,
    value=_value,
    latex=r"\operatorname{clip}",
    text="clip",
    kernel=lambda z, low, high: maximum.head(minimum.head(z, high), low),
    kinks=lambda z, low, high: (z - low, z - high),
    defaults=(-1.0, 1.0),
)
