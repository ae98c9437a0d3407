"""Quasi-recurrent network with fo-pooling over windows of two inputs."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Output, State, Weight
from symrnn.ops import sigmoid, tanh


class QRNNfo(Cell):
    """Quasi-recurrent network with fo-pooling over windows of two inputs.

    An output gate is added to f-pooling, and it is the pooled c that recurs. In the authors' own library the forget
    gate takes the new value instead of keeping the old one.

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
    o = sigmoid(W.o @ x + V.o @ u + b.o)
    c = f * c + (1 - f) * z
    h = o * c
    u = x
