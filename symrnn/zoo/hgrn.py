"""Hierarchically gated recurrent network in its real form."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Output, State, Vector, Weight
from symrnn.ops import rms_norm, sigmoid, silu


class HGRN(Cell):
    """Hierarchically gated recurrent network in its real form.

    The forget gate of a layer has a lower bound gamma_l, which the whole network computes from a cumulated softmax
    over its layers; here it is a parameter. The paper's state is complex and turns by a learned phase, the fla
    library dropped that, and the gain of the norm is left out.

    Reference: Z. Qin, S. Yang, Y. Zhong, Hierarchically Gated Recurrent Neural Network for Sequence Modeling, NeurIPS
        2023, arXiv:2311.04823.
    Evidence: numeric
    Year: 2023
    """

    x = Input()
    h = State()
    y = Output()
    W, gamma_l = Weight(x), Vector(h, domain="unit")

    f_bar = sigmoid(W.f @ x)
    f = gamma_l + (1 - gamma_l) * f_bar
    i = silu(W.i @ x) * (1 - f)
    h = f * h + i
    y = rms_norm(h) * silu(W.g @ x)
