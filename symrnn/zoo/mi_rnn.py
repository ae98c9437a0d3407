"""Simple recurrent network with multiplicative integration of input and state."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Scale, State, Vector, Weight
from symrnn.ops import tanh


class MIRNN(Cell):
    """Simple recurrent network with multiplicative integration of input and state.

    The sum of the two projections is replaced by a second-order form with three trained vectors of coefficients. The
    same replacement works in any cell; RecurrentLayers.jl offers it as an option of nearly all of them.

    Reference: Y. Wu, S. Zhang, Y. Zhang, Y. Bengio, R. Salakhutdinov, On Multiplicative Integration with Recurrent
        Neural Networks, arXiv:1606.06630, 2016.
    Evidence: recalled-from-paper
    Year: 2016
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()
    alpha, beta1, beta2 = Scale(init=1.0), Vector(init=0.5), Vector(init=0.5)

    z = W.h @ x
    r = U.h @ h
    h = tanh(alpha.h * z * r + beta1 * r + beta2 * z + b.h)
