"""Leaky-integrator network, the unit of echo state networks."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, State, Weight
from symrnn.ops import tanh


class LeakyRNN(Cell):
    """Leaky-integrator network, the unit of echo state networks.

    In an echo state network the weights stay as they were drawn and only a readout is trained; the recurrence is the
    same. One number alpha leaks for all units; TensorFlow Addons calls it ``leaky`` and rescales the drawn recurrent
    matrix.

    Reference: H. Jaeger, The "Echo State" Approach to Analysing and Training Recurrent Neural Networks, GMD Report 148,
        2001; H. Jaeger et al., Optimization and Applications of Echo State Networks with Leaky-Integrator Neurons,
        Neural Networks 20, 2007.
    Evidence: recalled-from-paper
    Year: 2001
    """

    alpha = Constant(0.3)
    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    h_tilde = tanh(W.h @ x + U.h @ h + b.h)
    h = (1 - alpha) * h + alpha * h_tilde
