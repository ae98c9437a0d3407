"""Gated recurrent unit as cuDNN and torch compute it."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class GRUcuDNN(Cell):
    """Gated recurrent unit as cuDNN and torch compute it.

    The reset gate acts after the recurrent product and on a second bias, c_n, that is inside it. Here z keeps the old
    state.

    Reference: NVIDIA cuDNN 5; torch.nn.GRU, 2016.
    Evidence: numeric
    Year: 2016
    """

    x = Input()
    h = State()
    W, U, b, c = Weight(x), Weight(h), Bias(), Bias()

    r = sigmoid(W.r @ x + U.r @ h + b.r)
    z = sigmoid(W.z @ x + U.z @ h + b.z)
    n = tanh(W.n @ x + b.n + r * (U.n @ h + c.n))
    h = (1 - z) * n + z * h
