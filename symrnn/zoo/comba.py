"""Comba: the gated delta rule read as closed-loop control."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Output, Scalar, Size, State, Weight
from symrnn.ops import exp, normalize, sigmoid, softplus, sqrt


class Comba(Cell):
    """Comba: the gated delta rule read as closed-loop control.

    What is fed back is the memory's answer to a key scaled by b_fb, and the query is corrected by d_fb times the key.
    With b_fb = 1 and d_fb = 0 it is the gated delta rule without SiLU; both are single numbers here.

    Reference: J. Hu et al., arXiv:2506.02475, 2025.
    Evidence: numeric
    Year: 2025
    """

    n_k, n_v = Size(), Size()
    x = Input()
    S = State(n_k, n_v)
    y = Output()
    W, w = Weight(x), Weight(x, to=1)
    b_fb, d_fb = Scalar(domain="unit"), Scalar()
    a_log, dt_b = Scalar(), Scalar(init=-4.6)

    k = normalize(W.k @ x)
    q = (normalize(W.q @ x) - d_fb * k) / sqrt(n_k)
    p = b_fb * k
    v = W.v @ x
    beta = sigmoid(w.b @ x)
    g = -exp(a_log) * softplus(w.a @ x + dt_b)
    S_bar = exp(g) * S
    S = S_bar + beta * k @ (v - S_bar.T @ p).T
    y = S.T @ q
