"""Simple recurrent network with the old state added inside the tanh."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import tanh


class ResidualRNN(Cell):
    """Simple recurrent network with the old state added inside the tanh.

    It equals an Elman network whose recurrent weight has the identity added to it. The paper's recurrent identity
    network rectifies instead of taking tanh; this form is that of flax with ``residual=True``.

    Reference: Y. Hu, A. Huber, J. Anumula, S.-C. Liu, Overcoming the Vanishing Gradient Problem in Plain Recurrent
        Networks, arXiv:1801.06105, 2018.
    Evidence: numeric
    Year: 2018
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    h = tanh(W.h @ x + U.h @ h + b.h + h)
