"""The gated recurrent unit as a differential equation, with one Euler step of length ts."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class GRUODE(Cell):
    """The gated recurrent unit as a differential equation, with one Euler step of length ts.

    The update gate slows the decay towards the candidate, so that the state stays between -1 and 1 if ts is at most
    1. The update at observations by Bayes' rule, the other half of GRU-ODE-Bayes, is left out.

    Reference: E. De Brouwer, J. Simm, A. Arany, Y. Moreau, GRU-ODE-Bayes: Continuous modeling of
        sporadically-observed time series, NeurIPS 2019, arXiv:1905.12374.
    Evidence: recalled-from-paper
    Year: 2019
    """

    x, ts = Input(), Input(1, domain="positive")
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    z = sigmoid(W.z @ x + U.z @ h + b.z)
    r = sigmoid(W.r @ x + U.r @ h + b.r)
    g = tanh(W.h @ x + U.h @ (r * h) + b.h)
    h = h + ts * (1 - z) * (g - h)
