"""Minimal gated recurrent unit for parallel scans: gate and candidate of the input alone."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid


class MinGRU(Cell):
    """Minimal gated recurrent unit for parallel scans: gate and candidate of the input alone.

    The plain form, whose candidate has no activation. Here z takes the new value; with the sign of the gate reversed it
    is the strongly typed network of 2016.

    Reference: L. Feng, F. Tung, M. O. Ahmed, Y. Bengio, H. Hajimirsadeghi, Were RNNs All We Needed?, arXiv:2410.01201,
        2024.
    Evidence: source-read
    Year: 2024
    """

    x = Input()
    h = State()
    W, b = Weight(x), Bias()

    z = sigmoid(W.z @ x + b.z)
    h_tilde = W.h @ x + b.h
    h = (1 - z) * h + z * h_tilde
