"""Minimal gated unit whose gate sees the state alone, without a bias."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class MGU2(Cell):
    """Minimal gated unit whose gate sees the state alone, without a bias.

    The second of three reductions of the paper. From a zero state the gate starts at exactly one half, whatever the
    input.

    Reference: J. Heck, F. M. Salem, Simplified Minimal Gated Unit Variations for Recurrent Neural Networks,
        arXiv:1701.03452, 2017.
    Evidence: recalled-from-paper
    Year: 2017
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    f = sigmoid(U.f @ h)
    h_tilde = tanh(W.h @ x + U.h @ (f * h) + b.h)
    h = (1 - f) * h + f * h_tilde
