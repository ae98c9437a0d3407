"""Claims that one value is never larger than another: by corners of boxes, case by case in signs, or refuted."""

from __future__ import annotations

import pytest
from claim_notes import LSTM

import symrnn

CONVEX = r"""$$\begin{aligned}
z_t &= \sigma(W x_t)\\
g_t &= \tanh(V x_t)\\
h_t &= (1-z_t)\odot h_{t-1} + z_t \odot g_t
\end{aligned}$$"""
RAW = r"""$$\begin{aligned}
f_t &= W x_t\\
c_t &= f_t\odot c_{t-1} + g_t
\end{aligned}$$"""
FROM_START = "holds with h starting within [-1, 1], where it stays"


@pytest.mark.parametrize(
    ("cell", "claim", "verdict"),
    [
        (LSTM, r"|c_t| \le |c_{t-1}| + 1", "holds"),
        (LSTM, r"|c_t| < |c_{t-1}| + 1", "holds"),
        (LSTM, r"|c_{t-1}| + 1 \ge |c_t|", "holds"),
        (LSTM, r"|c_t| - 1 \le |c_{t-1}|", "holds"),
        (LSTM, r"c_t < |c_{t-1}| + 1", "holds"),
        (LSTM, r"|c_{t+1}| \le |c_{t-1}| + 2", "holds"),
        (LSTM, r"|c_t| \le f_t |c_{t-1}| + i_t", "holds"),
        (LSTM, r"|c_t - f_t c_{t-1}| < 1", "holds"),
        (LSTM, r"|c_t| \le |c_{t-1}| + 1/2", "false"),
        (LSTM, r"|c_t| \le |c_{t-1}|", "false"),
        (LSTM, r"|c_t| \ge |c_{t-1}|", "false"),
        (LSTM, r"|h_t| \le |\tanh(c_t)|", "holds"),
        (LSTM, r"h_t \le c_t", "false"),
        (LSTM, r"i_t f_t \le f_t", "holds"),
        (LSTM, r"i_t f_t < f_t", "holds"),
        (LSTM, r"f_t < f_t", "false"),
        (LSTM, r"f_t \le 1 - i_t", "false"),
        # True, and beyond what corners of boxes show: |tanh(c)| ≤ |c|.
        (LSTM, r"|h_t| \le |c_t|", "undecided"),
        (CONVEX, r"|h_t| \le \max(|h_{t-1}|, |g_t|)", "holds"),
        (CONVEX, r"|h_t| \le |h_{t-1}| + |g_t|", "holds"),
        (CONVEX, r"|h_t| \le \max(|h_{t-1}|, 1)", "holds"),
        (CONVEX, r"h_t \le h_{t-1}", "false"),
        (CONVEX, r"h_t \le h_{t-1} + 2", FROM_START),
        (CONVEX, r"|h_t - h_{t-1}| \le 2", FROM_START),
        (CONVEX, r"h_t \le h_{t-1} + 1", "false"),
        # Any state may be the first one, also one that no step leaves.
        (LSTM, r"|h_{t-1}| \le i_t + 1", "holds with h starting within [-1, 1], where it stays"),
        (RAW, r"|c_t| \le |c_{t-1}| + |g_t|", "false"),
        (RAW, r"|c_t| \le |f_t| |c_{t-1}| + |g_t|", "holds"),
    ],
)
def test_a_bound_of_one_value_by_another(cell: str, claim: str, verdict: str) -> None:
    (found,) = symrnn.read(f"{cell}\n\n$$ {claim} $$\n").claims
    assert found.head == verdict
    assert (found.evidence.counterexample is not None) == (verdict == "false")
