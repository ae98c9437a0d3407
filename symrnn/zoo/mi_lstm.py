"""Long short-term memory with multiplicative integration of input and state."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Scale, State, Weight
from symrnn.ops import sigmoid, tanh


class MILSTM(Cell):
    """Long short-term memory with multiplicative integration of input and state.

    Every gate adds the product of its two projections to both of them, each weighted unit by unit. With alpha at 0,
    beta and delta at 1 it is the ordinary cell.

    Reference: Y. Wu et al., On Multiplicative Integration with Recurrent Neural Networks, arXiv:1606.06630, 2016.
    Evidence: recalled-from-paper
    Year: 2016
    """

    x = Input()
    h, c = State(), State()
    W, U, b = Weight(x), Weight(h), Bias()
    alpha, beta, delta = Scale(init=1.0), Scale(init=0.5), Scale(init=0.5)

    i = sigmoid(alpha.i * (W.i @ x) * (U.i @ h) + beta.i * (U.i @ h) + delta.i * (W.i @ x) + b.i)
    f = sigmoid(alpha.f * (W.f @ x) * (U.f @ h) + beta.f * (U.f @ h) + delta.f * (W.f @ x) + b.f)
    g = tanh(alpha.g * (W.g @ x) * (U.g @ h) + beta.g * (U.g @ h) + delta.g * (W.g @ x) + b.g)
    c = f * c + i * g
    o = sigmoid(alpha.o * (W.o @ x) * (U.o @ h) + beta.o * (U.o @ h) + delta.o * (W.o @ x) + b.o)
    h = o * tanh(c)
