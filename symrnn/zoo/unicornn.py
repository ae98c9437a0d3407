"""Undamped independent controlled oscillators, one symplectic Euler step."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, Scale, State, Vector, Weight
from symrnn.ops import sigmoid, tanh


class UnICORNN(Cell):
    """Undamped independent controlled oscillators, one symplectic Euler step.

    No unit sees another, and c_h gives each a step size of its own. A step can be undone exactly, which the authors use
    to recompute the states on the way back instead of storing them. RecurrentLayers.jl has a full recurrent matrix
    unless told otherwise.

    Reference: T. K. Rusch, S. Mishra, UnICORNN: A Recurrent Model for Learning Very Long Time Dependencies,
        arXiv:2103.05487, ICML 2021.
    Evidence: numeric
    Year: 2021
    """

    dt, alpha = Constant(0.1), Constant(0.9)
    x = Input()
    h, z = State(), State()
    W, u, b = Weight(x), Scale(), Bias()
    c_h = Vector(h)

    rate = dt * sigmoid(c_h)
    z = z - rate * (tanh(u.h * h + W.h @ x + b.h) + alpha * h)
    h = h + rate * z
