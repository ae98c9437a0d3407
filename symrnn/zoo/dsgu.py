"""Deep simple gated unit: the simple gated unit with one more layer in its chain of gates."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import hard_sigmoid, sigmoid, tanh


class DSGU(Cell):
    """Deep simple gated unit: the simple gated unit with one more layer in its chain of gates.

    Where the simple gated unit (``sgu``) takes a softplus of the product, this one multiplies it by a matrix and takes
    a sigmoid, so the state stays within 0 and 1. The hard sigmoid has slope 1/6, as in torch.

    Reference: Y. Gao, D. Glowacka, Deep Gate Recurrent Neural Network, arXiv:1604.02910, ACML 2016.
    Evidence: numeric
    Year: 2016
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    x_g = W.g @ x + b.x
    z = hard_sigmoid(W.z @ x + U.z @ h + b.z)
    z_g = tanh(U.g @ (x_g * h) + b.g)
    z_out = sigmoid(U.o @ (z_g * h))
    h = (1 - z) * h + z * z_out
