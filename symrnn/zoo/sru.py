"""Simple recurrent unit as published: its gates also see their own cell state."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, Output, Scale, Size, State, Weight
from symrnn.ops import sigmoid


class SRU(Cell):
    """Simple recurrent unit as published: its gates also see their own cell state.

    The diagonal weights v make the recurrence nonlinear, so it is no longer a linear scan. The constant alpha corrects
    the scale of the shortcut; code sets it to sqrt(1 + 2 exp(b)) from the initial bias of r.

    Reference: T. Lei et al., Simple Recurrent Units for Highly Parallelizable Recurrence, arXiv:1709.02755v5, 2018.
    Evidence: numeric
    Year: 2018
    """

    n_h = Size()
    x = Input(n_h)
    c = State(n_h)
    h = Output()
    W, v, b = Weight(x), Scale(), Bias()
    alpha = Constant(1.0)

    z = W.c @ x
    f = sigmoid(W.f @ x + v.f * c + b.f)
    r = sigmoid(W.r @ x + v.r * c + b.r)
    c = f * c + (1 - f) * z
    h = r * c + (1 - r) * x * alpha
