"""Minimal gated unit: one gate that both forgets and resets."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class MGU(Cell):
    """Minimal gated unit: one gate that both forgets and resets.

    The gate takes the new candidate with weight f, and resets before the recurrent product; flax's cell of this name
    keeps the old state with weight f and resets after the product.

    Reference: G.-B. Zhou, J. Wu, C.-L. Zhang, Z.-H. Zhou, Minimal Gated Unit for Recurrent Neural Networks,
        arXiv:1603.09420, 2016.
    Evidence: numeric
    Year: 2016
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    f = sigmoid(W.f @ x + U.f @ h + b.f)
    h_tilde = tanh(W.h @ x + U.h @ (f * h) + b.h)
    h = (1 - f) * h + f * h_tilde
