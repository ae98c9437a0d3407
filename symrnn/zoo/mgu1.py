"""Minimal gated unit whose gate does not see the input."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class MGU1(Cell):
    """Minimal gated unit whose gate does not see the input.

    The first of three reductions of the paper: state and bias drive the gate, and it takes the new candidate with
    weight f as the full unit does.

    Reference: J. Heck, F. M. Salem, Simplified Minimal Gated Unit Variations for Recurrent Neural Networks,
        arXiv:1701.03452, 2017.
    Evidence: recalled-from-paper
    Year: 2017
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    f = sigmoid(U.f @ h + b.f)
    h_tilde = tanh(W.h @ x + U.h @ (f * h) + b.h)
    h = (1 - f) * h + f * h_tilde
