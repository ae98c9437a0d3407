"""The cosine."""

from __future__ import annotations

import numpy
import sympy

from symrnn.ops.elementwise import REGISTRY, Elementwise

# Sine and cosine name each other; the registry is read when a derivative is taken, after both exist.
cos = Elementwise(
    "cos",
    definition=sympy.cos,
    fast=lambda z, y: (-REGISTRY["sin"].head(z),),
    accurate=lambda z: (-REGISTRY["sin"].head(z),),
    value=numpy.cos,
    latex=r"\cos",
    text="cos",
)
