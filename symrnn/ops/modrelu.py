"""The rectifier of the modulus, sign(z)·max(|z| + b, 0): shrinks or stretches z by b and keeps its sign.

Arjovsky, Shah & Bengio 2016. With b > 0 it jumps at z = 0, where its value is 0.
"""

from __future__ import annotations

from typing import Any

import numpy
import sympy

from symrnn.ops.elementwise import Elementwise
from symrnn.ops.heaviside import heaviside
from symrnn.ops.magnitude import magnitude
from symrnn.ops.maximum import maximum


def _definition(z: sympy.Expr, b: sympy.Expr) -> sympy.Expr:
    above, below = sympy.And(z > 0, z + b > 0), sympy.And(z < 0, b - z > 0)
    return sympy.Piecewise((z + b, above), (z - b, below), (0, True))


def _sign(z: sympy.Expr) -> sympy.Expr:
    return heaviside.head(z) - heaviside.head(-z)


def _accurate(z: sympy.Expr, b: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    active = heaviside.head(magnitude.head(z) + b)
    return active * heaviside.head(magnitude.head(z)), active * _sign(z)


def _value(z: Any, b: Any) -> Any:
    shifted = numpy.where(z.real > 0, z + b, z - b)
    return numpy.where((numpy.abs(z.real) + b.real > 0) & (z.real != 0), shifted, shifted * 0)


modrelu = Elementwise(
    "modrelu",
    definition=_definition,
    # The output has the sign of z and is 0 exactly where the function is flat.
    fast=lambda z, b, y: (heaviside.head(magnitude.head(y)), _sign(y)),
    accurate=_accurate,
    value=_value,
    latex=r"\operatorname{modReLU}",
    text="modReLU",
    arity=2,
    kernel=lambda z, b: _sign(z) * maximum.head(magnitude.head(z) + b, 0),
    kinks=lambda z, b: (z, z + b, z - b),
)
