"""Long expressive memory with both states updated from the old ones."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class LEMExplicit(Cell):
    """Long expressive memory with both states updated from the old ones.

    This is what torchrecurrent and the Julia packages compute under the name of LEM. The paper updates y with the new z
    (``lem``), so trained weights do not carry over between the two.

    Reference: as implemented in torchrecurrent and RecurrentLayers.jl, 2025; differs from T. K. Rusch, S. Mishra, N. B.
        Erichson, M. W. Mahoney, Long Expressive Memory for Sequence Modeling, arXiv:2110.04744, ICLR 2022.
    Evidence: numeric
    Year: 2025
    """

    dt = Constant(0.9)
    x = Input()
    y, z = State(), State()
    W, U, b = Weight(x), Weight(y), Bias()

    delta = dt * sigmoid(W[1] @ x + U[1] @ y + b[1])
    delta_bar = dt * sigmoid(W[2] @ x + U[2] @ y + b[2])
    z = (1 - delta) * z + delta * tanh(W.z @ x + U.z @ y + b.z)
    y = (1 - delta_bar) * y + delta_bar * tanh(W.y @ x + U.y @ z.delay(1) + b.y)
