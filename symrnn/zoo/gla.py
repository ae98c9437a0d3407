"""Gated linear attention: each key channel decays by a gate of its own."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, Matrix, Output, Size, State, Weight
from symrnn.ops import exp, logsigmoid, ones, sqrt


class GLA(Cell):
    """Gated linear attention: each key channel decays by a gate of its own.

    The logarithm of the gate comes from a projection of low rank and is divided by tau, which keeps the gates near 1.
    The output gate and the norm of the layer are left out.

    Reference: S. Yang, B. Wang, Y. Shen, R. Panda, Y. Kim, Gated Linear Attention Transformers with
        Hardware-Efficient Training, ICML 2024, arXiv:2312.06635.
    Evidence: numeric
    Year: 2024
    """

    n_k, n_v, n_r = Size(), Size(), Size()
    x = Input()
    S = State(n_k, n_v)
    y = Output()
    W, W_2, b = Weight(x), Matrix(n_k, n_r), Bias()
    tau = Constant(16.0)

    q = W.q @ x / sqrt(n_k)
    k = W.k @ x
    v = W.v @ x
    g = logsigmoid(W_2 @ (W[1] @ x) + b.g) / tau
    S = exp(g) @ ones().T * S + k @ v.T
    y = S.T @ q
