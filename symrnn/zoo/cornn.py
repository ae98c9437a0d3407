"""Coupled oscillatory recurrent network: driven and damped oscillators, one semi-implicit Euler step."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, State, Weight
from symrnn.ops import tanh


class CoRNN(Cell):
    """Coupled oscillatory recurrent network: driven and damped oscillators, one semi-implicit Euler step.

    The state c is the velocity of h. The damping acts on the old velocity, as in the authors' code; a form with the new
    velocity on the right is also printed. Defaults differ widely: torchrecurrent takes dt 0.1 and gamma and epsilon 1,
    RecurrentLayers.jl dt 1 and no restoring force or damping.

    Reference: T. K. Rusch, S. Mishra, Coupled Oscillatory Recurrent Neural Network (coRNN), arXiv:2010.00951, ICLR
        2021.
    Evidence: numeric
    Year: 2021
    """

    dt, gamma, epsilon = Constant(0.1), Constant(1.0), Constant(0.7)
    x = Input()
    h, c = State(), State()
    W, U, V, b = Weight(x), Weight(h), Weight(c), Bias()

    c = c + dt * (tanh(W.h @ x + U.h @ h + V.h @ c + b.h) - gamma * h - epsilon * c)
    h = h + dt * c
