"""Gated recurrent unit whose update gate is scaled by an attention score, as in the paper."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class AUGRUDIEN(Cell):
    """Gated recurrent unit whose update gate is scaled by an attention score, as in the paper.

    u weighs the candidate, so that an item without attention (a = 0) leaves the state as it is; oneDNN and OpenVINO
    compute another cell under this name. The reset gate acts after the recurrent product.

    Reference: G. Zhou et al., Deep Interest Evolution Network for Click-Through Rate Prediction, AAAI 2019,
        arXiv:1809.03672.
    Evidence: recalled-from-paper
    Year: 2019
    """

    x = Input()
    a = Input(1, domain="unit")
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    u = sigmoid(W.u @ x + U.u @ h + b.u)
    u_tilde = a * u
    r = sigmoid(W.r @ x + U.r @ h + b.r)
    h_tilde = tanh(W.h @ x + r * (U.h @ h) + b.h)
    h = (1 - u_tilde) * h + u_tilde * h_tilde
