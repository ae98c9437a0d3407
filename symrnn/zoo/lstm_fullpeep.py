"""Long short-term memory with peepholes that are full matrices."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class LSTMFullPeephole(Cell):
    """Long short-term memory with peepholes that are full matrices.

    Papers write peepholes with a matrix and add in the text that it is diagonal; libraries that took the formula at its
    word compute this. The output gate sees the new cell state, the other two the old one.

    Reference: A. Graves, Generating Sequences With Recurrent Neural Networks, arXiv:1308.0850, 2013, with dense
        matrices.
    Evidence: recalled-from-paper
    Year: 2013
    """

    x = Input()
    h, c = State(), State()
    W, U, V, b = Weight(x), Weight(h), Weight(c), Bias()

    i = sigmoid(W.i @ x + U.i @ h + b.i + V.i @ c)
    f = sigmoid(W.f @ x + U.f @ h + b.f + V.f @ c)
    g = tanh(W.g @ x + U.g @ h + b.g)
    c = f * c + i * g
    o = sigmoid(W.o @ x + U.o @ h + b.o + V.o @ c)
    h = o * tanh(c)
