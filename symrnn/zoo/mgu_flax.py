"""Minimal gated unit as flax computes it, reset after the recurrent product."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class MGUFlax(Cell):
    """Minimal gated unit as flax computes it, reset after the recurrent product.

    It departs from the paper twice: f keeps the old state where the paper's takes the new one, and it resets the
    recurrent product with its own bias c_n instead of the state. In flax the bias of f starts at 1.

    Reference: flax.linen.MGUCell(reset_gate=True), 2024.
    Evidence: numeric
    Year: 2024
    """

    x = Input()
    h = State()
    W, U, b, c = Weight(x), Weight(h), Bias(), Bias()

    f = sigmoid(W.f @ x + U.f @ h + b.f)
    n = tanh(W.n @ x + b.n + f * (U.n @ h + c.n))
    h = (1 - f) * n + f * h
