"""The piecewise linear sigmoid, slope·z + 1/2 clipped to [0, 1].

Two are in use: slope 1/6 (torch, Keras 3; the default here) and 0.2 (ONNX, Keras 2, Theano).
"""

from __future__ import annotations

from typing import Any

import numpy
import sympy

from symrnn.ops.elementwise import Elementwise
from symrnn.ops.heaviside import heaviside
from symrnn.ops.maximum import maximum
from symrnn.ops.minimum import minimum


def _value(z: Any, slope: Any) -> Any:
    line = slope * z + 0.5
    return numpy.where(line.real <= 0, line * 0, numpy.where(line.real >= 1, line * 0 + 1, line))


def _fast(z: sympy.Expr, slope: sympy.Expr, y: sympy.Expr) -> tuple[sympy.Expr]:
    return (slope * heaviside.head(y) * heaviside.head(1 - y),)


def _accurate(z: sympy.Expr, slope: sympy.Expr) -> tuple[sympy.Expr]:
    half = sympy.Rational(1, 2)
    return (slope * heaviside.head(slope * z + half) * heaviside.head(half - slope * z),)


hard_sigmoid = Elementwise(
    "hard_sigmoid",
    definition=lambda z, slope: sympy.Max(0, sympy.Min(1, slope * z + sympy.Rational(1, 2))),
    fast=_fast,
    accurate=_accurate,
    value=_value,
    latex=r"\operatorname{hardsigmoid}",
    text="hardsigmoid",
    kernel=lambda z, slope: maximum.head(minimum.head(slope * z + sympy.Rational(1, 2), 1), 0),
    kinks=lambda z, slope: (slope * z + sympy.Rational(1, 2), slope * z - sympy.Rational(1, 2)),
    defaults=(1 / 6,),
)
