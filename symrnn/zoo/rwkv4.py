"""Time mixing of RWKV-4: a decaying softmax average with a bonus for the current token."""

from __future__ import annotations

from symrnn.cell import Cell, Input, Output, Scale, Size, State, Weight
from symrnn.ops import exp, maximum, sigmoid


class RWKV4(Cell):
    """Time mixing of RWKV-4: a decaying softmax average with a bonus for the current token.

    Numerator a and denominator b are linear recurrences; m carries the largest exponent so far, which changes their
    scale and not the output. State u remembers the input for the token shift, and only what is read now gets the
    bonus w_u.

    Reference: B. Peng et al., RWKV: Reinventing RNNs for the Transformer Era, arXiv:2305.13048, 2023.
    Evidence: numeric
    Year: 2023
    """

    n_h = Size()
    x = Input(n_h)
    a, b, m, u = State(), State(), State(start=-1e38), State()
    y = Output()
    W, w, mu = Weight(x), Scale(), Scale(domain="unit")

    r = W.r @ (mu.r * x + (1 - mu.r) * u)
    k = W.k @ (mu.k * x + (1 - mu.k) * u)
    v = W.v @ (mu.v * x + (1 - mu.v) * u)
    p = maximum(m, w.u + k)
    wkv = (exp(m - p) * a + exp(w.u + k - p) * v) / (exp(m - p) * b + exp(w.u + k - p))
    m = maximum(m - exp(w.d), k)
    a = exp(m.delay(1) - exp(w.d) - m) * a + exp(k - m) * v
    b = exp(m.delay(1) - exp(w.d) - m) * b + exp(k - m)
    u = x
    y = W.o @ (sigmoid(r) * wkv)
