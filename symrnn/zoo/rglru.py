"""Real-gated linear recurrent unit (RG-LRU) of Griffin and Hawk."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, Size, State, Vector, Weight
from symrnn.ops import exp, sigmoid, softplus, sqrt


class RGLRU(Cell):
    """Real-gated linear recurrent unit (RG-LRU) of Griffin and Hawk.

    The paper raises sigmoid(Lambda) to the power c r; the code and these equations use softplus instead, with the
    opposite sign of Lambda. The code also resets at the starts of documents, where the input enters unscaled, and
    clips the gradient of the square root, so that its adjoint is on purpose not the exact one.

    Reference: S. De et al., Griffin: Mixing Gated Linear Recurrences with Local Attention for Efficient Language
        Models, arXiv:2402.19427, 2024.
    Evidence: numeric
    Year: 2024
    """

    n_h = Size()
    x = Input(n_h)
    h = State()
    W, b = Weight(x), Bias()
    Lambda = Vector(h, init=-3.0)
    c = Constant(8.0)

    r = sigmoid(W.a @ x + b.a)
    i = sigmoid(W.x @ x + b.x)
    log_a = -c * r * softplus(Lambda)
    a = exp(log_a)
    h = a * h + sqrt(1 - exp(2 * log_a)) * i * x
