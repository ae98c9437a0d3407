"""Longhorn: a state space that solves an online regression implicitly at each step."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Output, Size, State, Weight
from symrnn.ops import sigmoid


class Longhorn(Cell):
    """Longhorn: a state space that solves an online regression implicitly at each step.

    The implicit step gives a forget factor without a gate: what is written replaces as much of the old. The exact
    transition would mix key channels; this is the diagonal approximation that the published code uses too.

    Reference: B. Liu et al., Longhorn: State Space Models are Amortized Online Learners, arXiv:2407.14207, 2024.
    Evidence: recalled-from-paper
    Year: 2024
    """

    n_k, n_v = Size(), Size()
    x = Input()
    S = State(n_v, n_k)
    y = Output()
    W = Weight(x)

    q = W.q @ x
    k = W.k @ x
    v = W.v @ x
    beta = sigmoid(W.b @ x)
    delta = beta / (1 + beta * (k.T @ k))
    S = (1 - delta @ (k * k).T) * S + (delta * v) @ k.T
    y = S @ q
