"""Gated DeltaNet: the delta rule on a memory that first decays."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Output, Scalar, Size, State, Weight
from symrnn.ops import exp, normalize, sigmoid, silu, softplus, sqrt


class GatedDeltaNet(Cell):
    """Gated DeltaNet: the delta rule on a memory that first decays.

    The decay is one number per head, of the form that Mamba-2 has, and the correction is computed from the decayed
    memory. The short convolutions and the output gate of the layer are left out.

    Reference: S. Yang, J. Kautz, A. Hatamizadeh, Gated Delta Networks: Improving Mamba2 with Delta Rule, ICLR 2025,
        arXiv:2412.06464.
    Evidence: numeric
    Year: 2025
    """

    n_k, n_v = Size(), Size()
    x = Input()
    S = State(n_k, n_v)
    y = Output()
    W, w = Weight(x), Weight(x, to=1)
    a_log, dt_b = Scalar(), Scalar(init=-4.6)

    q = normalize(silu(W.q @ x)) / sqrt(n_k)
    k = normalize(silu(W.k @ x))
    v = silu(W.v @ x)
    beta = sigmoid(w.b @ x)
    g = -exp(a_log) * softplus(w.a @ x + dt_b)
    S_bar = exp(g) * S
    S = S_bar + beta * k @ (v - S_bar.T @ k).T
    y = S.T @ q
