"""Long short-term memory reduced to its forget gate."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class JANET(Cell):
    """Long short-term memory reduced to its forget gate.

    Because of beta, what is forgotten and what is written do not sum to one: the cell writes less readily than a
    coupled gate would. State and output are one vector c; libraries that carry h and c carry it twice.

    Reference: J. van der Westhuizen, J. Lasenby, The unreasonable effectiveness of the forget gate, arXiv:1804.04849,
        2018.
    Evidence: numeric
    Year: 2018
    """

    x = Input()
    c = State()
    W, U, b = Weight(x), Weight(c), Bias()
    beta = Constant(1.0)

    s = W.f @ x + U.f @ c + b.f
    c_tilde = tanh(W.c @ x + U.c @ c + b.c)
    c = sigmoid(s) * c + (1 - sigmoid(s - beta)) * c_tilde
