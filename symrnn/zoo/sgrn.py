"""Simple gated recurrent network: one projection of the input serves as candidate and in the gate."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class SGRN(Cell):
    """Simple gated recurrent network: one projection of the input serves as candidate and in the gate.

    It has no more matrices than a simple recurrent network. The candidate is linear and a tanh is put around the new
    state; the bias b_x is part of the candidate while b_h is seen by the gate only, so they do not merge.

    Reference: IET Generation, Transmission and Distribution, doi:10.1049/gtd2.12056, 2021.
    Evidence: numeric
    Year: 2021
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    p = W.h @ x + b.x
    f = sigmoid(p + U.h @ h + b.h)
    h = tanh((1 - f) * p + f * h)
