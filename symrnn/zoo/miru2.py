"""Minion recurrent unit 2: a gated recurrent unit with constants for both gates."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, State, Weight
from symrnn.ops import tanh


class MiRU2(Cell):
    """Minion recurrent unit 2: a gated recurrent unit with constants for both gates.

    With theta taken into the recurrent matrix it is the leaky-integrator network (``leaky_rnn``) of 2001 with alpha 1 -
    lamb.

    Reference: Neurocomputing, doi:10.1016/j.neucom.2026.132847, 2026.
    Evidence: numeric
    Year: 2026
    """

    lamb, theta = Constant(0.5), Constant(0.5)
    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    h_tilde = tanh(W.h @ x + U.h @ (theta * h) + b.h)
    h = lamb * h + (1 - lamb) * h_tilde
