"""Parallel Legendre memory unit: the linear memory alone, with a feedforward layer on it."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Matrix, Output, Size, State, Vector, Weight
from symrnn.ops import relu


class ParallelLMU(Cell):
    """Parallel Legendre memory unit: the linear memory alone, with a feedforward layer on it.

    Nothing leads back from the output, so that the memory is a time-invariant linear filter, which the paper trains
    as a convolution by FFT. A and B are those of the Legendre memory unit and are not learned.

    Reference: N. Chilkuri, C. Eliasmith, Parallelizing Legendre Memory Unit Training, ICML 2021, arXiv:2102.11417.
    Evidence: recalled-from-paper
    Year: 2021
    """

    n_h, n_s = Size(), Size()
    x = Input()
    m = State(n_s)
    h = Output()
    e, b_u = Weight(x, to=1), Vector(1, init=0.0)
    A, B = Matrix(m, m, fixed=True), Matrix(m, 1, fixed=True)
    W, b = Weight(to=n_h), Bias()

    u = e.x @ x + b_u
    m = A @ m + B @ u
    h = relu(W.m @ m + W.x @ x + b.o)
