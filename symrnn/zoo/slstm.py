"""The scalar memory of xLSTM: exponential gates, a normaliser and a stabiliser."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import exp, logsigmoid, maximum, sigmoid, tanh


class SLSTM(Cell):
    """The scalar memory of xLSTM: exponential gates, a normaliser and a stabiliser.

    The output does not depend on m, which only keeps the exponentials small. Here the recurrent weights are dense, in
    the authors' code one block per head; FlashRNN keeps the normaliser at 1 or above, and both treat the first step
    apart.

    Reference: M. Beck et al., xLSTM: Extended Long Short-Term Memory, arXiv:2405.04517, 2024.
    Evidence: numeric
    Year: 2024
    """

    x = Input()
    h, c, q, m = State(), State(), State(), State()
    W, U, b = Weight(x), Weight(h), Bias()

    i_tilde = W.i @ x + U.i @ h + b.i
    f_tilde = logsigmoid(W.f @ x + U.f @ h + b.f) + m
    z = tanh(W.z @ x + U.z @ h + b.z)
    o = sigmoid(W.o @ x + U.o @ h + b.o)
    m = maximum(f_tilde, i_tilde)
    i = exp(i_tilde - m)
    f = exp(f_tilde - m)
    c = f * c + i * z
    q = f * q + i
    h = o * (c / q)
