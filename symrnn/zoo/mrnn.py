"""Multiplicative recurrent network: the input chooses the recurrent matrix."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Size, State, Weight
from symrnn.ops import tanh


class MultiplicativeRNN(Cell):
    """Multiplicative recurrent network: the input chooses the recurrent matrix.

    A recurrent matrix for each input would be a tensor; it is factored through n_k products of the projected input and
    the projected state, so that V_f diag(W_f x) U_f takes its place.

    Reference: I. Sutskever, J. Martens, G. Hinton, Generating Text with Recurrent Neural Networks, ICML 2011.
    Evidence: recalled-from-paper
    Year: 2011
    """

    n_k = Size()
    x = Input()
    h = State()
    W, U, V, b = Weight(x), Weight(h), Weight(n_k), Bias()

    f = (W.f @ x) * (U.f @ h)
    h = tanh(W.h @ x + V.f @ f + b.h)
