"""Long short-term memory with recurrent dropout that loses no memory."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class RecurrentDropoutLSTM(Cell):
    """Long short-term memory with recurrent dropout that loses no memory.

    Only the candidate is dropped, so a cell state once written is never erased by the mask. A mask of 1 lets the
    candidate pass; whoever makes the mask also chooses whether to scale it by the inverse of the rate of keeping.

    Reference: S. Semeniuta, A. Severyn, E. Barth, Recurrent Dropout without Memory Loss, arXiv:1603.05118, 2016.
    Evidence: recalled-from-paper
    Year: 2016
    """

    x = Input()
    h, c = State(), State()
    m = Input(c, domain="mask")
    W, U, b = Weight(x), Weight(h), Bias()

    i = sigmoid(W.i @ x + U.i @ h + b.i)
    f = sigmoid(W.f @ x + U.f @ h + b.f)
    g = tanh(W.g @ x + U.g @ h + b.g)
    c = f * c + i * m * g
    o = sigmoid(W.o @ x + U.o @ h + b.o)
    h = o * tanh(c)
