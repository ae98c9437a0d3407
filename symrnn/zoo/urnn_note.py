"""Recurrent network with modReLU, the body of the unitary recurrent networks, in real numbers."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import modrelu


class URNN(Cell):
    """Recurrent network with modReLU, the body of the unitary recurrent networks, in real numbers.

    The papers work in complex numbers and differ in how they keep U_h unitary: by reflections, Fourier transforms and
    diagonal phases, or by products of rotations. Only the step that they share is written here, with a free U_h.

    Reference: M. Arjovsky, A. Shah, Y. Bengio, Unitary Evolution Recurrent Neural Networks, arXiv:1511.06464, 2016; L.
        Jing et al., Tunable Efficient Unitary Neural Networks (EUNN) and Their Application to RNNs, arXiv:1612.05231,
        2016.
    Evidence: recalled-from-paper
    Year: 2016
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    h = modrelu(U.h @ h + W.h @ x, b.h)
