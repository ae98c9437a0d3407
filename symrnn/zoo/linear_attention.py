"""Linear attention with a normaliser, as a recurrence."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Output, Size, State, Weight
from symrnn.ops import elu


class LinearAttention(Cell):
    """Linear attention with a normaliser, as a recurrence.

    The feature map elu + 1 is positive, so that the sum of the weights in the denominator is too. Implementations add
    a small number to the denominator, and some scale q, which cancels.

    Reference: A. Katharopoulos, A. Vyas, N. Pappas, F. Fleuret, Transformers are RNNs: Fast Autoregressive
        Transformers with Linear Attention, ICML 2020, arXiv:2006.16236.
    Evidence: numeric
    Year: 2020
    """

    n_k, n_v = Size(), Size()
    x = Input()
    S, z = State(n_k, n_v), State(n_k)
    y = Output()
    W = Weight(x)

    q = elu(W.q @ x) + 1
    k = elu(W.k @ x) + 1
    v = W.v @ x
    S = S + k @ v.T
    z = z + k
    y = S.T @ q / (q.T @ z)
