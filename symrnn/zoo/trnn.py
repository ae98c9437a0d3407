"""Strongly typed recurrent network: a running average of projected inputs."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid


class TRNN(Cell):
    """Strongly typed recurrent network: a running average of projected inputs.

    Inputs and states are never added across a product, so the cell is linear in its state. With the sign of the gate
    reversed it is the minGRU of 2024.

    Reference: D. Balduzzi, M. Ghifary, Strongly-Typed Recurrent Neural Networks, arXiv:1602.02218, 2016.
    Evidence: numeric
    Year: 2016
    """

    x = Input()
    h = State()
    W, b = Weight(x), Bias()

    z = W.z @ x + b.z
    f = sigmoid(W.f @ x + b.f)
    h = f * h + (1 - f) * z
