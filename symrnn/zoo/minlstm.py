"""Minimal long short-term memory for parallel scans: two gates that are made to sum to 1."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid


class MinLSTM(Cell):
    """Minimal long short-term memory for parallel scans: two gates that are made to sum to 1.

    The normalisation keeps the size of the state independent of the length of the sequence; in the paper it is
    optional. There is no output gate.

    Reference: L. Feng, F. Tung, M. O. Ahmed, Y. Bengio, H. Hajimirsadeghi, Were RNNs All We Needed?, arXiv:2410.01201,
        2024.
    Evidence: recalled-from-paper
    Year: 2024
    """

    x = Input()
    h = State()
    W, b = Weight(x), Bias()

    f = sigmoid(W.f @ x + b.f)
    i = sigmoid(W.i @ x + b.i)
    h_tilde = W.h @ x + b.h
    f_bar = f / (f + i)
    i_bar = i / (f + i)
    h = f_bar * h + i_bar * h_tilde
