"""HGRN2: the hierarchically gated network with an outer-product state."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Output, Size, State, Weight
from symrnn.ops import ones, sigmoid


class HGRN2(Cell):
    """HGRN2: the hierarchically gated network with an outer-product state.

    The key is what the forget gate leaves, 1 - f, so that no key is projected; it is gated linear attention with gate
    and key tied. The lower bound of the gate, which depends on the layer, is left out.

    Reference: Z. Qin et al., HGRN2: Gated Linear RNNs with State Expansion, arXiv:2404.07904, 2024.
    Evidence: source-read
    Year: 2024
    """

    n_k, n_v = Size(), Size()
    x = Input()
    S = State(n_k, n_v)
    y = Output()
    W = Weight(x)

    q = W.q @ x
    f = sigmoid(W.f @ x)
    v = W.v @ x
    S = f @ ones().T * S + (1 - f) @ v.T
    y = S.T @ q
