"""Long short-term memory whose gates read a product of input and state in place of the state."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Vector, Weight
from symrnn.ops import sigmoid, tanh


class MultiplicativeLSTM(Cell):
    """Long short-term memory whose gates read a product of input and state in place of the state.

    Not the mLSTM of xLSTM, which shares the abbreviation. Each factor of the product has a bias here, which the paper
    does not have; neither is redundant.

    Reference: B. Krause, L. Lu, I. Murray, S. Renals, Multiplicative LSTM for Sequence Modelling, arXiv:1609.07959,
        2016.
    Evidence: numeric
    Year: 2016
    """

    x = Input()
    h, c = State(), State()
    W, U, V = Weight(x), Weight(h), Weight(h)
    b, c_m = Bias(), Vector(init=0.0)

    m = (W.m @ x + b.m) * (U.m @ h + c_m)
    i = sigmoid(W.i @ x + V.i @ m + b.i)
    f = sigmoid(W.f @ x + V.f @ m + b.f)
    g = tanh(W.g @ x + V.g @ m + b.g)
    o = sigmoid(W.o @ x + V.o @ m + b.o)
    c = f * c + i * g
    h = o * tanh(c)
