"""Long short-term memory with a projected output and a shortcut from the input."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Matrix, Scale, State, Weight
from symrnn.ops import sigmoid, tanh


class ResidualLSTM(Cell):
    """Long short-term memory with a projected output and a shortcut from the input.

    The shortcut is inside the output gate, and the input is projected to the width of the state; where both are equally
    wide the paper adds the input itself.

    Reference: J. Kim, M. El-Khamy, J. Lee, Residual LSTM: Design of a Deep Recurrent Architecture for Distant Speech
        Recognition, arXiv:1701.03360, 2017.
    Evidence: numeric
    Year: 2017
    """

    x = Input()
    h, c = State(), State()
    W, U, b, p = Weight(x), Weight(h), Bias(), Scale()
    W_p = Matrix()

    i = sigmoid(W.i @ x + U.i @ h + b.i + p.i * c)
    f = sigmoid(W.f @ x + U.f @ h + b.f + p.f * c)
    g = tanh(W.g @ x + U.g @ h + b.g)
    c = f * c + i * g
    o = sigmoid(W.o @ x + U.o @ h + b.o + p.o * c)
    h = o * (W_p @ tanh(c) + W.r @ x)
