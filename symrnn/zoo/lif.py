"""Leaky integrate-and-fire neurons with recurrent spikes."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, State, Weight
from symrnn.ops import heaviside_st


class LIF(Cell):
    """Leaky integrate-and-fire neurons with recurrent spikes.

    The spike of the step before lowers the potential by the threshold; other forms reset it to zero instead. The step
    function has no useful derivative, so one is declared: here that of the identity, where the paper discusses smoother
    surrogates.

    Reference: E. Neftci, H. Mostafa, F. Zenke, Surrogate Gradient Learning in Spiking Neural Networks,
        arXiv:1901.09948, 2019; snnTorch RLeaky.
    Evidence: recalled-from-paper
    Year: 2019
    """

    x = Input()
    s, v = State(), State()
    W, U, b = Weight(x), Weight(s), Bias()
    beta = Constant(0.9)
    v_th = Constant(1.0)

    v = beta * v + W.h @ x + U.h @ s + b.h - s * v_th
    s = heaviside_st(v - v_th)
