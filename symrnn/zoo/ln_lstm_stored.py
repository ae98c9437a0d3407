"""Long short-term memory with layer normalization that carries the normalized cell state."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Scale, State, Weight
from symrnn.ops import layer_norm, sigmoid, split, tanh


class LayerNormLSTMStored(Cell):
    """Long short-term memory with layer normalization that carries the normalized cell state.

    The sum f c + i z is normalized before it becomes the new state, as in PyTorch's benchmarks and the old TensorFlow
    cell; the paper normalizes it where h reads it only. There is no bias beside the offsets of the norms.

    Reference: pytorch/benchmarks/fastrnns/custom_lstms.py, 2019.
    Evidence: recalled-from-paper
    Year: 2019
    """

    x = Input()
    h, c = State(), State()
    W, U = Weight(x), Weight(h)
    gamma, beta = Scale(init=1.0), Bias()

    a = layer_norm(W.g @ x, gamma.x, beta.x) + layer_norm(U.g @ h, gamma.h, beta.h)
    a_i, a_f, a_z, a_o = split(a, 4)
    i, f, z, o = sigmoid(a_i), sigmoid(a_f), tanh(a_z), sigmoid(a_o)
    c = layer_norm(f * c + i * z, gamma.c, beta.c)
    h = o * tanh(c)
