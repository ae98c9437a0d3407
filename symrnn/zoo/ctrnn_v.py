"""Continuous-time rate network in terms of voltages, one explicit Euler step."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, Output, State, Vector, Weight
from symrnn.ops import tanh


class CTRNNVoltage(Cell):
    """Continuous-time rate network in terms of voltages, one explicit Euler step.

    The state is the voltage before the nonlinearity, and units see each other's rates, its tanh. Hopfield's continuous
    network and the random networks of Sompolinsky and others have this form; ``ctrnn`` applies tanh to the whole drive.

    Reference: J. J. Hopfield, Neurons with Graded Response Have Collective Computational Properties Like Those of
        Two-State Neurons, PNAS 81, 1984; H. Sompolinsky, A. Crisanti, H. J. Sommers, Chaos in Random Neural Networks,
        Physical Review Letters 61, 1988.
    Evidence: recalled-from-paper
    Year: 1984
    """

    dt = Constant(0.1)
    x = Input()
    v = State()
    r = Output()
    W, U, b = Weight(x), Weight(v), Bias()
    tau = Vector(v, domain="positive", init=1.0)

    v = v + dt * (W.h @ x + U.h @ tanh(v) + b.h - v) / tau
    r = tanh(v)
