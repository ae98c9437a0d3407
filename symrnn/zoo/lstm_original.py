"""Long short-term memory as first published, without a forget gate."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class OriginalLSTM(Cell):
    """Long short-term memory as first published, without a forget gate.

    The cell state is a plain sum that nothing ever reduces. The paper has scaled sigmoids where tanh stands here, and
    cuts gradients off at the gates; libraries, and this cell, use tanh and the full gradient.

    Reference: S. Hochreiter, J. Schmidhuber, Long Short-Term Memory, Neural Computation 9(8), 1997.
    Evidence: numeric
    Year: 1997
    """

    x = Input()
    h, c = State(), State()
    W, U, b = Weight(x), Weight(h), Bias()

    i = sigmoid(W.i @ x + U.i @ h + b.i)
    g = tanh(W.g @ x + U.g @ h + b.g)
    c = c + i * g
    o = sigmoid(W.o @ x + U.o @ h + b.o)
    h = o * tanh(c)
