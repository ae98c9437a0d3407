"""Long short-term memory with ordered neurons: two master gates that rise or fall along the units."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import cumsum, sigmoid, softmax, tanh


class ONLSTM(Cell):
    """Long short-term memory with ordered neurons: two master gates that rise or fall along the units.

    A cumulative softmax makes units of one end of the state forget before those of the other. The reference shares each
    entry of the master gates among a chunk of units; here a chunk is one unit.

    Reference: Y. Shen, S. Tan, A. Sordoni, A. Courville, Ordered Neurons: Integrating Tree Structures into Recurrent
        Neural Networks, arXiv:1810.09536, 2019.
    Evidence: numeric
    Year: 2019
    """

    x = Input()
    h, c = State(), State()
    W, U, b = Weight(x), Weight(h), Bias()

    f_tilde = cumsum(softmax(W.F @ x + U.F @ h + b.F))
    i_tilde = 1 - cumsum(softmax(W.I @ x + U.I @ h + b.I))
    i = sigmoid(W.i @ x + U.i @ h + b.i)
    f = sigmoid(W.f @ x + U.f @ h + b.f)
    g = tanh(W.g @ x + U.g @ h + b.g)
    o = sigmoid(W.o @ x + U.o @ h + b.o)
    omega = f_tilde * i_tilde
    f_hat = f * omega + f_tilde - omega
    i_hat = i * omega + i_tilde - omega
    c = f_hat * c + i_hat * g
    h = o * tanh(c)
