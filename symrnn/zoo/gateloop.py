"""GateLoop: linear attention with a complex decay that the input controls."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Output, Size, State, Weight
from symrnn.ops import exp, ones, real, sigmoid


class GateLoop(Cell):
    """GateLoop: linear attention with a complex decay that the input controls.

    Each key channel decays by a sigmoid and turns by an angle, both linear in the input before that. Only the real
    part is read out; with all angles 0 it is gated linear attention.

    Reference: T. Katsch, GateLoop: Fully Data-Controlled Linear Recurrence for Sequence Modeling, arXiv:2311.01927,
        2023.
    Evidence: recalled-from-paper
    Year: 2023
    """

    n_k, n_v = Size(), Size()
    x = Input()
    S = State(n_k, n_v, complex=True)
    y = Output()
    W = Weight(x)

    q = W.q @ x
    k = W.k @ x
    u = W.v @ x
    a = sigmoid(W.r @ x) * exp(1j * (W.t @ x))
    S = a @ ones().T * S + k @ u.T
    y = real(S.T @ q)
