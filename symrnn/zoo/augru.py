"""Gated recurrent unit whose update gate is scaled by one minus an attention score."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class AUGRU(Cell):
    """Gated recurrent unit whose update gate is scaled by one minus an attention score.

    This is how oneDNN and OpenVINO compute it: u keeps the old state, and without attention (a = 0) the cell is an
    ordinary gated recurrent unit. The paper scales the weight of the candidate by a instead, which no change of weights
    turns into this.

    Reference: G. Zhou et al., Deep Interest Evolution Network for Click-Through Rate Prediction, AAAI 2019,
        arXiv:1809.03672; oneDNN, OpenVINO.
    Evidence: source-read
    Year: 2019
    """

    x = Input()
    a = Input(1, domain="unit")
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    u = sigmoid(W.u @ x + U.u @ h + b.u)
    u_tilde = (1 - a) * u
    r = sigmoid(W.r @ x + U.r @ h + b.r)
    h_tilde = tanh(W.h @ x + U.h @ (r * h) + b.h)
    h = u_tilde * h + (1 - u_tilde) * h_tilde
