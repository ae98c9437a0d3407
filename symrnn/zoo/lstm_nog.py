"""Long short-term memory with peepholes and no output gate."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Scale, State, Weight
from symrnn.ops import sigmoid, tanh


class LSTMNOG(Cell):
    """Long short-term memory with peepholes and no output gate.

    The variant NOG of a study that takes one part away at a time. What is given out is tanh of the cell state, so h
    adds nothing to c as a state.

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
    g = tanh(W.g @ x + U.g @ h + b.g)
    c = f * c + i * g
    h = tanh(c)
