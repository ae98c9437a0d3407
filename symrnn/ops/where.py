"""One of two values: the first where the condition is above 0, else the second.

In a cell the condition is a comparison, whose value is 1 or 0. Neither derivative reaches through it. Both values are
computed everywhere, so both must be finite everywhere.
"""

from __future__ import annotations

import numpy
import sympy

from symrnn.ops.elementwise import Elementwise
from symrnn.ops.heaviside import heaviside

where = Elementwise(
    "where",
    definition=lambda c, a, b: sympy.Piecewise((a, c > 0), (b, True)),
    fast=lambda c, a, b, y: (sympy.Integer(0), heaviside.head(c), 1 - heaviside.head(c)),
    accurate=lambda c, a, b: (sympy.Integer(0), heaviside.head(c), 1 - heaviside.head(c)),
    value=lambda c, a, b: numpy.where(c.real > 0, a, b),
    latex=r"\operatorname{where}",
    text="where",
    arity=3,
    kernel=lambda c, a, b: heaviside.head(c) * a + (1 - heaviside.head(c)) * b,
    kinks=lambda c, a, b: (c,),
)
