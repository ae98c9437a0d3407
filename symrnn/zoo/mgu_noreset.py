"""Minimal gated unit without a reset, as flax computes it."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class MGUNoReset(Cell):
    """Minimal gated unit without a reset, as flax computes it.

    With reset_gate=False nothing resets and what is left is the update gate recurrent network (UGRNN), equation for
    equation; f keeps the old state.

    Reference: flax.linen.MGUCell(reset_gate=False), 2024.
    Evidence: numeric
    Year: 2024
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    f = sigmoid(W.f @ x + U.f @ h + b.f)
    n = tanh(W.n @ x + U.n @ h + b.n)
    h = (1 - f) * n + f * h
