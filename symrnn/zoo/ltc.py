"""Liquid time-constant network with the fused solver."""

from __future__ import annotations

from symrnn.cell import Cell, Constant, Input, Matrix, State, Vector
from symrnn.ops import ones, sigmoid


def ltc(unfolds: int = 6) -> type[Cell]:
    """The cell with that many solver steps in a step."""

    class LTC(Cell):
        """Liquid time-constant network with the fused solver.

        Neurons are leaky membranes with conductance synapses, matrices indexed by source and then target. A step of
        length ts is divided into K semi-implicit steps; the affine maps of inputs and outputs and the masks of sparse
        wirings in ncps are left out.

        Reference: R. Hasani, M. Lechner, A. Amini, D. Rus, R. Grosu, Liquid Time-constant Networks, AAAI 2021,
            arXiv:2006.04439.
        Evidence: numeric
        Year: 2021
        """

        x, ts = Input(), Input(1, domain="positive")
        v = State()
        g_l, v_l, c_m = Vector(v, domain="positive"), Vector(v), Vector(v, domain="positive")
        w, sig = Matrix(v, v, domain="positive"), Matrix(v, v, domain="positive")
        w_s, sig_s = Matrix(x, v, domain="positive"), Matrix(x, v, domain="positive")
        mu, E, mu_s, E_s = Matrix(v, v), Matrix(v, v), Matrix(x, v), Matrix(x, v)
        K, epsilon = Constant(unfolds), Constant(1e-8)

        a = w_s * sigmoid(sig_s * (x @ ones().T - mu_s))
        N_s = (a * E_s).T @ ones()
        D_s = a.T @ ones()
        C_hat = c_m / (ts / K)
        v_bar = v
        for _ in range(K):
            b = w * sigmoid(sig * (v_bar @ ones().T - mu))
            v_bar = (C_hat * v_bar + g_l * v_l + (b * E).T @ ones() + N_s) / (
                C_hat + g_l + b.T @ ones() + D_s + epsilon
            )
        v = v_bar

    return LTC


LTC = ltc()
