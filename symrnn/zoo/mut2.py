"""Second mutation that an evolutionary search found to rival the gated recurrent unit."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class MUT2(Cell):
    """Second mutation that an evolutionary search found to rival the gated recurrent unit.

    The raw input is added in the reset gate, without a matrix, so that input and state have one length. Libraries put a
    matrix there, and are then back at an ordinary gated recurrent unit.

    Reference: R. Jozefowicz, W. Zaremba, I. Sutskever, An Empirical Exploration of Recurrent Network Architectures,
        ICML 2015 (PMLR 37).
    Evidence: recalled-from-paper
    Year: 2015
    """

    h = State()
    x = Input(h)
    W, U, b = Weight(x), Weight(h), Bias()

    z = sigmoid(W.z @ x + U.z @ h + b.z)
    r = sigmoid(x + U.r @ h + b.r)
    h = tanh(U.h @ (r * h) + W.h @ x + b.h) * z + h * (1 - z)
