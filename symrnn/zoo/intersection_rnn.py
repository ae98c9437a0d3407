"""Intersection network (+RNN): gated passages in time and in depth, side by side."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Output, State, Weight
from symrnn.ops import relu, sigmoid, tanh


class IntersectionRNN(Cell):
    """Intersection network (+RNN): gated passages in time and in depth, side by side.

    The output y mixes the input with a rectified candidate and is not carried; the state h is. Because y passes the
    input through, it has the length of the state; TensorFlow 1 can put a trained projection in front.

    Reference: J. Collins, J. Sohl-Dickstein, D. Sussillo, Capacity and Trainability in Recurrent Neural Networks,
        arXiv:1611.09913, ICLR 2017.
    Evidence: numeric
    Year: 2016
    """

    h = State()
    x = Input(h)
    y = Output()
    W, U, b = Weight(x), Weight(h), Bias()

    y_tilde = relu(W.y @ x + U.y @ h + b.y)
    h_tilde = tanh(W.h @ x + U.h @ h + b.h)
    g_y = sigmoid(W.gy @ x + U.gy @ h + b.gy)
    g_h = sigmoid(W.gh @ x + U.gh @ h + b.gh)
    y = g_y * x + (1 - g_y) * y_tilde
    h = g_h * h + (1 - g_h) * h_tilde
