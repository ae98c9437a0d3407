"""Noisy recurrent network: a stochastic differential equation, one Euler-Maruyama step."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, State, Weight
from symrnn.ops import sqrt, tanh


class NoisyRNN(Cell):
    """Noisy recurrent network: a stochastic differential equation, one Euler-Maruyama step.

    The standard normal noise of a step is an input, so that the cell itself stays deterministic; noise of zeros gives
    the network as it is evaluated after training. One part of the noise is scaled by the drift f, the other is added as
    it is.

    Reference: S. H. Lim, N. B. Erichson, L. Hodgkinson, M. W. Mahoney, Noisy Recurrent Neural Networks,
        arXiv:2102.04877, NeurIPS 2021.
    Evidence: recalled-from-paper
    Year: 2021
    """

    dt, epsilon = Constant(0.1), Constant(0.1)
    sigma1, sigma2 = Constant(0.02), Constant(0.02)
    x = Input()
    h = State()
    xi_n = Input(h)
    A, U, W, b = Weight(h), Weight(h), Weight(x), Bias()

    f = A.h @ h + tanh(U.h @ h + W.h @ x + b.h)
    h = h + dt * f + epsilon * sqrt(dt) * (sigma1 * f + sigma2) * xi_n
