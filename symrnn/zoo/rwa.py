"""Recurrent weighted average over all steps so far, with softmax weights."""

from __future__ import annotations

from symrnn.cell import Cell, Input, State, Vector, Weight
from symrnn.ops import exp, maximum, tanh


class RWA(Cell):
    """Recurrent weighted average over all steps so far, with softmax weights.

    Numerator a and denominator b are carried apart, both scaled by exp(-m) with m the largest exponent so far, so that
    nothing overflows; later cells stabilise exponential gates in the same way. Here m starts at 0, which changes the
    scale of a and b but not their quotient.

    Reference: J. Ostmeyer, L. Cowell, Machine Learning on Sequential Data Using a Recurrent Weighted Average,
        arXiv:1703.01253, 2017.
    Evidence: recalled-from-paper
    Year: 2017
    """

    x = Input()
    h, a, b, m = State(), State(), State(), State()
    W, U = Weight(x), Weight(h)
    b_u, b_g = Vector(h, init=0.0), Vector(h, init=0.0)

    u = W.u @ x + b_u
    g = W.g @ x + U.g @ h + b_g
    s = W.a @ x + U.a @ h
    z = u * tanh(g)
    m = maximum(m, s)
    decay = exp(m.delay(1) - m)
    weight = exp(s - m)
    a = a * decay + z * weight
    b = b * decay + weight
    h = tanh(a / b)
