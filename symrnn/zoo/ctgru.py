"""Continuous-time gated recurrent unit: each unit holds its memory at several time scales."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Output, Size, State, Vector, Weight
from symrnn.ops import exp, log, ones, softmax, tanh


class CTGRU(Cell):
    """Continuous-time gated recurrent unit: each unit holds its memory at several time scales.

    A gate names the logarithm of a time constant, and a softmax spreads it over the fixed scales tau, which the paper
    spaces evenly in the logarithm. A TensorFlow version by the authors of LTC differs: it has outputs for each scale
    and decays by exp(-1 / log(tau)), where the logarithm is 0 for the first scale.

    Reference: M. C. Mozer, D. Kazakov, R. V. Lindsey, Discrete Event, Continuous Time RNNs, arXiv:1710.04110, 2017.
    Evidence: source-read
    Year: 2017
    """

    n_h, n_M = Size(), Size()
    x, ts = Input(), Input(1, domain="positive")
    H = State(n_h, n_M)
    h = Output()
    W, U, b = Weight(x), Weight(n_h), Bias()
    tau = Vector(n_M, domain="positive", fixed=True)

    h_bar = H @ ones()
    ln_tau_R = W.r @ x + U.r @ h_bar + b.r
    ln_tau_S = W.s @ x + U.s @ h_bar + b.s
    R = softmax(-((ln_tau_R @ ones().T - ones() @ log(tau).T) ** 2), axis=1)
    S = softmax(-((ln_tau_S @ ones().T - ones() @ log(tau).T) ** 2), axis=1)
    q = tanh(W.q @ x + U.q @ ((R * H) @ ones()) + b.q)
    H = ((1 - S) * H + S * (q @ ones().T)) * (ones() @ exp(-ts / tau).T)
    h = H @ ones()
