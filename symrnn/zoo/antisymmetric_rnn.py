"""Simple recurrent network as an Euler step with an antisymmetric recurrent matrix."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, State, Weight
from symrnn.ops import eye, tanh


class AntisymmetricRNN(Cell):
    """Simple recurrent network as an Euler step with an antisymmetric recurrent matrix.

    The eigenvalues of the matrix are imaginary but for gamma, which damps them a little to keep the discrete step
    stable. The paper takes both numbers small; torchrecurrent and RecurrentLayers.jl start from epsilon 1 and gamma 0.

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
    h = h + epsilon * tanh(W.h @ x + A @ h + b.h)
