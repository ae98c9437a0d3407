"""Simple recurrent network that learns to skip updates of its state."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Matrix, State, Vector, Weight
from symrnn.ops import minimum, round_st, sigmoid, tanh


class SkipRNN(Cell):
    """Simple recurrent network that learns to skip updates of its state.

    The state v adds up the chance of an update and is rounded to a decision; going back, the rounding is passed as if
    it were the identity. Any cell can be wrapped in this way. The bias b_p starts at 1, as v does, so that little is
    skipped at first.

    Reference: V. Campos, B. Jou, X. Giro-i-Nieto, J. Torres, S.-F. Chang, Skip RNN: Learning to Skip State Updates in
        Recurrent Neural Networks, arXiv:1708.06834, ICLR 2018.
    Evidence: recalled-from-paper
    Year: 2018
    """

    x = Input()
    h, v = State(), State(1, start=1.0)
    W, U, b = Weight(x), Weight(h), Bias()
    W_p, b_p = Matrix(1, h), Vector(1, init=1.0)

    u = round_st(v)
    h_tilde = tanh(W.h @ x + U.h @ h + b.h)
    h = u * h_tilde + (1 - u) * h
    delta = sigmoid(W_p @ h + b_p)
    v = u * delta + (1 - u) * (v + minimum(delta, 1 - v))
