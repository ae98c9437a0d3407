"""Long short-term memory with peepholes and a linear candidate."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Scale, State, Weight
from symrnn.ops import sigmoid, tanh


class LSTMNIAF(Cell):
    """Long short-term memory with peepholes and a linear candidate.

    The variant NIAF of a study that takes one part away at a time: the input activation is the identity, so that the
    candidate is not bounded.

    Reference: K. Greff, R. K. Srivastava, J. Koutník, B. R. Steunebrink, J. Schmidhuber, LSTM: A Search Space Odyssey,
        arXiv:1503.04069, 2015.
    Evidence: recalled-from-paper
    Year: 2015
    """

    x = Input()
    h, c = State(), State()
    W, U, b, p = Weight(x), Weight(h), Bias(), Scale()

    i = sigmoid(W.i @ x + U.i @ h + b.i + p.i * c)
    f = sigmoid(W.f @ x + U.f @ h + b.f + p.f * c)
    g = W.g @ x + U.g @ h + b.g
    c = f * c + i * g
    o = sigmoid(W.o @ x + U.o @ h + b.o + p.o * c)
    h = o * tanh(c)
