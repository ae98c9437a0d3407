"""Gated recurrent unit, reset gate before the recurrent product."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class GRUv3(Cell):
    """Gated recurrent unit, reset gate before the recurrent product.

    The candidate sees U (r * h), so its product cannot be stacked with those of the gates. This is the published form;
    most libraries compute the other one by default. Here z keeps the old state.

    Reference: K. Cho et al., Learning Phrase Representations using RNN Encoder-Decoder, arXiv:1406.1078v3, 2014.
    Evidence: numeric
    Year: 2014
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    z = sigmoid(W.z @ x + U.z @ h + b.z)
    r = sigmoid(W.r @ x + U.r @ h + b.r)
    h_tilde = tanh(W.h @ x + U.h @ (r * h) + b.h)
    h = z * h + (1 - z) * h_tilde
