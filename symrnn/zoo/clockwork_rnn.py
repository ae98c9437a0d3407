"""Clockwork network: a simple recurrent network in modules that tick at different periods."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Matrix, State, Vector, Weight
from symrnn.ops import equal, tanh


class ClockworkRNN(Cell):
    """Clockwork network: a simple recurrent network in modules that tick at different periods.

    A unit changes only at steps t that its period T_h divides and is copied otherwise. The mask M_h lets a module read
    those of its own or a longer period; neither is trained, and as they start here the cell is a simple recurrent
    network.

    Reference: J. Koutnik, K. Greff, F. Gomez, J. Schmidhuber, A Clockwork RNN, arXiv:1402.3511, ICML 2014.
    Evidence: recalled-from-paper
    Year: 2014
    """

    x, t = Input(), Input(1, domain="time")
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()
    M_h = Matrix(h, h, domain="mask", fixed=True, init=1.0)
    T_h = Vector(h, domain="time", fixed=True, init=1.0)

    R = M_h * U.h
    g = equal(t % T_h, 0)
    h_tilde = tanh(W.h @ x + R @ h + b.h)
    h = g * h_tilde + (1 - g) * h
