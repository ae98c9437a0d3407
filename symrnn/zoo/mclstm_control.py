"""Long short-term memory with separate gates for what is put out and what is fed back."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Output, State, Weight
from symrnn.ops import sigmoid, tanh


class MemoryControlLSTM(Cell):
    """Long short-term memory with separate gates for what is put out and what is fed back.

    The recurrent signal v has a gate of its own, so h is a readout. One library leaves the gates without any
    nonlinearity, and the abbreviation MC-LSTM also stands for the mass-conserving cell.

    Reference: Intel, Sequence Modeling, NIPS Time Series Workshop, 2017; torchrecurrent, MCLSTMCell.
    Evidence: numeric
    Year: 2017
    """

    x = Input()
    v, c = State(), State()
    h = Output()
    W, U, b = Weight(x), Weight(v), Bias()

    f = sigmoid(W.f @ x + U.f @ v + b.f)
    i = sigmoid(W.i @ x + U.i @ v + b.i)
    o = sigmoid(W.o @ x + U.o @ v + b.o)
    m = sigmoid(W.m @ x + U.m @ v + b.m)
    g = tanh(W.g @ x + U.g @ v + b.g)
    c = f * c + i * g
    h = o * tanh(c)
    v = m * tanh(c)
