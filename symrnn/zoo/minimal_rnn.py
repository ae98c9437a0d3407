"""Network that maps its input into the space of the state first and updates by one gate."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class MinimalRNN(Cell):
    """Network that maps its input into the space of the state first and updates by one gate.

    The candidate z depends on the input alone, so the state stays an average of mapped inputs. The gate reads z rather
    than the input; the paper allows any map in place of the tanh layer.

    Reference: M. Chen, MinimalRNN: Toward More Interpretable and Trainable Recurrent Neural Networks, arXiv:1711.06788,
        2017.
    Evidence: numeric
    Year: 2017
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    z = tanh(W.z @ x + b.z)
    u = sigmoid(U.h @ h + U.z @ z + b.u)
    h = u * h + (1 - u) * z
