"""Kimi delta attention: the gated delta rule with a decay for each key channel."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Output, Scalar, Size, State, Vector, Weight
from symrnn.ops import exp, normalize, ones, sigmoid, silu, softplus, sqrt


class KDA(Cell):
    """Kimi delta attention: the gated delta rule with a decay for each key channel.

    Only the decay differs from Gated DeltaNet: it is a vector, which scales the rows of the memory. The layer
    projects it through a bottleneck; here one full matrix does.

    Reference: Kimi Team, Kimi Linear: An Expressive, Efficient Attention Architecture, arXiv:2510.26692, 2025.
    Evidence: numeric
    Year: 2025
    """

    n_k, n_v = Size(), Size()
    x = Input()
    S = State(n_k, n_v)
    y = Output()
    W, w = Weight(x), Weight(x, to=1)
    a_log, dt_b = Scalar(), Vector(n_k, init=-4.6)

    q = normalize(silu(W.q @ x)) / sqrt(n_k)
    k = normalize(silu(W.k @ x))
    v = silu(W.v @ x)
    g = -exp(a_log) * softplus(W.a @ x + dt_b)
    beta = sigmoid(w.b @ x)
    S_bar = exp(g) @ ones().T * S
    S = S_bar + beta * k @ (v - S_bar.T @ k).T
    y = S.T @ q
