"""Continuous-time recurrent network, one explicit Euler step."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, State, Vector, Weight
from symrnn.ops import tanh


class CTRNN(Cell):
    """Continuous-time recurrent network, one explicit Euler step.

    Every unit has a time constant of its own. The nonlinearity is applied to the whole drive here; in much of
    neuroscience it is applied to the state inside the recurrent product instead, which is the cell ``ctrnn_v``.

    Reference: K. Funahashi, Y. Nakamura, Approximation of Dynamical Systems by Continuous Time Recurrent Neural
        Networks, Neural Networks 6, 1993.
    Evidence: recalled-from-paper
    Year: 1993
    """

    dt = Constant(0.1)
    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()
    tau = Vector(h, domain="positive", init=1.0)

    h = h + dt * (tanh(W.h @ x + U.h @ h + b.h) - h) / tau
