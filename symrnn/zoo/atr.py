"""Addition-subtraction twin-gated network: both gates from one projection of input and state each."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid


class ATR(Cell):
    """Addition-subtraction twin-gated network: both gates from one projection of input and state each.

    The input gate adds the two projections and the forget gate subtracts them. The candidate is the projected input
    itself, without a nonlinearity, so the two biases do not merge into one.

    Reference: B. Zhang, D. Xiong, J. Su, Q. Lin, H. Zhang, Simplifying Neural Machine Translation with
        Addition-Subtraction Twin-Gated Recurrent Networks, arXiv:1810.12546, EMNLP 2018.
    Evidence: numeric
    Year: 2018
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    p = W.h @ x + b.p
    q = U.h @ h + b.q
    i = sigmoid(p + q)
    f = sigmoid(p - q)
    h = i * p + f * h
