"""Long short-term memory that fades its short-term part with the time since the last event."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Matrix, State, Weight
from symrnn.ops import log, sigmoid, tanh


class TimeAwareLSTM(Cell):
    """Long short-term memory that fades its short-term part with the time since the last event.

    A learned projection of the cell state counts as short-term and is divided by log(e + delta), with e written as
    2.71828. Not the strongly typed T-LSTM, which shares the abbreviation.

    Reference: I. M. Baytas et al., Patient Subtyping via Time-Aware LSTM Networks, KDD, 2017.
    Evidence: recalled-from-paper
    Year: 2017
    """

    x, delta = Input(), Input(1, domain="positive")
    h, c = State(), State()
    W, U, b = Weight(x), Weight(h), Bias()
    W_d = Matrix()

    i = sigmoid(W.i @ x + U.i @ h + b.i)
    f = sigmoid(W.f @ x + U.f @ h + b.f)
    g = tanh(W.g @ x + U.g @ h + b.g)
    o = sigmoid(W.o @ x + U.o @ h + b.o)
    s = tanh(W_d @ c + b.d)
    c_star = c - s + s / log(2.71828 + delta)
    c = f * c_star + i * g
    h = o * tanh(c)
