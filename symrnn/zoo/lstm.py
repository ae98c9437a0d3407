"""Long short-term memory with a forget gate."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class LSTM(Cell):
    """Long short-term memory with a forget gate.

    Implementations agree on the equations and differ in the order in which they stack the gates (here i, f, g, o) and
    in what they add to the forget bias: some start it at 1, a few add 1 at every step; here it is an ordinary bias.

    Reference: F. A. Gers, J. Schmidhuber, F. Cummins, Learning to Forget, Neural Computation 12(10), 2000.
    Evidence: numeric
    Year: 2000
    """

    x = Input()
    h, c = State(), State()
    W, U, b = Weight(x), Weight(h), Bias()

    i = sigmoid(W.i @ x + U.i @ h + b.i)
    f = sigmoid(W.f @ x + U.f @ h + b.f)
    g = tanh(W.g @ x + U.g @ h + b.g)
    c = f * c + i * g
    o = sigmoid(W.o @ x + U.o @ h + b.o)
    h = o * tanh(c)
