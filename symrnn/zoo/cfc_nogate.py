"""Closed-form continuous-time network whose first head is not gated."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Matrix, Size, State, Weight
from symrnn.ops import concat, sigmoid, tanh


class CfCNoGate(Cell):
    """Closed-form continuous-time network whose first head is not gated.

    The gate of elapsed time weighs the second head only, which is added to the first, so that the state may leave the
    range from -1 to 1. The rest is as in the version with a gate; the mode is one of ncps.

    Reference: R. Hasani et al., Closed-form Continuous-time Neural Networks, Nature Machine Intelligence 4, 2022,
        arXiv:2106.13898; ncps, mode no_gate.
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
    h = f + s * g
