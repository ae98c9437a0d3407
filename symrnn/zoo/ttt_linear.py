"""Test-time training of a linear model: the state takes a gradient step at each token."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Matrix, Output, Size, State, Weight
from symrnn.ops import sigmoid


class TTTLinear(Cell):
    """Test-time training of a linear model: the state takes a gradient step at each token.

    The inner loss is the plain squared error, for which the step is the delta rule with keys of any length. The
    published layer puts a layer norm and a residual into that loss, which makes it nonlinear in the state W, and
    takes tokens in small batches.

    Reference: Y. Sun et al., Learning to (Learn at Test Time): RNNs with Expressive Hidden States, arXiv:2407.04620,
        2024.
    Evidence: recalled-from-paper
    Year: 2024
    """

    n_k, n_v = Size(), Size()
    x = Input()
    W = State(n_k, n_v)
    y = Output()
    W_q, W_k, W_v, w = Matrix(n_k, x), Matrix(n_k, x), Matrix(n_v, x), Weight(x, to=1)

    q = W_q @ x
    k = W_k @ x
    v = W_v @ x
    eta = sigmoid(w.e @ x)
    W = W - eta * k @ (W.T @ k - v).T
    y = W.T @ q
