"""Long short-term memory that conserves mass between its cells, its input and its output."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Output, State, Weight
from symrnn.ops import normalize, reshape, sigmoid, softmax


class MassConservingLSTM(Cell):
    """Long short-term memory that conserves mass between its cells, its input and its output.

    Nothing is lost or made: the sums of c and h after a step equal the sum of c before it plus u. The authors' code
    multiplies by the transpose of R from the other side and skips the division while all cells are empty.

    Reference: P.-J. Hoedt et al., MC-LSTM: Mass-Conserving LSTM, arXiv:2101.05186, 2021.
    Evidence: numeric
    Year: 2021
    """

    x, u = Input(), Input(1, domain="positive")
    c = State()
    h = Output()
    W, U, b = Weight(x), Weight(c), Bias()

    q = normalize(c, p=1)
    i = softmax(W.i @ x + U.i @ q + b.i)
    o = sigmoid(W.o @ x + U.o @ q + b.o)
    R = softmax(reshape(W.R @ x + U.R @ q + b.R, c, c), axis=0)
    m = R @ c + i * u
    c = (1 - o) * m
    h = o * m
