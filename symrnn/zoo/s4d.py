"""Diagonal state space model, one per channel, with zero-order hold."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Matrix, Output, Size, State, Vector
from symrnn.ops import exp, ones, real


class S4D(Cell):
    """Diagonal state space model, one per channel, with zero-order hold.

    Poles come in conjugate pairs, of which one is kept and the real part doubled. Nothing depends on the input but the
    last two lines, so a convolution gives the same; the bilinear form differs in dA and dB.

    Reference: A. Gu, A. Gupta, K. Goel, C. Ré, On the Parameterization and Initialization of Diagonal State Space
        Models, arXiv:2206.11893, 2022.
    Evidence: numeric
    Year: 2022
    """

    n_h, n_s = Size(), Size()
    x = Input(n_h)
    h = State(n_h, n_s, complex=True)
    y = Output()
    a_re, a_im = Matrix(init=-0.7), Matrix()
    B, C = Matrix(complex=True), Matrix(complex=True)
    dt_log, D = Vector(init=-4.6), Vector()

    A = -exp(a_re) + 1j * a_im
    dA = exp(exp(dt_log) @ ones().T * A)
    dB = (dA - 1) / A * B
    h = dA * h + dB * (x @ ones().T)
    y = 2 * real((C * h) @ ones()) + D * x
