"""Simple recurrent network whose output, not its hidden layer, is fed back (Jordan network)."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Size, State, Weight
from symrnn.ops import sigmoid, tanh


class Jordan(Cell):
    """Simple recurrent network whose output, not its hidden layer, is fed back (Jordan network).

    The hidden layer h is not carried: the only state is the output y, of a length of its own. Jordan's state units also
    decayed into themselves; textbooks usually leave that out, and so does this form.

    Reference: M. I. Jordan, Serial Order: A Parallel Distributed Processing Approach, ICS Report 8604, 1986.
    Evidence: recalled-from-paper
    Year: 1986
    """

    n_m, n_h = Size(), Size()
    x = Input()
    y = State(n_m)
    W, U, b = Weight(), Weight(y, to=n_h), Bias()

    h = tanh(W.h @ x + U.h @ y + b.h)
    y = sigmoid(W.y @ h + b.y)
