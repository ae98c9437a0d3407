"""Simple gated unit: a chain of multiplicative gates in place of a candidate with weights of its own."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import hard_sigmoid, softplus, tanh


class SGU(Cell):
    """Simple gated unit: a chain of multiplicative gates in place of a candidate with weights of its own.

    The projected input multiplies the old state, and so does what is computed from that product, before a softplus. The
    hard sigmoid has slope 1/6 here, as in torch and torchrecurrent; in Theano and Keras 2 it has 0.2.

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
    z_out = softplus(z_g * h)
    h = (1 - z) * h + z * z_out
