"""Update gate network: a simple recurrent network with one gate between old and new state."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class UGRNN(Cell):
    """Update gate network: a simple recurrent network with one gate between old and new state.

    It is a gated recurrent unit without the reset gate; g keeps the old state. TensorFlow 1 adds 1 to the gate at every
    step, which here is a matter of how b_g starts; the MGU of flax without reset is the same cell.

    Reference: J. Collins, J. Sohl-Dickstein, D. Sussillo, Capacity and Trainability in Recurrent Neural Networks,
        arXiv:1611.09913, ICLR 2017.
    Evidence: numeric
    Year: 2016
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    c = tanh(W.c @ x + U.c @ h + b.c)
    g = sigmoid(W.g @ x + U.g @ h + b.g)
    h = g * h + (1 - g) * c
