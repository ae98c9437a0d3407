"""Linear recurrent unit: a stable complex diagonal recurrence with a real readout."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Matrix, Output, State, Vector
from symrnn.ops import exp, real


class LRU(Cell):
    """Linear recurrent unit: a stable complex diagonal recurrence with a real readout.

    Decay, frequency and scale are stored as logarithms, so every eigenvalue is inside the unit circle. The authors
    start gamma so that the state has the variance of the input, and the skip D is elementwise.

    Reference: A. Orvieto et al., Resurrecting Recurrent Neural Networks for Long Sequences, arXiv:2303.06349, 2023.
    Evidence: source-read
    Year: 2023
    """

    x = Input()
    h = State(complex=True)
    y = Output()
    nu, theta, gamma = Vector(init=-2.0), Vector(), Vector(init=-0.7)
    B, C = Matrix(h, x, complex=True), Matrix(x, h, complex=True)
    D = Vector()

    lam = exp(-exp(nu) + 1j * exp(theta))
    h = lam * h + exp(gamma) * (B @ x)
    y = real(C @ h) + D * x
