"""RWKV-6 (Finch): RWKV-5 with a decay that depends on the input."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Matrix, Output, Size, State, Vector, Weight
from symrnn.ops import exp, ones, tanh


class RWKV6(Cell):
    """RWKV-6 (Finch): RWKV-5 with a decay that depends on the input.

    The input moves the exponent of the decay away from w_0 through a bottleneck with tanh. The paper's token shift,
    which depends on the input as well, is left out, as are group norm and output gate.

    Reference: B. Peng et al., Eagle and Finch: RWKV with Matrix-Valued States and Dynamic Recurrence,
        arXiv:2404.05892, 2024.
    Evidence: numeric
    Year: 2024
    """

    n_k, n_v, n_r = Size(), Size(), Size()
    x = Input()
    S = State(n_k, n_v)
    y = Output()
    W, w_u, w_0 = Weight(x), Vector(n_k), Vector(n_k)
    A_1, A_2 = Matrix(n_r, x), Matrix(n_k, n_r)

    r = W.r @ x
    k = W.k @ x
    v = W.v @ x
    w = exp(-exp(w_0 + A_2 @ tanh(A_1 @ x)))
    y = S.T @ r + r.T @ (w_u * k) * v
    S = w @ ones().T * S + k @ v.T
