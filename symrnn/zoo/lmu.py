"""Legendre memory unit: a nonlinear layer beside a linear memory of a sliding window."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Matrix, Size, State, Weight
from symrnn.ops import tanh


class LMU(Cell):
    """Legendre memory unit: a nonlinear layer beside a linear memory of a sliding window.

    The hidden layer reads the memory after its update. A and B come from the Legendre delay system, discretised with
    a held input, and are not learned; keras-lmu leaves the paths from the hidden layer and the memory into u out
    unless they are asked for.

    Reference: A. Voelker, I. Kajić, C. Eliasmith, Legendre Memory Units: Continuous-Time Representation in Recurrent
        Neural Networks, NeurIPS 2019.
    Evidence: source-read
    Year: 2019
    """

    n_s = Size()
    x = Input()
    h, m = State(), State(n_s)
    e, W = Weight(to=1), Weight(to=h)
    A, B = Matrix(m, m, fixed=True), Matrix(m, 1, fixed=True)

    u = e.x @ x + e.h @ h + e.m @ m
    m = A @ m + B @ u
    h = tanh(W.x @ x + W.h @ h + W.m @ m)
