"""Recurrent network with fast weights: an inner loop attends to recent hidden states."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, State, Vector, Weight
from symrnn.ops import layer_norm, relu


def fast_weights(inner_steps: int = 2) -> type[Cell]:
    """The cell with that many applications of the fast weights in a step."""

    class FastWeights(Cell):
        """Recurrent network with fast weights: an inner loop attends to recent hidden states.

        A is a decaying sum of outer products of hidden states, applied R times within a step, each time with layer
        norm and on top of the same outer input z. Here A takes the previous hidden state in before the loop; some
        implementations add the new one after it, which differs only in the A that is carried.

        Reference: J. Ba, G. Hinton, V. Mnih, J. Z. Leibo, C. Ionescu, Using Fast Weights to Attend to the Recent
            Past, arXiv:1610.06258, 2016.
        Evidence: recalled-from-paper
        Year: 2016
        """

        x = Input()
        h = State()
        A = State(h, h)
        W, U, b = Weight(x), Weight(h), Bias()
        gamma_n, beta_n = Vector(h, init=1.0), Vector(h, init=0.0)
        lam, eta, R = Constant(0.95), Constant(0.5), Constant(inner_steps)

        A = lam * A + eta * h @ h.T
        z = W.h @ x + U.h @ h + b.h
        s = relu(z)
        for _ in range(R):
            s = relu(layer_norm(z + A @ s, gamma_n, beta_n))
        h = s

    return FastWeights


FastWeights = fast_weights()
