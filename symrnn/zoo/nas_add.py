"""Cell found by neural architecture search, in the form that adds in all eight branches."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import relu, sigmoid, tanh


class NASAdd(Cell):
    """Cell found by neural architecture search, in the form that adds in all eight branches.

    TensorFlow multiplies in the fourth branch (see nas). Printed descriptions of this form also tend to leave out that
    the old cell state enters the first combination.

    Reference: torchrecurrent, NASCell; RecurrentLayers.jl, NASCell, 2025.
    Evidence: numeric
    Year: 2025
    """

    x = Input()
    h, c = State(), State()
    W, U, b = Weight(x), Weight(h), Bias()

    a_0 = sigmoid(W[0] @ x + U[0] @ h + b[0])
    a_1 = relu(W[1] @ x + U[1] @ h + b[1])
    a_2 = sigmoid(W[2] @ x + U[2] @ h + b[2])
    a_3 = relu(W[3] @ x + U[3] @ h + b[3])
    a_4 = tanh(W[4] @ x + U[4] @ h + b[4])
    a_5 = sigmoid(W[5] @ x + U[5] @ h + b[5])
    a_6 = tanh(W[6] @ x + U[6] @ h + b[6])
    a_7 = sigmoid(W[7] @ x + U[7] @ h + b[7])
    l_0 = tanh(tanh(a_0 * a_1) + c)
    l_1 = tanh(a_2 + a_3)
    l_2 = tanh(a_4 * a_5)
    l_3 = sigmoid(a_6 + a_7)
    c = l_0 * l_1
    h = tanh(c * tanh(l_2 + l_3))
