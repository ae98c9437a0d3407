"""Long short-term memory with peepholes and no input gate."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Scale, State, Weight
from symrnn.ops import sigmoid, tanh


class LSTMNIG(Cell):
    """Long short-term memory with peepholes and no input gate.

    The variant NIG of a study that takes one part away at a time. With i = 1 every candidate is added in full, so that
    the forget gate alone keeps the cell state small.

    Reference: K. Greff, R. K. Srivastava, J. Koutník, B. R. Steunebrink, J. Schmidhuber, LSTM: A Search Space Odyssey,
        arXiv:1503.04069, 2015.
    Evidence: recalled-from-paper
    Year: 2015
    """

    x = Input()
    h, c = State(), State()
    W, U, b, p = Weight(x), Weight(h), Bias(), Scale()

    f = sigmoid(W.f @ x + U.f @ h + b.f + p.f * c)
    g = tanh(W.g @ x + U.g @ h + b.g)
    c = f * c + g
    o = sigmoid(W.o @ x + U.o @ h + b.o + p.o * c)
    h = o * tanh(c)
