"""Cells as notes write them, for tests of the claims beside them."""

from __future__ import annotations

RNN = r"""$$\begin{aligned}
a_t &= W x_t + U h_{t-1} + b\\
h_t &= \tanh(a_t)
\end{aligned}$$"""
LSTM = r"""$$\begin{aligned}
i_t &= \sigma(W_i x_t + U_i h_{t-1} + b_i)\\
f_t &= \sigma(W_f x_t + U_f h_{t-1} + b_f)\\
o_t &= \sigma(W_o x_t + U_o h_{t-1} + b_o)\\
g_t &= \tanh(W_g x_t + U_g h_{t-1} + b_g)\\
c_t &= f_t\odot c_{t-1} + i_t\odot g_t\\
h_t &= o_t\odot \tanh(c_t)
\end{aligned}$$"""
