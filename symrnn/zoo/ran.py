"""Recurrent additive network: the state is a gated sum of projected inputs."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class RAN(Cell):
    """Recurrent additive network: the state is a gated sum of projected inputs.

    What is written is linear in the input and does not see the state; only the gates are recurrent. h is tanh(c), so c
    alone would do as the state.

    Reference: K. Lee, O. Levy, L. Zettlemoyer, Recurrent Additive Networks, arXiv:1705.07393, 2017.
    Evidence: numeric
    Year: 2017
    """

    x = Input()
    h, c = State(), State()
    W, U, b = Weight(x), Weight(h), Bias()

    c_tilde = W.c @ x
    i = sigmoid(W.i @ x + U.i @ h + b.i)
    f = sigmoid(W.f @ x + U.f @ h + b.f)
    c = i * c_tilde + f * c
    h = tanh(c)
