"""Damped exponential moving average, one per channel."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Size, State, Vector
from symrnn.ops import sigmoid


class EMA(Cell):
    """Damped exponential moving average, one per channel.

    In Mega every channel is first spread over several such averages and read out again; here it is one, so x is as long
    as h. The damping makes the two weights sum to more than 1.

    Reference: X. Ma et al., Mega: Moving Average Equipped Gated Attention, arXiv:2209.10655, 2022.
    Evidence: recalled-from-paper
    Year: 2022
    """

    n_h = Size()
    x = Input(n_h)
    h = State(n_h)
    a, b = Vector(), Vector()

    alpha = sigmoid(a)
    delta = sigmoid(b)
    h = alpha * x + (1 - alpha * delta) * h
