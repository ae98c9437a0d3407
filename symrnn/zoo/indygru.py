"""Gated recurrent unit with diagonal recurrent weights."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Scale, State, Weight
from symrnn.ops import sigmoid, tanh


class IndyGRU(Cell):
    """Gated recurrent unit with diagonal recurrent weights.

    With a diagonal it makes no difference whether the reset gate acts before or after the recurrent product. Here z
    keeps the old state.

    Reference: P. Gonnet, T. Deselaers, IndyLSTMs: Independently Recurrent LSTMs, arXiv:1903.08023, 2019.
    Evidence: recalled-from-paper
    Year: 2019
    """

    x = Input()
    h = State()
    W, u, b = Weight(x), Scale(), Bias()

    z = sigmoid(W.z @ x + u.z * h + b.z)
    r = sigmoid(W.r @ x + u.r * h + b.r)
    h_tilde = tanh(W.h @ x + u.h * r * h + b.h)
    h = z * h + (1 - z) * h_tilde
