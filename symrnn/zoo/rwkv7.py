"""RWKV-7 (Goose): a decaying memory with a generalised delta rule."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Output, Size, State, Vector, Weight
from symrnn.ops import exp, normalize, ones, sigmoid


class RWKV7(Cell):
    """RWKV-7 (Goose): a decaying memory with a generalised delta rule.

    The key that is removed and the key that is written are different vectors made of one, and the rate of removal is
    a vector too. The number 0.606531 is exp(-1/2); full matrices stand for the bottlenecks, and token shift, group
    norm and the bonus for the current token are left out.

    Reference: B. Peng et al., RWKV-7 "Goose" with Expressive Dynamic State Evolution, arXiv:2503.14456, 2025.
    Evidence: numeric
    Year: 2025
    """

    n_k, n_v = Size(), Size()
    x = Input()
    S = State(n_k, n_v)
    y = Output()
    W = Weight(x)
    xi, alpha_k = Vector(n_k, init=1.0), Vector(n_k, init=1.0)

    r = W.r @ x
    k = W.k @ x
    v = W.v @ x
    a = sigmoid(W.a @ x)
    w = exp(-0.606531 * sigmoid(W.w @ x))
    kappa_hat = normalize(k * xi)
    k_tilde = k * (1 + (a - 1) * alpha_k)
    S = w @ ones().T * S + (a * kappa_hat) @ (-(S.T @ kappa_hat)).T + k_tilde @ v.T
    y = S.T @ r
