"""Quasi-recurrent network with ifo-pooling over windows of two inputs."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Output, State, Weight
from symrnn.ops import sigmoid, tanh


class QRNNifo(Cell):
    """Quasi-recurrent network with ifo-pooling over windows of two inputs.

    Input and forget gate are independent, as in long short-term memory, so c is no average and may grow; unlike there,
    no tanh follows before the output gate.

    Reference: J. Bradbury, S. Merity, C. Xiong, R. Socher, Quasi-Recurrent Neural Networks, arXiv:1611.01576, 2017.
    Evidence: recalled-from-paper
    Year: 2017
    """

    x = Input()
    c, u = State(), State(x)
    h = Output()
    W, V, b = Weight(x), Weight(u), Bias()

    z = tanh(W.z @ x + V.z @ u + b.z)
    f = sigmoid(W.f @ x + V.f @ u + b.f)
    i = sigmoid(W.i @ x + V.i @ u + b.i)
    o = sigmoid(W.o @ x + V.o @ u + b.o)
    c = f * c + i * z
    h = o * c
    u = x
