"""MesaNet: linear attention that solves a regularised least-squares problem at each token."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Output, Size, State, Vector, Weight
from symrnn.ops import diag, sigmoid, solve


class MesaNet(Cell):
    """MesaNet: linear attention that solves a regularised least-squares problem at each token.

    H and G, decayed sums of key products and of keys with values, are linear states; the output solves a system in H
    plus a positive diagonal lam. Fast implementations run some conjugate gradient steps instead of an exact solution.

    Reference: J. von Oswald et al., MesaNet: Sequence Modeling by Locally Optimal Test-Time Training,
        arXiv:2506.05233, 2025.
    Evidence: numeric
    Year: 2025
    """

    n_k, n_v = Size(), Size()
    x = Input()
    H, G = State(n_k, n_k), State(n_k, n_v)
    y = Output()
    W, w = Weight(x), Weight(x, to=1)
    lam = Vector(n_k, domain="positive", init=1.0)

    q = W.q @ x
    k = W.k @ x
    v = W.v @ x
    beta = sigmoid(w.b @ x)
    g = sigmoid(w.g @ x)
    H = g * H + beta * k @ k.T
    G = g * G + beta * k @ v.T
    y = G.T @ solve(H + diag(lam), q)
