"""Long short-term memory whose cell state is the output of another one inside it."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class NestedLSTM(Cell):
    """Long short-term memory whose cell state is the output of another one inside it.

    The two terms that an ordinary cell adds up become input and recurrent state of the inner cell, whose own memory is
    s. This is depth 2; deeper ones nest in the same way.

    Reference: J. R. A. Moniz, D. Krueger, Nested LSTMs, arXiv:1801.10308, 2018.
    Evidence: recalled-from-paper
    Year: 2018
    """

    x = Input()
    h, c, s = State(), State(), State()
    W, U, b = Weight(), Weight(), Bias()

    i = sigmoid(W.i @ x + U.i @ h + b.i)
    f = sigmoid(W.f @ x + U.f @ h + b.f)
    z = tanh(W.z @ x + U.z @ h + b.z)
    o = sigmoid(W.o @ x + U.o @ h + b.o)
    u = i * z
    v = f * c
    i_in = sigmoid(W.ii @ u + U.ii @ v + b.ii)
    f_in = sigmoid(W["if"] @ u + U["if"] @ v + b["if"])
    z_in = tanh(W.iz @ u + U.iz @ v + b.iz)
    o_in = sigmoid(W.io @ u + U.io @ v + b.io)
    s = f_in * s + i_in * z_in
    c = o_in * tanh(s)
    h = o * tanh(c)
