"""Retention: linear attention that decays by one fixed number per head."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Output, Scalar, Size, State, Weight
from symrnn.ops import sqrt


class RetNet(Cell):
    """Retention: linear attention that decays by one fixed number per head.

    The decay is not learned; head h of the paper has 1 - 2**(-5 - h), and here it starts as that of the first. The
    rotation of queries and keys and the group norm belong to the layer around it.

    Reference: Y. Sun et al., Retentive Network: A Successor to Transformer for Large Language Models,
        arXiv:2307.08621, 2023.
    Evidence: numeric
    Year: 2023
    """

    n_k, n_v = Size(), Size()
    x = Input()
    S = State(n_k, n_v)
    y = Output()
    W, gamma = Weight(x), Scalar(domain="unit", fixed=True, init=0.96875)

    q = W.q @ x / sqrt(n_k)
    k = W.k @ x
    v = W.v @ x
    S = gamma * S + k @ v.T
    y = S.T @ q
