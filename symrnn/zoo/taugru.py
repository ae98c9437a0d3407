"""Gated recurrent unit with a second candidate that sees a state from further back."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, State, Weight
from symrnn.ops import sigmoid, tanh


def tau_gru(delay: int = 3) -> type[Cell]:
    """The cell whose second candidate sees the state of ``delay`` steps ago."""

    class TauGRU(Cell):
        """Gated recurrent unit with a second candidate that sees a state from further back.

        The state of d steps ago is part of what is carried, and its gradient arrives d steps late as well. The gate a
        weighs the delayed candidate, which is added to the ordinary one rather than mixed with it.

        Reference: N. B. Erichson, S. H. Lim, M. W. Mahoney, Gated Recurrent Neural Networks with Weighted Time-Delay
            Feedback, arXiv:2212.00228, 2022.
        Evidence: numeric
        Year: 2022
        """

        x = Input()
        h = State()
        W, U, b = Weight(x), Weight(h), Bias()
        d = Constant(delay)

        u = tanh(W.u @ x + U.u @ h + b.u)
        g = sigmoid(W.g @ x + U.g @ h + b.g)
        a = sigmoid(W.a @ x + U.a @ h + b.a)
        z = tanh(W.z @ x + U.z @ h.delay(d) + b.z)
        h = (1 - g) * h + g * (u + a * z)

    return TauGRU


TauGRU = tau_gru()
