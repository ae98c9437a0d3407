"""Minimal gated recurrent unit with a positive candidate, made for scans of logarithms."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, where


class MinGRULog(Cell):
    """Minimal gated recurrent unit with a positive candidate, made for scans of logarithms.

    The candidate is a + 0.5 for positive a and a sigmoid elsewhere, which meet at zero, at different slopes. Computed
    with logarithms, as code does, the initial state must be positive; step by step it need not be.

    Reference: L. Feng, F. Tung, M. O. Ahmed, Y. Bengio, H. Hajimirsadeghi, Were RNNs All We Needed?, arXiv:2410.01201,
        2024, appendix B.
    Evidence: numeric
    Year: 2024
    """

    x = Input()
    h = State()
    W, b = Weight(x), Bias()

    z = sigmoid(W.z @ x + b.z)
    a = W.h @ x + b.h
    h_tilde = where(a >= 0, a + 0.5, sigmoid(a))
    h = (1 - z) * h + z * h_tilde
