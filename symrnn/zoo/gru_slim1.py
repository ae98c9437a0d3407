"""Gated recurrent unit whose gates do not see the input."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class GRUSlim1(Cell):
    """Gated recurrent unit whose gates do not see the input.

    The paper calls it GRU1: state and bias drive the gates, the input enters through the candidate alone. As in the
    paper, z weighs the candidate.

    Reference: R. Dey, F. M. Salem, Gate-Variants of Gated Recurrent Unit (GRU) Neural Networks, arXiv:1701.05923, 2017.
    Evidence: recalled-from-paper
    Year: 2017
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    z = sigmoid(U.z @ h + b.z)
    r = sigmoid(U.r @ h + b.r)
    h_tilde = tanh(W.h @ x + U.h @ (r * h) + b.h)
    h = (1 - z) * h + z * h_tilde
