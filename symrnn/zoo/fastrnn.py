"""Simple recurrent network with a residual connection weighted by two scalars."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Scalar, State, Vector, Weight
from symrnn.ops import sigmoid, tanh


class FastRNN(Cell):
    """Simple recurrent network with a residual connection weighted by two scalars.

    The paper trains the two weights directly within 0 and 1; libraries train numbers a and b and take their sigmoids,
    as here. The start follows the authors' code, little new content and much of the old; torchrecurrent starts the
    other way round.

    Reference: A. Kusupati et al., FastGRNN: A Fast, Accurate, Stable and Tiny Kilobyte Sized Gated Recurrent Neural
        Network, arXiv:1901.02358, NeurIPS 2018.
    Evidence: numeric
    Year: 2018
    """

    x = Input()
    h = State()
    W, U = Weight(x), Weight(h)
    b_h = Vector(h, init=0.0)
    a, b = Scalar(init=-3.0), Scalar(init=3.0)

    h_tilde = tanh(W.h @ x + U.h @ h + b_h)
    h = sigmoid(a) * h_tilde + sigmoid(b) * h
