"""Linear oscillatory state space with an implicit-explicit step, which is symplectic."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Matrix, Output, State, Vector
from symrnn.ops import relu, sigmoid


class LinOSSIMEX(Cell):
    """Linear oscillatory state space with an implicit-explicit step, which is symplectic.

    The velocity z steps first and the position y then uses its new value, so that a free oscillation does not die
    out. The authors' code has complex B and C and reads out the real part; the version here is real.

    Reference: T. K. Rusch, D. Rus, Oscillatory State-Space Models, ICLR 2025, arXiv:2410.03943.
    Evidence: source-read
    Year: 2025
    """

    x = Input()
    y, z = State(), State()
    o = Output()
    a, dt_log = Vector(y, domain="unit"), Vector(y)
    B, C, D = Matrix(y, x), Matrix(x, y), Vector(x)

    A = relu(a)
    dt = sigmoid(dt_log)
    z = z + dt * (-A * y + B @ x)
    y = y + dt * z
    o = C @ y + D * x
