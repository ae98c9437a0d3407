"""Recurrent highway network with a carry gate of its own."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, State, Weight
from symrnn.ops import sigmoid, tanh


def rhn_uncoupled(depth: int = 3) -> type[Cell]:
    """The network with ``depth`` highway layers in each step."""

    class RHNUncoupled(Cell):
        """Recurrent highway network with a carry gate of its own.

        Transform and carry gates are independent, so that a layer may add to its state or shrink it; the coupled form
        can do neither. Only the first layer of a step sees the input.

        Reference: J. G. Zilly, R. K. Srivastava, J. Koutník, J. Schmidhuber, Recurrent Highway Networks, ICML 2017,
            arXiv:1607.03474.
        Evidence: source-read
        Year: 2017
        """

        x = Input()
        h = State()
        W, R, b = Weight(x), Weight(h), Bias()
        L = Constant(depth)

        for k in range(L):
            if k == 0:
                a = tanh(W.H @ x + R.H[k] @ h + b.H[k])
                g = sigmoid(W.T @ x + R.T[k] @ h + b.T[k])
                c = sigmoid(W.C @ x + R.C[k] @ h + b.C[k])
            else:
                a = tanh(R.H[k] @ h + b.H[k])
                g = sigmoid(R.T[k] @ h + b.T[k])
                c = sigmoid(R.C[k] @ h + b.C[k])
            h = a * g + h * c

    return RHNUncoupled


RHNUncoupled = rhn_uncoupled()
