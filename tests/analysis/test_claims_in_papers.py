"""Claims in the notations of papers, right ones beside slightly wrong ones."""

from __future__ import annotations

import pytest
from claim_notes import RNN

import symrnn

GRU = r"""$$\begin{aligned}
z_t &= \sigma(W_z x_t + U_z h_{t-1} + b_z)\\
n_t &= \tanh(W_n x_t + U_n h_{t-1} + b_n)\\
h_t &= (1-z_t)\odot n_t + z_t\odot h_{t-1}
\end{aligned}$$"""


def head(cell: str, claim: str) -> str:
    (found,) = symrnn.read(f"{cell}\n\n$$ {claim} $$\n").claims
    return found.head


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        # The same sum, moved by a step.
        (r"dU = \sum_{t=1}^{T} \delta a_t h_{t-1}^\top", "holds"),
        (r"dU = \sum_{t=0}^{T-1} \delta a_{t+1} h_t^\top", "holds"),
        (r"dU = \sum_{k=0}^{T-1} \delta a_{k+1} h_k^\top", "holds"),
        (r"\frac{\partial E}{\partial U} = \sum_{t=0}^{T-1} \frac{\partial E}{\partial a_{t+1}} h_t^T", "holds"),
        (r"dU = \sum_{t=0}^{T-1} \delta a_t h_t^\top", "false"),
        # Without the first step: right where it adds nothing.
        (r"dU = \sum_{t=2}^{T} \delta a_t h_{t-1}^\top", "holds with h[0] = 0"),
        (r"dU = \sum_{t=1}^{T-1} \delta a_{t+1} h_t^\top", "holds with h[0] = 0"),
        (r"dU = \sum_{t=3}^{T} \delta a_t h_{t-1}^\top", "false"),
        (r"dW = \sum_{t=2}^{T} \delta a_t x_t^\top", "false"),
        (r"db = \sum_{t=1}^{\tau} \delta a_t", "holds"),
        (r"db = \sum_{t=2}^{T} \delta a_t", "false"),
        (r"db = \sum_{t=1}^{T-2} \delta a_t", "false"),
        (r"db = \sum_{t=0}^{T-1} \delta a_t", "holds"),
        (r"dW = \sum_{t=1}^{T-1} \delta a_t x_t^\top", "holds with steps counted from 1 to T-1"),
        # A delta on the right of a gradient of the loss.
        (r"\nabla_{x_t} L = W^\top \delta a_t", "holds"),
        (r"\nabla_{x_t} L = W \delta a_t", "false"),
        (r"dW = \sum_t x_t \delta a_t^\top", "false"),
        (r"dW = \sum_t (x_t \delta a_t^\top)^\top", "holds"),
        # Products of Jacobians over time.
        (r"\prod_{k=j+1}^t \frac{\partial h_k}{\partial h_{k-1}} = \prod_{k=j+1}^t \mathrm{diag}(1-h_k^2) U", "holds"),
        (r"\prod_{k=j+1}^t \frac{\partial h_k}{\partial h_{k-1}} = \prod_{k=j}^t \mathrm{diag}(1-h_k^2) U", "false"),
        (r"\frac{\partial h_t}{\partial h_k} = \prod_{t\ge i>k} \frac{\partial h_i}{\partial h_{i-1}}", "holds"),
        (r"\frac{\partial h_t}{\partial h_k} = \prod_{k < i \le t} \mathrm{diag}(1-h_i^2) U", "holds"),
        (r"\frac{\partial h_t}{\partial h_k} = \prod_{t > i > k} \mathrm{diag}(1-h_i^2) U", "false"),
        (r"\frac{\partial h_t}{\partial h_k} = \prod_{k \le i \le t} \mathrm{diag}(1-h_i^2) U", "false"),
        (r"\frac{\partial h_T}{\partial h_0} = \prod_{t=1}^T \mathrm{diag}(1-h_t^2) U", "holds"),
        (r"\frac{\partial h_T}{\partial h_t} = \prod_{k=t+1}^T \mathrm{diag}(1-h_k^2) U", "holds"),
        (r"\frac{\partial h_T}{\partial h_1} = \prod_{t=1}^T \mathrm{diag}(1-h_t^2) U", "false"),
        (r"\frac{d h_t}{\partial h_{t-1}} = \mathrm{diag}(1-h_t^2) U", "holds"),
        (r"\frac{d h_t}{\partial h_{t-1}} = U", "false"),
        # Identities.
        (r"\tanh(x) = 2\sigma(2x) - 1", "holds"),
        (r"\tanh(x) = 2\sigma(x) - 1", "false"),
        (r"\sigma(-x) = 1 - \sigma(x)", "holds"),
        (r"\sigma(-x) = -\sigma(x)", "false"),
        (r"h_t \equiv 2\sigma(2 a_t) - 1", "holds"),
        (r"h_t \equiv \sigma(a_t)", "false"),
    ],
)  # fmt: skip
def test_a_simple_network(claim: str, verdict: str) -> None:
    assert head(RNN, claim) == verdict


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"|h_t| \le 1", "holds with a start within the bound, such as h[0] = 0"),
        (r"|h_t| < 1", "holds with a start within the bound, such as h[0] = 0"),
        (r"h_t \le 1", "holds with a start within the bound, such as h[0] = 0"),
        (r"h_t > -1", "holds with a start within the bound, such as h[0] = 0"),
        (r"|h_t| \le 1/2", "false"),
        (r"h_t \ge 0", "false"),
        (r"|n_t| < 1", "holds"),
        (r"h_t \equiv n_t + z_t \odot (h_{t-1} - n_t)", "holds"),
        (r"h_t \equiv h_{t-1} + z_t \odot (n_t - h_{t-1})", "false"),
    ],
)
def test_a_gated_unit(claim: str, verdict: str) -> None:
    assert head(GRU, claim) == verdict


def test_a_repair_is_right_where_factors_stand_the_wrong_way_round() -> None:
    (claim,) = symrnn.read(RNN + "\n\n" + r"$$ dW = \sum_t x_t \delta a_t^\top $$").claims
    assert claim.evidence.hint == "the factors exchanged: delta(W) = sum(delta(a[t]) @ x[t].T, t)"
    (claim,) = symrnn.read(RNN + "\n\n" + r"$$ \delta h_{t-1} = U \delta a_t $$").claims
    assert claim.evidence.hint == "the transpose of U: delta(h[t-1]) = U.T @ delta(a[t])"
