"""Gated recurrent unit whose gates are biases only."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class GRUSlim3(Cell):
    """Gated recurrent unit whose gates are biases only.

    The paper calls it GRU3. Its gates do not depend on time, so it is a leaky recurrent network with one trained rate
    per unit and another trained scale on the recurrent weights' input.

    Reference: R. Dey, F. M. Salem, Gate-Variants of Gated Recurrent Unit (GRU) Neural Networks, arXiv:1701.05923, 2017.
    Evidence: recalled-from-paper
    Year: 2017
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    z = sigmoid(b.z)
    r = sigmoid(b.r)
    h_tilde = tanh(W.h @ x + U.h @ (r * h) + b.h)
    h = (1 - z) * h + z * h_tilde
