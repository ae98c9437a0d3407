"""Quasi-recurrent network with f-pooling over windows of two inputs."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class QRNNf(Cell):
    """Quasi-recurrent network with f-pooling over windows of two inputs.

    The convolution over time is two products, with this input and with the previous one, which u remembers; a window of
    one input drops the second and leaves the GILR.

    Reference: J. Bradbury, S. Merity, C. Xiong, R. Socher, Quasi-Recurrent Neural Networks, arXiv:1611.01576, 2017.
    Evidence: recalled-from-paper
    Year: 2017
    """

    x = Input()
    h, u = State(), State(x)
    W, V, b = Weight(x), Weight(u), Bias()

    z = tanh(W.z @ x + V.z @ u + b.z)
    f = sigmoid(W.f @ x + V.f @ u + b.f)
    h = f * h + (1 - f) * z
    u = x
