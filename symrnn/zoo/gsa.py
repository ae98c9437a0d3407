"""Gated slot attention: two linear memories with a softmax over slots between them."""

from __future__ import annotations

from symrnn.cell import Cell, Constant, Input, Output, Size, State, Weight
from symrnn.ops import exp, logsigmoid, ones, softmax, sqrt


class GSA(Cell):
    """Gated slot attention: two linear memories with a softmax over slots between them.

    A slot forgets by its gate g and writes with 1 - g, the same for keys K and values V. Both recurrences are linear;
    only the softmax that reads keys and weighs values is not.

    Reference: Y. Zhang et al., Gated Slot Attention for Efficient Linear-Time Sequence Modeling, arXiv:2409.07146,
        2024.
    Evidence: numeric
    Year: 2024
    """

    n_k, n_v, n_s = Size(), Size(), Size()
    x = Input()
    K, V = State(n_k, n_s), State(n_s, n_v)
    y = Output()
    W = Weight(x)
    tau = Constant(8.0)

    q = W.q @ x / sqrt(n_k)
    k = W.k @ x
    v = W.v @ x
    g = exp(logsigmoid(W.f @ x) / tau)
    K = ones() @ g.T * K + k @ (1 - g).T
    p = softmax(K.T @ q)
    V = g @ ones().T * V + (1 - g) @ v.T
    y = V.T @ p
