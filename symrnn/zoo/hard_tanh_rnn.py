"""Simple recurrent network whose activation is clipped to -1 and 1."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import hardtanh


class HardTanhRNN(Cell):
    """Simple recurrent network whose activation is clipped to -1 and 1.

    Where a unit is clipped its gradient is exactly zero; the noise that the paper adds there to let units escape is
    left out.

    Reference: C. Gulcehre, M. Moczulski, M. Denil, Y. Bengio, Noisy Activation Functions, arXiv:1603.00391, 2016.
    Evidence: recalled-from-paper
    Year: 2016
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    h = hardtanh(W.h @ x + U.h @ h + b.h)
