"""Strongly typed gated recurrent unit: its gates read this input and the one before."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class TGRU(Cell):
    """Strongly typed gated recurrent unit: its gates read this input and the one before.

    The state u remembers the previous input; given the inputs the cell is linear in h. The new term is z, without
    nonlinearity, times a tanh; it is not weighted by 1 - f.

    Reference: D. Balduzzi, M. Ghifary, Strongly-Typed Recurrent Neural Networks, arXiv:1602.02218, 2016.
    Evidence: numeric
    Year: 2016
    """

    x = Input()
    h, u = State(), State(x)
    W, V, b = Weight(x), Weight(u), Bias()

    z = W.z @ x + V.z @ u + b.z
    f = sigmoid(W.f @ x + V.f @ u + b.f)
    o = tanh(W.o @ x + V.o @ u + b.o)
    h = f * h + z * o
    u = x
