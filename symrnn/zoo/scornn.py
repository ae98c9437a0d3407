"""Orthogonal recurrent network by a scaled Cayley transform."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Matrix, State, Vector, Weight
from symrnn.ops import diag, eye, modrelu, solve


class ScoRNN(Cell):
    """Orthogonal recurrent network by a scaled Cayley transform.

    A Cayley transform alone cannot have the eigenvalue -1; the signs s_h on the right, which are not trained, let it
    reach every orthogonal matrix. How many of them are -1 is a hyperparameter; here all start as 1.

    Reference: K. Helfrich, D. Willmott, Q. Ye, Orthogonal Recurrent Neural Networks with Scaled Cayley Transform,
        arXiv:1707.09520, ICML 2018.
    Evidence: recalled-from-paper
    Year: 2018
    """

    x = Input()
    h = State()
    W, b = Weight(x), Bias()
    M_h, s_h = Matrix(h, h), Vector(h, fixed=True, init=1.0)

    A = M_h - M_h.T
    Q = solve(eye() + A, eye() - A) @ diag(s_h)
    h = modrelu(Q @ h + W.h @ x, b.h)
