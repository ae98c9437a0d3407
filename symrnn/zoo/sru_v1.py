"""Simple recurrent unit of the preprint: gates of the input alone."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Output, Size, State, Weight
from symrnn.ops import sigmoid, tanh


class SRUv1(Cell):
    """Simple recurrent unit of the preprint: gates of the input alone.

    Only c recurs, linearly; h is a highway readout, for which x must be as long as the state, or the code adds a fourth
    projection. The version that was published also lets the gates see c.

    Reference: T. Lei et al., Training RNNs as Fast as CNNs, arXiv:1709.02755v1 to v4, 2017.
    Evidence: numeric
    Year: 2017
    """

    n_h = Size()
    x = Input(n_h)
    c = State(n_h)
    h = Output()
    W, b = Weight(x), Bias()

    z = W.c @ x
    f = sigmoid(W.f @ x + b.f)
    r = sigmoid(W.r @ x + b.r)
    c = f * c + (1 - f) * z
    h = r * tanh(c) + (1 - r) * x
