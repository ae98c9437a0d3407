"""Long short-term memory with diagonal recurrent weights."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Scale, State, Weight
from symrnn.ops import sigmoid, tanh


class IndyLSTM(Cell):
    """Long short-term memory with diagonal recurrent weights.

    Each unit sees only its own past, so the Jacobian of the state is made of diagonals; units meet through the layers
    above.

    Reference: P. Gonnet, T. Deselaers, IndyLSTMs: Independently Recurrent LSTMs, arXiv:1903.08023, 2019.
    Evidence: recalled-from-paper
    Year: 2019
    """

    x = Input()
    h, c = State(), State()
    W, u, b = Weight(x), Scale(), Bias()

    i = sigmoid(W.i @ x + u.i * h + b.i)
    f = sigmoid(W.f @ x + u.f * h + b.f)
    g = tanh(W.g @ x + u.g * h + b.g)
    c = f * c + i * g
    o = sigmoid(W.o @ x + u.o * h + b.o)
    h = o * tanh(c)
