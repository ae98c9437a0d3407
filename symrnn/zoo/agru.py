"""Gated recurrent unit with an attention score in place of the update gate."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class AGRU(Cell):
    """Gated recurrent unit with an attention score in place of the update gate.

    One number from outside decides how much all units move, where an update gate would decide for each of them. The
    reset gate acts after the recurrent product.

    Reference: G. Zhou et al., Deep Interest Evolution Network for Click-Through Rate Prediction, AAAI 2019,
        arXiv:1809.03672.
    Evidence: recalled-from-paper
    Year: 2019
    """

    x = Input()
    a = Input(1, domain="unit")
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    r = sigmoid(W.r @ x + U.r @ h + b.r)
    h_tilde = tanh(W.h @ x + r * (U.h @ h) + b.h)
    h = (1 - a) * h + a * h_tilde
