"""Long short-term memory whose units open and close by clocks of their own."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, Scale, State, Vector, Weight
from symrnn.ops import sigmoid, tanh, where


class PhasedLSTM(Cell):
    """Long short-term memory whose units open and close by clocks of their own.

    Inside the open part of its period a unit updates, elsewhere it leaks by alpha, in TensorFlow at inference too. Code
    stores the logarithm of the period, and TensorFlow's peepholes are dense.

    Reference: D. Neil, M. Pfeiffer, S.-C. Liu, Phased LSTM, arXiv:1610.09513, 2016.
    Evidence: source-read
    Year: 2016
    """

    x, t = Input(), Input(1, domain="time")
    h, c = State(), State()
    W, U, b, p = Weight(x), Weight(h), Bias(), Scale()
    tau_k, s_k = Vector(h, domain="positive"), Vector(h, domain="positive")
    r_on = Vector(h, domain="unit")
    alpha = Constant(0.001)

    phi = (t - s_k) % tau_k / tau_k
    k = where(phi < r_on / 2, 2 * phi / r_on, where(phi < r_on, 2 - 2 * phi / r_on, alpha * phi))
    i = sigmoid(W.i @ x + U.i @ h + b.i + p.i * c)
    f = sigmoid(W.f @ x + U.f @ h + b.f + p.f * c)
    g = tanh(W.g @ x + U.g @ h + b.g)
    c_tilde = f * c + i * g
    o = sigmoid(W.o @ x + U.o @ h + b.o + p.o * c_tilde)
    c = k * c_tilde + (1 - k) * c
    h_tilde = o * tanh(c_tilde)
    h = k * h_tilde + (1 - k) * h
