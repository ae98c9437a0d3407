"""Orthogonal recurrent network, its matrix the exponential of a skew-symmetric one."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Matrix, State, Weight
from symrnn.ops import expm, modrelu


class ExpRNN(Cell):
    """Orthogonal recurrent network, its matrix the exponential of a skew-symmetric one.

    The orthogonal matrix Q is made once per sequence and is orthogonal whatever the free matrix M_h is, so any
    optimiser will do. The bias enters as the threshold of modReLU.

    Reference: M. Lezcano-Casado, D. Martinez-Rubio, Cheap Orthogonal Constraints in Neural Networks: A Simple
        Parametrization of the Orthogonal and Unitary Group, arXiv:1901.08428, ICML 2019.
    Evidence: recalled-from-paper
    Year: 2019
    """

    x = Input()
    h = State()
    W, b = Weight(x), Bias()
    M_h = Matrix(h, h)

    Q = expm(M_h - M_h.T)
    h = modrelu(Q @ h + W.h @ x, b.h)
