"""Gated recurrent unit for series with missing values, whose memory decays while nothing is observed."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, Matrix, State, Vector, Weight
from symrnn.ops import exp, maximum, sigmoid, tanh


class GRUD(Cell):
    """Gated recurrent unit for series with missing values, whose memory decays while nothing is observed.

    m says which inputs are observed and delta how long each has been missing. A missing one decays from its last value
    xl to its mean, which comes from the data and is not trained; one implementation decays inputs with a full matrix
    instead of the diagonal, and leaves out the bias of r.

    Reference: Z. Che, S. Purushotham, K. Cho, D. Sontag, Y. Liu, Recurrent Neural Networks for Multivariate Time Series
        with Missing Values, arXiv:1606.01865, 2016.
    Evidence: source-read
    Year: 2016
    """

    x = Input()
    m, delta = Input(x, domain="mask"), Input(x, domain="positive")
    h, xl = State(), State(x)
    W, V, U, b = Weight(x), Weight(m), Weight(h), Bias()
    w_gx, b_gx = Vector(x), Vector(x, init=0.0)
    W_gh, b_gh = Matrix(h, x), Vector(h, init=0.0)
    xmean = Vector(x, fixed=True)

    gamma_x = exp(-maximum(0, w_gx * delta + b_gx))
    gamma_h = exp(-maximum(0, W_gh @ delta + b_gh))
    x_hat = m * x + (1 - m) * (gamma_x * xl + (1 - gamma_x) * xmean)
    xl = m * x + (1 - m) * xl
    h_hat = gamma_h * h
    z = sigmoid(W.z @ x_hat + U.z @ h_hat + V.z @ m + b.z)
    r = sigmoid(W.r @ x_hat + U.r @ h_hat + V.r @ m + b.r)
    h_tilde = tanh(W.h @ x_hat + U.h @ (r * h_hat) + V.h @ m + b.h)
    h = (1 - z) * h_hat + z * h_tilde
