"""Long short-term memory with coupled input and forget gates."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class CIFG(Cell):
    """Long short-term memory with coupled input and forget gates.

    The forget gate is kept and the input gate is 1 - f; the paper and some libraries keep the input gate instead, which
    is the same cell with the sign of that gate's weights reversed.

    Reference: K. Greff, R. K. Srivastava, J. Koutník, B. R. Steunebrink, J. Schmidhuber, LSTM: A Search Space Odyssey,
        arXiv:1503.04069, 2015.
    Evidence: numeric
    Year: 2015
    """

    x = Input()
    h, c = State(), State()
    W, U, b = Weight(x), Weight(h), Bias()

    f = sigmoid(W.f @ x + U.f @ h + b.f)
    g = tanh(W.g @ x + U.g @ h + b.g)
    c = f * c + (1 - f) * g
    o = sigmoid(W.o @ x + U.o @ h + b.o)
    h = o * tanh(c)
