"""Long short-term memory whose output is projected to fewer numbers before it recurs."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Matrix, Size, State, Weight
from symrnn.ops import sigmoid, tanh


class LSTMP(Cell):
    """Long short-term memory whose output is projected to fewer numbers before it recurs.

    The recurrent weights have n_p columns instead of n_h, which is the point of the projection. The paper has a second
    projection beside it that does not recur; some libraries can clip the cell state and the projection. Neither is
    here.

    Reference: H. Sak, A. Senior, F. Beaufays, Long Short-Term Memory Based Recurrent Neural Network Architectures for
        Large Vocabulary Speech Recognition, arXiv:1402.1128, 2014.
    Evidence: numeric
    Year: 2014
    """

    n_p = Size()
    x = Input()
    r, c = State(n_p), State()
    W, U, b, P_r = Weight(x), Weight(r), Bias(), Matrix(r, c)

    i = sigmoid(W.i @ x + U.i @ r + b.i)
    f = sigmoid(W.f @ x + U.f @ r + b.f)
    g = tanh(W.g @ x + U.g @ r + b.g)
    c = f * c + i * g
    o = sigmoid(W.o @ x + U.o @ r + b.o)
    h = o * tanh(c)
    r = P_r @ h
