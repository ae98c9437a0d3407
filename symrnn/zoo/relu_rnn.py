"""Simple recurrent network with ReLU."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import relu


class ReLURNN(Cell):
    """Simple recurrent network with ReLU.

    Called IRNN when the recurrent weight starts as the identity and the bias at zero; the equations are the same.

    Reference: Q. V. Le, N. Jaitly, G. E. Hinton, A Simple Way to Initialize Recurrent Networks of Rectified Linear
        Units, arXiv:1504.00941, 2015.
    Evidence: numeric
    Year: 2015
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    h = relu(W.h @ x + U.h @ h + b.h)
