"""Minimal gated unit whose gate is a bias only."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class MGU3(Cell):
    """Minimal gated unit whose gate is a bias only.

    The third and smallest reduction of the paper. The gate does not depend on time: one trained number per unit is both
    the rate at which it moves and the scale of what it feeds back.

    Reference: J. Heck, F. M. Salem, Simplified Minimal Gated Unit Variations for Recurrent Neural Networks,
        arXiv:1701.03452, 2017.
    Evidence: recalled-from-paper
    Year: 2017
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    f = sigmoid(b.f)
    h_tilde = tanh(W.h @ x + U.h @ (f * h) + b.h)
    h = (1 - f) * h + f * h_tilde
