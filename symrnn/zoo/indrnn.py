"""Independently recurrent network: every unit sees only itself and the input."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Scale, State, Weight
from symrnn.ops import relu


class IndRNN(Cell):
    """Independently recurrent network: every unit sees only itself and the input.

    The recurrent weight is a vector, which the paper keeps within a bound so that long sequences neither explode nor
    vanish. The paper rectifies; torchrecurrent starts from tanh, and Haste has tanh only.

    Reference: S. Li, W. Li, C. Cook, C. Zhu, Y. Gao, Independently Recurrent Neural Network (IndRNN): Building a Longer
        and Deeper RNN, arXiv:1803.04831, 2018.
    Evidence: numeric
    Year: 2018
    """

    x = Input()
    h = State()
    W, u, b = Weight(x), Scale(), Bias()

    h = relu(W.h @ x + u.h * h + b.h)
