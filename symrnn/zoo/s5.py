"""Diagonal state space model with many inputs and outputs, zero-order hold."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Matrix, Output, State, Vector
from symrnn.ops import exp, real


class S5(Cell):
    """Diagonal state space model with many inputs and outputs, zero-order hold.

    One shared state replaces the separate models per channel of S4D. The factor 2 stands for the conjugate half of the
    poles; without that symmetry code leaves it out.

    Reference: J. T. H. Smith, A. Warrington, S. W. Linderman, Simplified State Space Layers for Sequence Modeling,
        arXiv:2208.04933, 2023.
    Evidence: numeric
    Year: 2023
    """

    x = Input()
    h = State(complex=True)
    y = Output()
    Lam_re, Lam_im = Vector(init=-0.5), Vector()
    B, C = Matrix(h, x, complex=True), Matrix(x, h, complex=True)
    dt_log, D = Vector(init=-4.6), Vector()

    Lam = Lam_re + 1j * Lam_im
    Lam_bar = exp(Lam * exp(dt_log))
    h = Lam_bar * h + (Lam_bar - 1) / Lam * (B @ x)
    y = 2 * real(C @ h) + D * x
