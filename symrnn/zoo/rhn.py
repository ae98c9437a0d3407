"""Recurrent highway network with a coupled carry gate."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, State, Weight
from symrnn.ops import sigmoid, tanh


def rhn(depth: int = 3) -> type[Cell]:
    """The network with ``depth`` highway layers in each step."""

    class RHN(Cell):
        """Recurrent highway network with a coupled carry gate.

        Each step is a stack of highway layers, of which only the first sees the input; all have recurrent weights of
        their own. What a layer carries is 1 - g; two libraries allocate weights for a carry gate in this case too and
        never use them.

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
            else:
                a = tanh(R.H[k] @ h + b.H[k])
                g = sigmoid(R.T[k] @ h + b.T[k])
            h = a * g + h * (1 - g)

    return RHN


RHN = rhn()
