"""Generalised delta rule: a transition that is diagonal plus a matrix of rank one."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Output, Size, State, Weight
from symrnn.ops import exp, logsigmoid, ones, sqrt


class DPLR(Cell):
    """Generalised delta rule: a transition that is diagonal plus a matrix of rank one.

    Both vectors of the rank-one part are free projections of the input, so that nothing keeps the transition stable;
    RWKV-7 and the delta rules tie them. The decay is a sigmoid, written as the exponential of its logarithm.

    Reference: flash-linear-attention, generalized_delta_rule; form of B. Peng et al., arXiv:2503.14456, 2025.
    Evidence: numeric
    Year: 2025
    """

    n_k, n_v = Size(), Size()
    x = Input()
    S = State(n_k, n_v)
    y = Output()
    W = Weight(x)

    q = W.q @ x / sqrt(n_k)
    k = W.k @ x
    v = W.v @ x
    a = W.a @ x
    b = W.b @ x
    w = exp(logsigmoid(W.w @ x))
    S = w @ ones().T * S + b @ (S.T @ a).T + k @ v.T
    y = S.T @ q
