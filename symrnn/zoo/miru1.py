"""Minion recurrent unit 1: a gated recurrent unit with a constant for its update gate."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class MiRU1(Cell):
    """Minion recurrent unit 1: a gated recurrent unit with a constant for its update gate.

    Only the reset gate is left to depend on the data, and it acts before the recurrent product. Old and new state are
    mixed by the same number lamb at every step.

    Reference: Neurocomputing, doi:10.1016/j.neucom.2026.132847, 2026.
    Evidence: numeric
    Year: 2026
    """

    lamb = Constant(0.5)
    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    r = sigmoid(W.r @ x + U.r @ h + b.r)
    h_tilde = tanh(W.h @ x + U.h @ (r * h) + b.h)
    h = lamb * h + (1 - lamb) * h_tilde
