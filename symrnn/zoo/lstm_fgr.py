"""Long short-term memory with peepholes whose gates also see all gates of the step before."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Scale, State, Weight
from symrnn.ops import sigmoid, tanh


class LSTMFGR(Cell):
    """Long short-term memory with peepholes whose gates also see all gates of the step before.

    The variant FGR brings back recurrence among the gates from the paper of 1997, and with it nine more square
    matrices. The three gates become states, so that five vectors are carried; the block R_if leads from the old i to f.

    Reference: K. Greff, R. K. Srivastava, J. Koutník, B. R. Steunebrink, J. Schmidhuber, LSTM: A Search Space Odyssey,
        arXiv:1503.04069, 2015.
    Evidence: recalled-from-paper
    Year: 2015
    """

    x = Input()
    h, c = State(), State()
    i, f, o = State(), State(), State()
    W, U, R, b, p = Weight(x), Weight(h), Weight(h), Bias(), Scale()

    a_ii, a_if, a_io = R.ii @ i, R["if"] @ i, R.io @ i
    a_fi, a_ff, a_fo = R.fi @ f, R.ff @ f, R.fo @ f
    a_oi, a_of, a_oo = R.oi @ o, R.of @ o, R.oo @ o
    i = sigmoid(W.i @ x + U.i @ h + b.i + p.i * c + a_ii + a_fi + a_oi)
    f = sigmoid(W.f @ x + U.f @ h + b.f + p.f * c + a_if + a_ff + a_of)
    g = tanh(W.g @ x + U.g @ h + b.g)
    c = f * c + i * g
    o = sigmoid(W.o @ x + U.o @ h + b.o + p.o * c + a_io + a_fo + a_oo)
    h = o * tanh(c)
