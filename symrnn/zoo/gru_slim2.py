"""Gated recurrent unit whose gates see the state alone, without a bias."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class GRUSlim2(Cell):
    """Gated recurrent unit whose gates see the state alone, without a bias.

    The paper calls it GRU2. From a zero state both gates start at exactly one half. As in the paper, z weighs the
    candidate.

    Reference: R. Dey, F. M. Salem, Gate-Variants of Gated Recurrent Unit (GRU) Neural Networks, arXiv:1701.05923, 2017.
    Evidence: recalled-from-paper
    Year: 2017
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    z = sigmoid(U.z @ h)
    r = sigmoid(U.r @ h)
    h_tilde = tanh(W.h @ x + U.h @ (r * h) + b.h)
    h = (1 - z) * h + z * h_tilde
