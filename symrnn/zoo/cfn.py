"""Chaos-free network: two gates, and no recurrent matrix in the candidate."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class CFN(Cell):
    """Chaos-free network: two gates, and no recurrent matrix in the candidate.

    With no input, and without b_h, the state decays to zero from wherever it is, so there are no chaotic trajectories.
    The paper has no such bias beside the projected input; libraries have one.

    Reference: T. Laurent, J. von Brecht, A Recurrent Neural Network without Chaos, arXiv:1612.06212, ICLR 2017.
    Evidence: numeric
    Year: 2017
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    theta = sigmoid(W.theta @ x + U.theta @ h + b.theta)
    eta = sigmoid(W.eta @ x + U.eta @ h + b.eta)
    h = theta * tanh(h) + eta * tanh(W.h @ x + b.h)
