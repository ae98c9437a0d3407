"""Gated impulse linear recurrence: a gated average of squashed inputs."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class GILR(Cell):
    """Gated impulse linear recurrence: a gated average of squashed inputs.

    It is quasi-recurrent f-pooling with a window of one input; the gate keeps the old state.

    Reference: E. Martin, C. Cundy, Parallelizing Linear Recurrent Neural Nets Over Sequence Length, arXiv:1709.04057,
        2018.
    Evidence: recalled-from-paper
    Year: 2018
    """

    x = Input()
    h = State()
    W, b = Weight(x), Bias()

    g = sigmoid(W.g @ x + b.g)
    i = tanh(W.i @ x + b.i)
    h = g * h + (1 - g) * i
