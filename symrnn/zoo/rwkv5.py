"""RWKV-5 (Eagle): a matrix memory with a learned decay for each key channel."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Output, Scale, Size, State, Weight
from symrnn.ops import exp, ones


class RWKV5(Cell):
    """RWKV-5 (Eagle): a matrix memory with a learned decay for each key channel.

    The output reads the memory before its update and adds the current token with a bonus w_u instead. Decays do not
    depend on the input; token shift, group norm and output gate are left out.

    Reference: B. Peng et al., Eagle and Finch: RWKV with Matrix-Valued States and Dynamic Recurrence,
        arXiv:2404.05892, 2024.
    Evidence: source-read
    Year: 2024
    """

    n_k, n_v = Size(), Size()
    x = Input()
    S = State(n_k, n_v)
    y = Output()
    W, w = Weight(x), Scale()

    r = W.r @ x
    k = W.k @ x
    v = W.v @ x
    y = S.T @ r + r.T @ (w.u * k) * v
    S = exp(-exp(w.d)) @ ones().T * S + k @ v.T
