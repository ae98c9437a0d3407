"""Delta network: multiplicative integration and one gate that reads the input alone."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Scale, State, Vector, Weight
from symrnn.ops import sigmoid, tanh


class DeltaRNN(Cell):
    """Delta network: multiplicative integration and one gate that reads the input alone.

    It has no more matrices than a simple recurrent network: the projection of the input is used three times, in the
    candidate's product, in its sum and in the gate. Here r keeps the old state, and tanh is taken of the mixture.

    Reference: A. G. Ororbia II, T. Mikolov, D. Reitter, Learning Simpler Language Models with the Differential State
        Framework, arXiv:1703.08864, 2017.
    Evidence: recalled-from-paper
    Year: 2017
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()
    alpha, beta1, beta2 = Scale(init=1.0), Vector(init=1.0), Vector(init=1.0)

    p = W.h @ x
    q = U.h @ h
    z = tanh(alpha.h * q * p + beta1 * q + beta2 * p + b.z)
    r = sigmoid(p + b.r)
    h = tanh((1 - r) * z + r * h)
