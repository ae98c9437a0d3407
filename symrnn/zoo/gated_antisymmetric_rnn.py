"""Antisymmetric recurrent network with a gate on the step."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, State, Weight
from symrnn.ops import eye, sigmoid, tanh


class GatedAntisymmetricRNN(Cell):
    """Antisymmetric recurrent network with a gate on the step.

    Gate and candidate share one recurrent product, so the gate costs a matrix for the input only. Where a library keeps
    a second, recurrent bias, torchrecurrent adds it to the candidate alone and RecurrentLayers.jl to both; here each of
    the two has one bias.

    Reference: B. Chang, M. Chen, E. Haber, E. H. Chi, AntisymmetricRNN: A Dynamical System View on Recurrent Neural
        Networks, arXiv:1902.09689, ICLR 2019.
    Evidence: numeric
    Year: 2019
    """

    epsilon, gamma = Constant(0.5), Constant(0.1)
    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    A = U.h - U.h.T - gamma * eye()
    z = sigmoid(W.z @ x + A @ h + b.z)
    h = h + epsilon * z * tanh(W.h @ x + A @ h + b.h)
