"""First mutation that an evolutionary search found to rival the gated recurrent unit."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class MUT1(Cell):
    """First mutation that an evolutionary search found to rival the gated recurrent unit.

    The update gate sees the input alone, and the candidate adds tanh of the raw input, without a matrix, so that input
    and state have one length. Libraries put a matrix there, which is another cell (MUT1Projected).

    Reference: R. Jozefowicz, W. Zaremba, I. Sutskever, An Empirical Exploration of Recurrent Network Architectures,
        ICML 2015 (PMLR 37).
    Evidence: recalled-from-paper
    Year: 2015
    """

    h = State()
    x = Input(h)
    W, U, b = Weight(x), Weight(h), Bias()

    z = sigmoid(W.z @ x + b.z)
    r = sigmoid(W.r @ x + U.r @ h + b.r)
    h = tanh(U.h @ (r * h) + tanh(x) + b.h) * z + h * (1 - z)
