"""Bistable recurrent cell: every unit feeds back to itself only."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Scale, State, Weight
from symrnn.ops import sigmoid, tanh


class BRC(Cell):
    """Bistable recurrent cell: every unit feeds back to itself only.

    The feedback a lies between 0 and 2; a unit with a > 1 has two stable states and so remembers without a gate held
    open. The recurrence is elementwise: no weight mixes the units from one step to the next.

    Reference: N. Vecoven, D. Ernst, G. Drion, A bio-inspired bistable recurrent cell allows for long-lasting memory,
        PLOS ONE 16(6), e0252676, arXiv:2006.05252, 2021.
    Evidence: numeric
    Year: 2021
    """

    x = Input()
    h = State()
    W, u, b = Weight(x), Scale(), Bias()

    a = 1 + tanh(W.a @ x + u.a * h + b.a)
    c = sigmoid(W.c @ x + u.c * h + b.c)
    h = c * h + (1 - c) * tanh(W.h @ x + a * h + b.h)
