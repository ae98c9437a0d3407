"""Long short-term memory whose gates read a gated linear recurrence in place of its own output."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Output, State, Weight
from symrnn.ops import sigmoid, tanh


class GILRLSTM(Cell):
    """Long short-term memory whose gates read a gated linear recurrence in place of its own output.

    Two linear scans in a row: s does not depend on c, and c is linear once s is known. The gates see s of the step
    before.

    Reference: E. Martin, C. Cundy, Parallelizing Linear Recurrent Neural Nets Over Sequence Length, arXiv:1709.04057,
        2018.
    Evidence: recalled-from-paper
    Year: 2018
    """

    x = Input()
    s, c = State(), State()
    h = Output()
    W, U, b = Weight(x), Weight(s), Bias()

    i = sigmoid(W.i @ x + U.i @ s + b.i)
    f = sigmoid(W.f @ x + U.f @ s + b.f)
    z = tanh(W.z @ x + U.z @ s + b.z)
    o = sigmoid(W.o @ x + U.o @ s + b.o)
    g = sigmoid(W.g @ x + b.g)
    j = tanh(W.j @ x + b.j)
    s = g * s + (1 - g) * j
    c = f * c + i * z
    h = o * tanh(c)
