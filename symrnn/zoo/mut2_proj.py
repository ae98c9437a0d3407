"""Second mutated gated recurrent unit with a projection of the input in the reset gate."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class MUT2Projected(Cell):
    """Second mutated gated recurrent unit with a projection of the input in the reset gate.

    Libraries compute this as MUT2. With that matrix nothing is left of the mutation: it is the gated recurrent unit
    whose update gate takes the new candidate (GRUChung), number for number.

    Reference: R. Jozefowicz, W. Zaremba, I. Sutskever, An Empirical Exploration of Recurrent Network Architectures,
        ICML 2015 (PMLR 37), as implemented in torchrecurrent and RecurrentLayers.jl.
    Evidence: numeric
    Year: 2015
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    z = sigmoid(W.z @ x + U.z @ h + b.z)
    r = sigmoid(W.r @ x + U.r @ h + b.r)
    h_tilde = tanh(U.h @ (r * h) + W.h @ x + b.h)
    h = z * h_tilde + (1 - z) * h
