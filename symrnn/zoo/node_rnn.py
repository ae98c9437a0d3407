"""ODE-RNN: the hidden state follows a learned differential equation between observations."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, Matrix, Size, State, Weight
from symrnn.ops import tanh


def node_rnn(euler_steps: int = 4) -> type[Cell]:
    """The cell with that many Euler steps in a step."""

    class ODERNN(Cell):
        """ODE-RNN: the hidden state follows a learned differential equation between observations.

        A network with one hidden layer is the right-hand side, integrated over the time ts by K Euler steps, and an
        Elman step takes the input in. The paper leaves the solver open, and its code has a gated unit in the place of
        the Elman step.

        Reference: Y. Rubanova, R. T. Q. Chen, D. Duvenaud, Latent ODEs for Irregularly-Sampled Time Series, NeurIPS
            2019, arXiv:1907.03907.
        Evidence: recalled-from-paper
        Year: 2019
        """

        n_m = Size()
        x, ts = Input(), Input(1, domain="positive")
        h = State()
        V_1, V_2, c = Matrix(n_m, h), Matrix(h, n_m), Bias()
        W, U, b = Weight(x), Weight(h), Bias()
        K = Constant(euler_steps)

        s = h
        for _ in range(K):
            s = s + ts / K * (V_2 @ tanh(V_1 @ s + c[1]) + c[2])
        h = tanh(W.h @ x + U.h @ s + b.h)

    return ODERNN


ODERNN = node_rnn()
