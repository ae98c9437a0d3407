"""Gated recurrent network whose gate and candidate share both weight matrices."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Scalar, State, Weight
from symrnn.ops import sigmoid, tanh


class FastGRNN(Cell):
    """Gated recurrent network whose gate and candidate share both weight matrices.

    Gate and candidate differ in their bias and nonlinearity only, so the cell is hardly larger than a simple one.
    torchrecurrent and RecurrentLayers.jl take tanh for the gate unless told otherwise, and libraries start the two
    scalars differently.

    Reference: A. Kusupati et al., FastGRNN: A Fast, Accurate, Stable and Tiny Kilobyte Sized Gated Recurrent Neural
        Network, arXiv:1901.02358, NeurIPS 2018.
    Evidence: numeric
    Year: 2018
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()
    zeta, nu = Scalar(init=1.0), Scalar(init=-4.0)

    a = W.h @ x + U.h @ h
    z = sigmoid(a + b.z)
    h_tilde = tanh(a + b.h)
    h = (sigmoid(zeta) * (1 - z) + sigmoid(nu)) * h_tilde + z * h
