"""Long short-term memory whose input and state gate each other before the step."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, Matrix, State, Weight
from symrnn.ops import sigmoid, tanh


def mogrifier_lstm(rounds: int = 2) -> type[Cell]:
    """The cell with so many rounds of mutual gating."""

    class MogrifierLSTM(Cell):
        """Long short-term memory whose input and state gate each other before the step.

        A round here is a pair of updates, first of the input, then of the state; the paper counts single updates, uses
        five, and so ends on one of the input. Each round has weights of its own.

        Reference: G. Melis, T. Kočiský, P. Blunsom, Mogrifier LSTM, arXiv:1909.01792, 2020.
        Evidence: recalled-from-paper
        Year: 2020
        """

        R = Constant(rounds)
        x = Input()
        h, c = State(), State()
        W, U, b = Weight(x), Weight(h), Bias()
        Q_m, R_m = Matrix(x, h), Matrix(h, x)

        u, v = x, h
        for r in range(R):
            u = 2 * sigmoid(Q_m[r] @ v) * u
            v = 2 * sigmoid(R_m[r] @ u) * v
        i = sigmoid(W.i @ u + U.i @ v + b.i)
        f = sigmoid(W.f @ u + U.f @ v + b.f)
        g = tanh(W.g @ u + U.g @ v + b.g)
        c = f * c + i * g
        o = sigmoid(W.o @ u + U.o @ v + b.o)
        h = o * tanh(c)

    return MogrifierLSTM


MogrifierLSTM = mogrifier_lstm()
