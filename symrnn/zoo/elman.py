"""Simple recurrent network (Elman network) with tanh."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import tanh


class Elman(Cell):
    """Simple recurrent network (Elman network) with tanh.

    Libraries that store two biases add them up; only their sum matters, so there is one here.

    Reference: J. L. Elman, Finding Structure in Time, Cognitive Science 14(2), 1990.
    Evidence: numeric
    Year: 1990
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    h = tanh(W.h @ x + U.h @ h + b.h)
