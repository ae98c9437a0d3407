"""Gated recurrent unit with layer normalization of its stacked products."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Scale, State, Weight
from symrnn.ops import layer_norm, sigmoid, split, tanh


class LayerNormGRU(Cell):
    """Gated recurrent unit with layer normalization of its stacked products.

    The three gates are normalized together, over 3 n_h numbers, with a gain and no offset; the biases are added
    afterwards. Other libraries normalize each gate apart, which is another cell.

    Reference: lmnt-com/haste LayerNormGRU, 2020, after J. L. Ba, J. R. Kiros, G. E. Hinton, Layer Normalization,
        arXiv:1607.06450.
    Evidence: source-read
    Year: 2020
    """

    x = Input()
    h = State()
    W, U = Weight(x), Weight(h)
    b, c, gamma = Bias(), Bias(), Scale(init=1.0)

    a = layer_norm(W.g @ x, gamma.x) + b.g
    q = layer_norm(U.g @ h, gamma.h) + c.g
    a_z, a_r, a_g = split(a, 3)
    q_z, q_r, q_g = split(q, 3)
    z = sigmoid(a_z + q_z)
    r = sigmoid(a_r + q_r)
    g = tanh(a_g + r * q_g)
    h = z * h + (1 - z) * g
