"""Long expressive memory: two states whose step sizes are gates."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class LEM(Cell):
    """Long expressive memory: two states whose step sizes are gates.

    The update of y reads the new z, in the paper and in the authors' kernel. torchrecurrent and the Julia packages read
    the old one there, which is the cell ``lem_explicit``.

    Reference: T. K. Rusch, S. Mishra, N. B. Erichson, M. W. Mahoney, Long Expressive Memory for Sequence Modeling,
        arXiv:2110.04744, ICLR 2022.
    Evidence: source-read
    Year: 2022
    """

    dt = Constant(0.9)
    x = Input()
    y, z = State(), State()
    W, U, b = Weight(x), Weight(y), Bias()

    delta = dt * sigmoid(W[1] @ x + U[1] @ y + b[1])
    delta_bar = dt * sigmoid(W[2] @ x + U[2] @ y + b[2])
    z = (1 - delta) * z + delta * tanh(W.z @ x + U.z @ y + b.z)
    y = (1 - delta_bar) * y + delta_bar * tanh(W.y @ x + U.y @ z + b.y)
