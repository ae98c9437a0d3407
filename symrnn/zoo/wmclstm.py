"""Long short-term memory with working memory connections: dense peepholes through a tanh."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class WMCLSTM(Cell):
    """Long short-term memory with working memory connections: dense peepholes through a tanh.

    The output gate sees the new cell state, the other two see the old one. Libraries stack the gates in different
    orders, so weights do not transfer, and printed descriptions omit the inner tanh.

    Reference: F. Landi, L. Baraldi, M. Cornia, R. Cucchiara, Working Memory Connections for LSTM, arXiv:2109.00020,
        2021.
    Evidence: numeric
    Year: 2021
    """

    x = Input()
    h, c = State(), State()
    W, U, b = Weight(x), Weight(h), Bias()
    V, m = Weight(c), Bias()

    i = sigmoid(W.i @ x + U.i @ h + b.i + tanh(V.i @ c + m.i))
    f = sigmoid(W.f @ x + U.f @ h + b.f + tanh(V.f @ c + m.f))
    g = tanh(W.g @ x + U.g @ h + b.g)
    c = f * c + i * g
    o = sigmoid(W.o @ x + U.o @ h + b.o + tanh(V.o @ c + m.o))
    h = o * tanh(c)
