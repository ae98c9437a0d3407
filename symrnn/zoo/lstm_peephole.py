"""Long short-term memory with peephole connections."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Scale, State, Weight
from symrnn.ops import sigmoid, tanh


class LSTMPeephole(Cell):
    """Long short-term memory with peephole connections.

    The input and forget gates see the cell state before the step, the output gate sees it after;
    peepholes are diagonal.

    Reference: F. A. Gers, N. N. Schraudolph, J. Schmidhuber, Learning Precise Timing with LSTM Recurrent Networks,
        Journal of Machine Learning Research 3, 2002.
    Evidence: numeric
    Year: 2002
    """

    x = Input()
    h, c = State(), State()
    W, U, b, p = Weight(x), Weight(h), Bias(), Scale()

    i = sigmoid(W.i @ x + U.i @ h + b.i + p.i * c)
    f = sigmoid(W.f @ x + U.f @ h + b.f + p.f * c)
    g = tanh(W.g @ x + U.g @ h + b.g)
    c = f * c + i * g
    o = sigmoid(W.o @ x + U.o @ h + b.o + p.o * c)
    h = o * tanh(c)
