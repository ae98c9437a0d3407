"""Gated recurrent unit with zoneout: units that randomly keep their state."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class ZoneoutGRU(Cell):
    """Gated recurrent unit with zoneout: units that randomly keep their state.

    Below the zoneout is the cell of cuDNN, which resets after the recurrent product and has a second bias inside the
    reset. A mask of 1 keeps the old value; at inference it is replaced by its mean.

    Reference: D. Krueger et al., Zoneout: Regularizing RNNs by Randomly Preserving Hidden Activations,
        arXiv:1606.01305, 2017.
    Evidence: source-read
    Year: 2017
    """

    x = Input()
    h = State()
    m_h = Input(h, domain="mask")
    W, U, b, c = Weight(x), Weight(h), Bias(), Bias()

    r = sigmoid(W.r @ x + U.r @ h + b.r)
    z = sigmoid(W.z @ x + U.z @ h + b.z)
    g = tanh(W.n @ x + b.n + r * (U.n @ h + c.n))
    h_new = (1 - z) * g + z * h
    h = m_h * h + (1 - m_h) * h_new
