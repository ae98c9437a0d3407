"""Diagonal state space with complex modes, one bank of modes for each channel."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Matrix, Output, Size, State, Vector
from symrnn.ops import exp, ones, real


class DSS(Cell):
    """Diagonal state space with complex modes, one bank of modes for each channel.

    Exponentials keep the real parts of the poles negative, and each step is the exact solution for an input that is
    held. This is the variant that the paper calls DSS-exp; its softmax variant normalises the kernel over the whole
    length of the sequence, so that it is no recurrence.

    Reference: A. Gupta, A. Gu, J. Berant, Diagonal State Spaces are as Effective as Structured State Spaces,
        arXiv:2203.14343, 2022.
    Evidence: recalled-from-paper
    Year: 2022
    """

    n_h, n_s = Size(), Size()
    x = Input(n_h)
    h = State(n_h, n_s, complex=True)
    y = Output()
    a_re, a_im = Matrix(n_h, n_s, init=-0.7), Matrix(n_h, n_s)
    dt_log, D = Vector(n_h, init=-4.0), Vector(n_h, init=1.0)
    W = Matrix(n_h, n_s, complex=True)

    lam = -exp(a_re) + 1j * a_im
    dA = exp(exp(dt_log) @ ones().T * lam)
    h = dA * h + x @ ones().T * ((dA - 1) / lam)
    y = real((W * h) @ ones()) + D * x
