"""Light gated recurrent unit: no reset gate, and a candidate with ReLU."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import relu, sigmoid


class LiGRU(Cell):
    """Light gated recurrent unit: no reset gate, and a candidate with ReLU.

    The paper normalizes the products with the input over a batch, which keeps the unbounded candidate in check; that
    depends on other sequences and is not part of the cell. Here z keeps the old state.

    Reference: M. Ravanelli, P. Brakel, M. Omologo, Y. Bengio, Light Gated Recurrent Units for Speech Recognition,
        arXiv:1803.10225, 2018.
    Evidence: numeric
    Year: 2018
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    z = sigmoid(W.z @ x + U.z @ h + b.z)
    h_tilde = relu(W.h @ x + U.h @ h + b.h)
    h = z * h + (1 - z) * h_tilde
