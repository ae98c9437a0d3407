"""First mutated gated recurrent unit with a projection of the input in the candidate."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class MUT1Projected(Cell):
    """First mutated gated recurrent unit with a projection of the input in the candidate.

    Libraries compute this in order to allow an input of any length; the paper has the bare input inside the inner tanh.

    Reference: R. Jozefowicz, W. Zaremba, I. Sutskever, An Empirical Exploration of Recurrent Network Architectures,
        ICML 2015 (PMLR 37), as implemented in torchrecurrent and RecurrentLayers.jl.
    Evidence: numeric
    Year: 2015
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    z = sigmoid(W.z @ x + b.z)
    r = sigmoid(W.r @ x + U.r @ h + b.r)
    h_tilde = tanh(U.h @ (r * h) + tanh(W.h @ x + b.x) + b.h)
    h = z * h_tilde + (1 - z) * h
