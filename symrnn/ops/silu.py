"""z times its logistic sigmoid, also called swish."""

from __future__ import annotations

from typing import Any

import sympy

from symrnn.ops.elementwise import Elementwise
from symrnn.ops.sigmoid import sigmoid


def _fast(z: sympy.Expr, y: sympy.Expr) -> tuple[sympy.Expr]:
    s = sigmoid.head(z)
    return (s + y * (1 - s),)


def _accurate(z: sympy.Expr) -> tuple[sympy.Expr]:
    return (sigmoid.head(z) * (1 + z * sigmoid.head(-z)),)


def _value(z: Any) -> Any:
    return z * sigmoid.value(z)


silu = Elementwise(
    "silu",
    definition=lambda z: z / (1 + sympy.exp(-z)),
    fast=_fast,
    accurate=_accurate,
    value=_value,
    latex=r"\operatorname{SiLU}",
    text="SiLU",
    kernel=lambda z: z * sigmoid.head(z),
)
