"""Gated recurrent unit whose gates read a product of input and state in place of the state."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class MultiplicativeGRU(Cell):
    """Gated recurrent unit whose gates read a product of input and state in place of the state.

    The reset gate scales the product as well; the state itself is seen by that product and by the last blend only. Here
    z keeps the old state.

    Reference: D. Maupomé, M.-J. Meurs, Multiplicative Models for Recurrent Language Modeling, 2019; RecurrentLayers.jl,
        Multiplicative.
    Evidence: recalled-from-paper
    Year: 2017
    """

    x = Input()
    h = State()
    W, U, V, b = Weight(x), Weight(h), Weight(h), Bias()

    m = W.m @ x * (U.m @ h)
    z = sigmoid(W.z @ x + V.z @ m + b.z)
    r = sigmoid(W.r @ x + V.r @ m + b.r)
    h_tilde = tanh(W.h @ x + V.h @ (r * m) + b.h)
    h = z * h + (1 - z) * h_tilde
