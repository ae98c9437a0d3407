"""Mamba-2: a selective state space whose decay is one number per head."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Output, Scalar, Size, State, Weight
from symrnn.ops import exp, softplus


class Mamba2(Cell):
    """Mamba-2: a selective state space whose decay is one number per head.

    With a scalar decay it is linear attention with forgetting, C in the part of the query and B in that of the key.
    One head is written here; the convolution, the gate and the norm around it are left out.

    Reference: T. Dao, A. Gu, Transformers are SSMs: Generalized Models and Efficient Algorithms Through Structured
        State Space Duality, ICML 2024, arXiv:2405.21060.
    Evidence: numeric
    Year: 2024
    """

    n_h, n_s = Size(), Size()
    x = Input(n_h)
    S = State(n_s, n_h)
    y = Output()
    W, w = Weight(x), Weight(x, to=1)
    a_log, dt_b, D = Scalar(), Scalar(init=-4.6), Scalar(init=1.0)

    Delta = softplus(w.d @ x + dt_b)
    B = W.B @ x
    C = W.C @ x
    S = exp(-Delta * exp(a_log)) * S + Delta * B @ x.T
    y = S.T @ C + D * x
