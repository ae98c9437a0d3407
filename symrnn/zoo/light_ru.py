"""Light recurrent unit: one gate, and a candidate from the input alone."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class LightRU(Cell):
    """Light recurrent unit: one gate, and a candidate from the input alone.

    The old state enters through the gate alone, so the new one is an average of mapped inputs. Here f takes the new
    value, unlike the forget gate whose letter it has.

    Reference: H. Ye, Y. Zhang, H. Liu, X. Li, J. Chang, H. Zheng, Light Recurrent Unit: Towards an Interpretable
        Recurrent Neural Network for Modeling Long-Range Dependency, Electronics 13(16), 3204, 2024.
    Evidence: numeric
    Year: 2024
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    h_tilde = tanh(W.h @ x + b.h)
    f = sigmoid(W.f @ x + U.f @ h + b.f)
    h = (1 - f) * h + f * h_tilde
