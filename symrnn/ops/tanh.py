"""The hyperbolic tangent."""

from __future__ import annotations

import numpy
import sympy

from symrnn.ops.elementwise import Elementwise
from symrnn.ops.exp import exp
from symrnn.ops.magnitude import magnitude


def _accurate(z: sympy.Expr) -> tuple[sympy.Expr]:
    """4e/(1+e)² with e = exp(-2|z|): right to 5e-16 where 1 - tanh² has lost every digit."""
    e = exp.head(-2 * magnitude.head(z))
    return (4 * e / (1 + e) ** 2,)


tanh = Elementwise(
    "tanh",
    definition=sympy.tanh,
    fast=lambda z, y: (1 - y**2,),
    accurate=_accurate,
    value=numpy.tanh,
    latex=r"\tanh",
    text="tanh",
)
