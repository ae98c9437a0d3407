"""Gated recurrent unit, reset gate after the recurrent product, one bias."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class GRUv1(Cell):
    """Gated recurrent unit, reset gate after the recurrent product, one bias.

    This is the form of the first version of the paper; its third version resets before the product. Here z keeps the
    old state.

    Reference: K. Cho et al., Learning Phrase Representations using RNN Encoder-Decoder, arXiv:1406.1078v1, 2014.
    Evidence: numeric
    Year: 2014
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    z = sigmoid(W.z @ x + U.z @ h + b.z)
    r = sigmoid(W.r @ x + U.r @ h + b.r)
    h_tilde = tanh(W.h @ x + r * (U.h @ h) + b.h)
    h = z * h + (1 - z) * h_tilde
