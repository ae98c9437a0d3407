"""Long short-term memory whose input and output gates subtract."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid


class SubLSTM(Cell):
    """Long short-term memory whose input and output gates subtract.

    Every nonlinearity is a sigmoid, the candidate included. One package of this name in fact computes an ordinary long
    short-term memory in its functional form.

    Reference: R. P. Costa et al., Cortical Microcircuits as Gated-Recurrent Neural Networks, arXiv:1711.02448, 2017.
    Evidence: recalled-from-paper
    Year: 2017
    """

    x = Input()
    h, c = State(), State()
    W, U, b = Weight(x), Weight(h), Bias()

    i = sigmoid(W.i @ x + U.i @ h + b.i)
    f = sigmoid(W.f @ x + U.f @ h + b.f)
    g = sigmoid(W.g @ x + U.g @ h + b.g)
    o = sigmoid(W.o @ x + U.o @ h + b.o)
    c = f * c + g - i
    h = sigmoid(c) - o
