"""Recurrent delta network: a fast weight programmer whose projections see its last output."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Size, State, Weight
from symrnn.ops import sigmoid, softmax, tanh


class RecurrentDeltaNet(Cell):
    """Recurrent delta network: a fast weight programmer whose projections see its last output.

    Query, key and value read the previous output through tanh, which makes the recurrence nonlinear and ends parallel
    scans; the step size beta reads the input only. The same paper calls another variant Delta RNN, in which the fast
    network is recurrent itself.

    Reference: K. Irie, I. Schlag, R. Csordás, J. Schmidhuber, Going Beyond Linear Transformers with Recurrent Fast
        Weight Programmers, NeurIPS 2021, arXiv:2106.06295.
    Evidence: recalled-from-paper
    Year: 2021
    """

    n_k, n_v = Size(), Size()
    x = Input()
    h, S = State(n_v), State(n_k, n_v)
    W, R, w = Weight(x), Weight(h), Weight(x, to=1)

    q = softmax(W.q @ x + R.q @ tanh(h))
    k = softmax(W.k @ x + R.k @ tanh(h))
    v = W.v @ x + R.v @ tanh(h)
    beta = sigmoid(w.b @ x)
    S = S + beta * k @ (v - S.T @ k).T
    h = S.T @ q
