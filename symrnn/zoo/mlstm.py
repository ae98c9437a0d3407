"""The matrix memory of xLSTM: keys and values written by exponential gates."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, Output, Size, State, Vector, Weight
from symrnn.ops import exp, logsigmoid, maximum, sqrt


class MLSTM(Cell):
    """The matrix memory of xLSTM: keys and values written by exponential gates.

    The gates read the input alone, so the memory is linear in its past. The paper stores the transpose of S; code
    scales either the keys, as here, or the queries by the root of their length, and adds epsilon, which the paper does
    not.

    Reference: M. Beck et al., xLSTM: Extended Long Short-Term Memory, arXiv:2405.04517, 2024.
    Evidence: numeric
    Year: 2024
    """

    n_k, n_v = Size(), Size()
    x = Input()
    S, nrm, m = State(n_k, n_v), State(n_k), State(1)
    h = Output()
    W, w, b = Weight(x), Weight(x, to=1), Bias()
    b_i, b_f = Vector(1, init=0.0), Vector(1, init=0.0)
    epsilon = Constant(1e-6)

    q = W.q @ x + b.q
    k = (W.k @ x + b.k) / sqrt(n_k)
    v = W.v @ x + b.v
    i_tilde = w.i @ x + b_i
    f_tilde = logsigmoid(w.f @ x + b_f) + m
    m = maximum(f_tilde, i_tilde)
    i = exp(i_tilde - m)
    f = exp(f_tilde - m)
    S = f * S + i * (k @ v.T)
    nrm = f * nrm + i * k
    h = S.T @ q / (maximum(abs(q.T @ nrm), exp(-m)) + epsilon)
