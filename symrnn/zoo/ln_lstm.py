"""Long short-term memory with layer normalization; the cell state is normalized where it is read."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Scale, State, Weight
from symrnn.ops import layer_norm, sigmoid, split, tanh


class LayerNormLSTM(Cell):
    """Long short-term memory with layer normalization; the cell state is normalized where it is read.

    Implementations disagree on four things: whether the gates are normalized together (here, over 4 n_h numbers) or
    each apart, whether the normalized cell state is what is carried (not here), which of the norms have gains and
    offsets (here all), and the number under the root.

    Reference: J. L. Ba, J. R. Kiros, G. E. Hinton, Layer Normalization, arXiv:1607.06450, 2016.
    Evidence: source-read
    Year: 2016
    """

    x = Input()
    h, c = State(), State()
    W, U, b = Weight(x), Weight(h), Bias()
    gamma, beta = Scale(init=1.0), Bias()

    a = layer_norm(W.g @ x, gamma.x, beta.x) + layer_norm(U.g @ h, gamma.h, beta.h) + b.g
    a_i, a_f, a_z, a_o = split(a, 4)
    i, f, z, o = sigmoid(a_i), sigmoid(a_f), tanh(a_z), sigmoid(a_o)
    c = f * c + i * z
    h = o * tanh(layer_norm(c, gamma.c, beta.c))
