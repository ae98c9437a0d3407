"""Gated orthogonal recurrent unit: a gated recurrent unit with modReLU for tanh."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import modrelu, sigmoid


class GORU(Cell):
    """Gated orthogonal recurrent unit: a gated recurrent unit with modReLU for tanh.

    In the paper U_h is orthogonal, a product of rotations, and the gates let the otherwise lossless state forget. Here
    U_h is a free matrix; z keeps the old state and r acts after the recurrent product.

    Reference: L. Jing, C. Gulcehre, J. Peurifoy, Y. Shen, M. Tegmark, M. Soljacic, Y. Bengio, Gated Orthogonal
        Recurrent Units: On Learning to Forget, arXiv:1706.02761, 2017.
    Evidence: recalled-from-paper
    Year: 2017
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    z = sigmoid(W.z @ x + U.z @ h + b.z)
    r = sigmoid(W.r @ x + U.r @ h + b.r)
    h = z * h + (1 - z) * modrelu(W.h @ x + r * (U.h @ h), b.h)
