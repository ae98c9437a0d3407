"""Closed-form continuous-time network, the bare solution of a liquid time-constant cell."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Matrix, Size, State, Vector, Weight
from symrnn.ops import concat, exp, tanh


class CfCPure(Cell):
    """Closed-form continuous-time network, the bare solution of a liquid time-constant cell.

    There is one head, which sets the rate of decay and scales it as well; A is where the state goes as time passes.
    The mode of ncps starts w_tau at 0, where the derivative of its absolute value is 0 too; here it starts positive.

    Reference: R. Hasani et al., Closed-form Continuous-time Neural Networks, Nature Machine Intelligence 4, 2022,
        arXiv:2106.13898; ncps, mode pure.
    Evidence: numeric
    Year: 2022
    """

    n_m = Size()
    x, ts = Input(), Input(1, domain="positive")
    h = State()
    W_b, W, b = Matrix(n_m), Weight(n_m), Bias()
    w_tau, A = Vector(h, domain="positive"), Vector(h, init=1.0)

    q = 1.7159 * tanh(0.666 * (W_b @ concat(x, h) + b.b))
    f = W[1] @ q + b[1]
    h = A - A * exp(-ts * (abs(w_tau) + abs(f))) * f
