"""Neuromodulated bistable recurrent cell: the other units set how strongly each feeds back to itself."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class NBRC(Cell):
    """Neuromodulated bistable recurrent cell: the other units set how strongly each feeds back to itself.

    Unlike in the bistable cell, full matrices act on the state in both gates; the candidate still sees each unit's own
    past only. The docstring of torchrecurrent shows elementwise products in the gates, its code and the paper have
    matrices.

    Reference: N. Vecoven, D. Ernst, G. Drion, A bio-inspired bistable recurrent cell allows for long-lasting memory,
        PLOS ONE 16(6), e0252676, arXiv:2006.05252, 2021.
    Evidence: numeric
    Year: 2021
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    a = 1 + tanh(W.a @ x + U.a @ h + b.a)
    c = sigmoid(W.c @ x + U.c @ h + b.c)
    h = c * h + (1 - c) * tanh(W.h @ x + a * h + b.h)
