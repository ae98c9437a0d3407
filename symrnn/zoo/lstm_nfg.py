"""Long short-term memory with peepholes and no forget gate."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Scale, State, Weight
from symrnn.ops import sigmoid, tanh


class LSTMNFG(Cell):
    """Long short-term memory with peepholes and no forget gate.

    The variant NFG of a study that takes one part away at a time. It is the memory of 1997 with peepholes: at p = 0 the
    two agree exactly.

    Reference: K. Greff, R. K. Srivastava, J. Koutník, B. R. Steunebrink, J. Schmidhuber, LSTM: A Search Space Odyssey,
        arXiv:1503.04069, 2015.
    Evidence: recalled-from-paper
    Year: 2015
    """

    x = Input()
    h, c = State(), State()
    W, U, b, p = Weight(x), Weight(h), Bias(), Scale()

    i = sigmoid(W.i @ x + U.i @ h + b.i + p.i * c)
    g = tanh(W.g @ x + U.g @ h + b.g)
    c = c + i * g
    o = sigmoid(W.o @ x + U.o @ h + b.o + p.o * c)
    h = o * tanh(c)
