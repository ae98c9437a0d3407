"""Strongly typed long short-term memory: its gates read this input and the one before."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Output, State, Weight
from symrnn.ops import sigmoid, tanh


class TLSTM(Cell):
    """Strongly typed long short-term memory: its gates read this input and the one before.

    The candidate z has no nonlinearity, and the output factor o is a tanh where other cells have a gate. The state u
    remembers the previous input; not the time-aware cell of the same abbreviation.

    Reference: D. Balduzzi, M. Ghifary, Strongly-Typed Recurrent Neural Networks, arXiv:1602.02218, 2016.
    Evidence: numeric
    Year: 2016
    """

    x = Input()
    c, u = State(), State(x)
    h = Output()
    W, V, b = Weight(x), Weight(u), Bias()

    z = W.z @ x + V.z @ u + b.z
    f = sigmoid(W.f @ x + V.f @ u + b.f)
    o = tanh(W.o @ x + V.o @ u + b.o)
    c = f * c + (1 - f) * z
    h = c * o
    u = x
