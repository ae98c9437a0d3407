"""Stackable recurrent cell: one gate, a candidate of the input alone, a tanh around the new state."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class STAR(Cell):
    """Stackable recurrent cell: one gate, a candidate of the input alone, a tanh around the new state.

    It was designed so that gradients keep their size up through many layers as well as back in time. The gate k takes
    the new value, and the outer tanh makes the step nonlinear even where the gate is open.

    Reference: M. O. Turkoglu, S. D'Aronco, J. D. Wegner, K. Schindler, Gating Revisited: Deep Multi-layer RNNs That Can
        Be Trained, arXiv:1911.11033, 2019.
    Evidence: numeric
    Year: 2019
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    z = tanh(W.z @ x + b.z)
    k = sigmoid(W.k @ x + U.k @ h + b.k)
    h = tanh((1 - k) * h + k * z)
