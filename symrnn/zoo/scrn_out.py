"""Structurally constrained network whose output is fed back."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Scalar, State, Weight
from symrnn.ops import sigmoid, tanh


class SCRNOutput(Cell):
    """Structurally constrained network whose output is fed back.

    torchrecurrent and RecurrentLayers.jl compute this under the name of SCRN. It differs from the paper (``scrn``) in
    that the hidden layer recurs on the output, all lengths are equal, and there are biases; alpha is trained, as in
    torchrecurrent.

    Reference: as implemented in torchrecurrent and RecurrentLayers.jl, 2025; differs from T. Mikolov, A. Joulin, S.
        Chopra, M. Mathieu, M. Ranzato, Learning Longer Memory in Recurrent Neural Networks, arXiv:1412.7753, 2014.
    Evidence: numeric
    Year: 2025
    """

    x = Input()
    y, s = State(), State()
    B, A, P, R, V, b = Weight(x), Weight(x), Weight(s), Weight(y), Weight(), Bias()
    alpha = Scalar(domain="unit", init=0.95)

    s = (1 - alpha) * (B.s @ x + b.s) + alpha * s
    q = sigmoid(P.h @ s + A.h @ x + R.h @ y + b.h)
    y = tanh(V.y @ q + V.s @ s + b.y)
