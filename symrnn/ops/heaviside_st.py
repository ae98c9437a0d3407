"""The indicator [z > 0] whose derivative is declared to be 1: a straight-through estimator, for spikes."""

from __future__ import annotations

from typing import Any

import numpy
import sympy

from symrnn.ops.elementwise import Elementwise
from symrnn.ops.heaviside import heaviside


def _value(z: Any) -> Any:
    """1 or 0 by the real part; the imaginary part of a complex step is passed on with the declared derivative."""
    spike = heaviside.value(z)
    return spike + 1j * z.imag if numpy.iscomplexobj(z) else spike


heaviside_st = Elementwise(
    "heaviside_st",
    definition=heaviside.definition,
    fast=lambda z, y: (sympy.Integer(1),),
    accurate=lambda z: (sympy.Integer(1),),
    value=_value,
    latex=r"\Theta",
    text="Θ",
    kernel=lambda z: heaviside.head(z),
    kinks=lambda z: (z,),
    surrogate=True,
)
