"""DeltaNet: a linear memory that corrects the value stored under a key by the delta rule."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Output, Size, State, Weight
from symrnn.ops import normalize, sigmoid, silu, sqrt


class DeltaNet(Cell):
    """DeltaNet: a linear memory that corrects the value stored under a key by the delta rule.

    Keys have length 1, so that the transition I - beta k k.T shrinks along the key and leaves the rest alone. The
    paper of 2021 normalises by the sum of positive features; SiLU and the Euclidean norm are those of the parallel
    form of 2024.

    Reference: I. Schlag, K. Irie, J. Schmidhuber, Linear Transformers Are Secretly Fast Weight Programmers, ICML
        2021, arXiv:2102.11174; S. Yang et al., Parallelizing Linear Transformers with the Delta Rule over Sequence
        Length, arXiv:2406.06484, 2024.
    Evidence: numeric
    Year: 2024
    """

    n_k, n_v = Size(), Size()
    x = Input()
    S = State(n_k, n_v)
    y = Output()
    W, w = Weight(x), Weight(x, to=1)

    q = normalize(silu(W.q @ x)) / sqrt(n_k)
    k = normalize(silu(W.k @ x))
    v = silu(W.v @ x)
    beta = sigmoid(w.b @ x)
    S = S + beta * k @ (v - S.T @ k).T
    y = S.T @ q
