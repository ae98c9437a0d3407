"""Gated recurrent unit without biases, reset gate after the recurrent product."""

from __future__ import annotations

from symrnn.cell import Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class GRUNote(Cell):
    """Gated recurrent unit without biases, reset gate after the recurrent product.

    Lecture notes often print this short form. Here z keeps the old state.

    Reference: K. Cho et al., Learning Phrase Representations using RNN Encoder-Decoder, arXiv:1406.1078v1, 2014,
        without biases.
    Evidence: numeric
    Year: 2014
    """

    x = Input()
    h = State()
    W, U = Weight(x), Weight(h)

    z = sigmoid(W.z @ x + U.z @ h)
    r = sigmoid(W.r @ x + U.r @ h)
    h_tilde = tanh(W.h @ x + r * (U.h @ h))
    h = z * h + (1 - z) * h_tilde
