"""Structurally constrained network: a simple recurrent network beside a slow linear context."""

from __future__ import annotations

from symrnn.cell import Cell, Constant, Input, Output, Size, State, Weight
from symrnn.ops import sigmoid


class SCRN(Cell):
    """Structurally constrained network: a simple recurrent network beside a slow linear context.

    The context s is a running average of the projected input with one fixed decay. The output is only read from the two
    states, here before the softmax of the paper; libraries feed it back, which is the cell ``scrn_out``.

    Reference: T. Mikolov, A. Joulin, S. Chopra, M. Mathieu, M. Ranzato, Learning Longer Memory in Recurrent Neural
        Networks, arXiv:1412.7753, 2014.
    Evidence: recalled-from-paper
    Year: 2014
    """

    n_m, n_k = Size(), Size()
    alpha = Constant(0.95)
    x = Input()
    s, h = State(n_m), State()
    y = Output()
    B, A, P, R = Weight(x), Weight(x), Weight(s), Weight(h)
    U, V = Weight(h, to=n_k), Weight(s)

    s = (1 - alpha) * (B.s @ x) + alpha * s
    h = sigmoid(P.h @ s + A.h @ x + R.h @ h)
    y = U.y @ h + V.y @ s
