"""Linear oscillatory state space with an implicit step, which damps."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Matrix, Output, State, Vector
from symrnn.ops import relu, sigmoid


class LinOSSIM(Cell):
    """Linear oscillatory state space with an implicit step, which damps.

    The implicit equations are solved in closed form, one division for each oscillator; both updates read the old
    velocity z. Unlike the implicit-explicit step it is stable for every step size, and it forgets.

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
    s = 1 / (1 + dt * dt * A)
    z = s * (z - dt * A * y + dt * (B @ x))
    y = s * (y + dt * z.delay(1) + dt * dt * (B @ x))
    o = C @ y + D * x
