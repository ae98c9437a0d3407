"""Long short-term memory with zoneout: units that randomly keep their state."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class ZoneoutLSTM(Cell):
    """Long short-term memory with zoneout: units that randomly keep their state.

    The masks are inputs: a 1 keeps the old value, and at inference each is replaced by its mean. Haste zones out h only
    and its mask is the other way round, 1 for the new value.

    Reference: D. Krueger et al., Zoneout: Regularizing RNNs by Randomly Preserving Hidden Activations,
        arXiv:1606.01305, 2017.
    Evidence: source-read
    Year: 2017
    """

    x = Input()
    h, c = State(), State()
    m_c, m_h = Input(c, domain="mask"), Input(h, domain="mask")
    W, U, b = Weight(x), Weight(h), Bias()

    i = sigmoid(W.i @ x + U.i @ h + b.i)
    f = sigmoid(W.f @ x + U.f @ h + b.f)
    g = tanh(W.g @ x + U.g @ h + b.g)
    o = sigmoid(W.o @ x + U.o @ h + b.o)
    c_new = f * c + i * g
    h_new = o * tanh(c_new)
    c = m_c * c + (1 - m_c) * c_new
    h = m_h * h + (1 - m_h) * h_new
