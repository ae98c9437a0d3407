"""HiPPO-LegS: the past of a scalar signal as coefficients of scaled Legendre polynomials."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Matrix, State, Vector
from symrnn.ops import eye, solve


class HiPPOLegS(Cell):
    """HiPPO-LegS: the past of a scalar signal as coefficients of scaled Legendre polynomials.

    The step depends on the time t = 1, 2, 3, …, because the window grows with it; this is the bilinear rule. A and b
    are not learned: A has sqrt((2i+1)(2j+1)) below its diagonal, i+1 on it and 0 above, and b has sqrt(2i+1), with i
    and j from 0; they start from random numbers here and have to be filled in.

    Reference: A. Gu, T. Dao, S. Ermon, A. Rudra, C. Ré, HiPPO: Recurrent Memory with Optimal Polynomial Projections,
        NeurIPS 2020, arXiv:2008.07669.
    Evidence: recalled-from-paper
    Year: 2020
    """

    u, t = Input(1), Input(1, domain="time")
    c = State()
    A, b = Matrix(c, c, fixed=True), Vector(c, fixed=True)

    c = solve(eye() + A / (2 * t), (eye() - A / (2 * t)) @ c + b / t * u)
