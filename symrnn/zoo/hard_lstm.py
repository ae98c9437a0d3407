"""Long short-term memory with piecewise linear gates."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import hard_sigmoid, tanh


class HardLSTM(Cell):
    """Long short-term memory with piecewise linear gates.

    The slope of the gates is 0.2, as in Theano, Keras 2 and by default in ONNX; torch and Keras 3 use 1/6.

    Reference: M. Courbariaux, Y. Bengio, J.-P. David, BinaryConnect, arXiv:1511.00363, 2015.
    Evidence: numeric
    Year: 2015
    """

    x = Input()
    h, c = State(), State()
    W, U, b = Weight(x), Weight(h), Bias()

    i = hard_sigmoid(W.i @ x + U.i @ h + b.i, slope=0.2)
    f = hard_sigmoid(W.f @ x + U.f @ h + b.f, slope=0.2)
    g = tanh(W.g @ x + U.g @ h + b.g)
    c = f * c + i * g
    o = hard_sigmoid(W.o @ x + U.o @ h + b.o, slope=0.2)
    h = o * tanh(c)
