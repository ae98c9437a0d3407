"""Selective state space (S6), the recurrent core of Mamba."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Matrix, Output, Size, State, Vector, Weight
from symrnn.ops import exp, ones, softplus


class Mamba(Cell):
    """Selective state space (S6), the recurrent core of Mamba.

    The paper says that the input matrix is discretised with a held input, but its code takes an Euler step, Delta
    times B, as here. The projections, the short causal convolution and the gate of the block around it are left out.

    Reference: A. Gu, T. Dao, Mamba: Linear-Time Sequence Modeling with Selective State Spaces, arXiv:2312.00752,
        2023.
    Evidence: numeric
    Year: 2023
    """

    n_h, n_s, n_r = Size(), Size(), Size()
    x = Input(n_h)
    h = State(n_h, n_s)
    y = Output()
    W, W_d2, b_d = Weight(x), Matrix(x, n_r), Vector(x, init=-4.6)
    A_log, D = Matrix(n_h, n_s), Vector(x, init=1.0)

    Delta = softplus(W_d2 @ (W.d1 @ x) + b_d)
    B = W.B @ x
    C = W.C @ x
    h = exp(-Delta @ ones().T * exp(A_log)) * h + (Delta * x) @ B.T
    y = h @ C + D * x
