"""Closed-form continuous-time network: two heads blended by a gate of elapsed time."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Matrix, Size, State, Weight
from symrnn.ops import concat, sigmoid, tanh


class CfC(Cell):
    """Closed-form continuous-time network: two heads blended by a gate of elapsed time.

    A layer of scaled tanh feeds all heads. The paper's gate is a sigmoid of minus a head times the time; ncps gives
    the time a signed slope and an offset, as here, so that either head may win in the long run.

    Reference: R. Hasani et al., Closed-form Continuous-time Neural Networks, Nature Machine Intelligence 4, 2022,
        arXiv:2106.13898.
    Evidence: numeric
    Year: 2022
    """

    n_m = Size()
    x, ts = Input(), Input(1, domain="positive")
    h = State()
    W_b, W, b = Matrix(n_m), Weight(n_m), Bias()

    q = 1.7159 * tanh(0.666 * (W_b @ concat(x, h) + b.b))
    f = tanh(W[1] @ q + b[1])
    g = tanh(W[2] @ q + b[2])
    s = sigmoid((W.a @ q + b.a) * ts + W.c @ q + b.c)
    h = (1 - s) * f + s * g
