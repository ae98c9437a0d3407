"""Third mutation that an evolutionary search found to rival the gated recurrent unit."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class MUT3(Cell):
    """Third mutation that an evolutionary search found to rival the gated recurrent unit.

    The update gate sees tanh of the state, so that its three recurrent products have three different operands. The
    docstring of torchrecurrent shows a bare input in the reset gate, which its code projects as the paper does.

    Reference: R. Jozefowicz, W. Zaremba, I. Sutskever, An Empirical Exploration of Recurrent Network Architectures,
        ICML 2015 (PMLR 37).
    Evidence: numeric
    Year: 2015
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    z = sigmoid(W.z @ x + U.z @ tanh(h) + b.z)
    r = sigmoid(W.r @ x + U.r @ h + b.r)
    h_tilde = tanh(U.h @ (r * h) + W.h @ x + b.h)
    h = h_tilde * z + h * (1 - z)
