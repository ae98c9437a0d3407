"""Gated recurrent unit whose update gate takes the new candidate."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class GRUChung(Cell):
    """Gated recurrent unit whose update gate takes the new candidate.

    Here z weighs the candidate, not the old state; reversing the sign of that gate's weights and bias gives the form of
    Cho et al. (GRUv3) exactly. The reset gate acts before the recurrent product.

    Reference: J. Chung, C. Gulcehre, K. Cho, Y. Bengio, Empirical Evaluation of Gated Recurrent Neural Networks on
        Sequence Modeling, arXiv:1412.3555, 2014.
    Evidence: recalled-from-paper
    Year: 2014
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    z = sigmoid(W.z @ x + U.z @ h + b.z)
    r = sigmoid(W.r @ x + U.r @ h + b.r)
    h_tilde = tanh(W.h @ x + U.h @ (r * h) + b.h)
    h = (1 - z) * h + z * h_tilde
