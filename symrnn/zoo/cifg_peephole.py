"""Long short-term memory with coupled input and forget gates, and peepholes."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Scale, State, Weight
from symrnn.ops import sigmoid, tanh


class CIFGPeephole(Cell):
    """Long short-term memory with coupled input and forget gates, and peepholes.

    The input gate is kept and the forget gate is 1 - i, as the paper has it; CIFG has it the other way round and no
    peepholes.

    Reference: K. Greff, R. K. Srivastava, J. Koutník, B. R. Steunebrink, J. Schmidhuber, LSTM: A Search Space Odyssey,
        arXiv:1503.04069, 2015.
    Evidence: recalled-from-paper
    Year: 2015
    """

    x = Input()
    h, c = State(), State()
    W, U, b, p = Weight(x), Weight(h), Bias(), Scale()

    i = sigmoid(W.i @ x + U.i @ h + b.i + p.i * c)
    g = tanh(W.g @ x + U.g @ h + b.g)
    c = (1 - i) * c + i * g
    o = sigmoid(W.o @ x + U.o @ h + b.o + p.o * c)
    h = o * tanh(c)
