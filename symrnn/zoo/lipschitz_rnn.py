"""Lipschitz recurrent network: a linear part and a Lipschitz nonlinearity, one Euler step."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, Matrix, State, Weight
from symrnn.ops import eye, tanh


class LipschitzRNN(Cell):
    """Lipschitz recurrent network: a linear part and a Lipschitz nonlinearity, one Euler step.

    Both recurrent matrices are made once per sequence, each a mix of a symmetric and an antisymmetric part that is
    shifted to damp. The authors' code shares beta and gamma between the two, multiplies rows from the left, and scales
    A h by a further factor; here each matrix has constants of its own.

    Reference: N. B. Erichson, O. Azencot, A. Queiruga, L. Hodgkinson, M. W. Mahoney, Lipschitz Recurrent Neural
        Networks, arXiv:2006.12070, ICLR 2021.
    Evidence: source-read
    Year: 2021
    """

    beta_A, gamma_A = Constant(0.65), Constant(0.001)
    beta_W, gamma_W = Constant(0.65), Constant(0.001)
    dt = Constant(0.05)
    x = Input()
    h = State()
    M, b = Weight(h), Bias()
    W_h = Matrix(h, x)

    A = (1 - beta_A) * (M.A + M.A.T) + beta_A * (M.A - M.A.T) - gamma_A * eye()
    W = (1 - beta_W) * (M.W + M.W.T) + beta_W * (M.W - M.W.T) - gamma_W * eye()
    h = h + dt * (A @ h + tanh(W @ h + W_h @ x + b.h))
