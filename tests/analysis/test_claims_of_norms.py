"""Claims about norms of derivatives and about the largest entry of a vector."""

from __future__ import annotations

import pytest
from claim_notes import RNN

import symrnn

LOGISTIC = RNN.replace(r"\tanh", r"\sigma")
LEAKY = r"""$$\begin{aligned}
h_t &= 0.9 h_{t-1} + 0.1 \tanh(W x_t + U h_{t-1})
\end{aligned}$$"""
MEMORY = r"""$$\begin{aligned}
f_t &= \sigma(W_f x_t + U_f h_{t-1} + b_f)\\
c_t &= f_t\odot c_{t-1} + \tanh(W x_t)\\
h_t &= \tanh(c_t)
\end{aligned}$$"""
CONVEX = r"""$$\begin{aligned}
z_t &= \sigma(W x_t)\\
h_t &= (1-z_t)\odot h_{t-1} + z_t \odot \tanh(V x_t)
\end{aligned}$$"""
FED = r"""$$\begin{aligned}
z_t &= \sigma(W x_t + U h_{t-1})\\
h_t &= \tanh(z_t \odot h_{t-1})
\end{aligned}$$"""
J = r"\left\|\frac{\partial h_t}{\partial h_{t-1}}\right\|"


@pytest.mark.parametrize(
    ("cell", "claim", "verdict"),
    [
        (RNN, rf"{J} \le \|U\|", "holds"),
        (RNN, rf"\|U\| \ge {J}", "holds"),
        (RNN, r"\|\partial h_t / \partial h_{t-1}\| \le \|U\|", "holds"),
        (RNN, rf"{J}_2 \le 2 \|U^\top\|_2", "holds"),
        (RNN, rf"{J} \le \gamma \|U\|", "holds with gamma ≥ 1"),
        (LOGISTIC, rf"{J} \le \gamma \|U\|", "holds with gamma ≥ 1/4"),
        (LOGISTIC, rf"{J} \le \frac{{1}}{{4}} \|U\|", "holds"),
        (RNN, rf"{J} \le \frac{{1}}{{4}} \|U\|", "false"),
        (LOGISTIC, rf"{J} \le \frac{{1}}{{8}} \|U\|", "false"),
        (LOGISTIC, rf"{J} \le \gamma \gamma \|U\|", "undecided"),
        (RNN, rf"{J} \le \|W\|", "false"),
        (RNN, rf"{J} \le 1", "false"),
        # Equal where x makes the derivative of tanh 1.
        (RNN, rf"{J} < \|U\|", "undecided"),
        (RNN, rf"{J} \le \|U^\top\| \|\mathrm{{diag}}(1-h_t^2)\|", "holds"),
        (RNN, rf"{J} \le \|\mathrm{{diag}}(\tanh'(a_t))\| \|U\|", "holds"),
        (RNN, rf"{J} \le \|\mathrm{{diag}}(\tanh'(a_t))\| \|W\|", "false"),
        (LEAKY, rf"{J} \le 0.9 + 0.1 \|U\|", "holds"),
        (LEAKY, rf"{J} \le 0.1 \|U\|", "false"),
        (CONVEX, rf"{J} \le 1", "holds"),
        (FED, rf"{J} \le 1 + \|U\|", "holds with h starting within its range"),
        (MEMORY, r"\left\|\frac{\partial c_t}{\partial c_{t-1}}\right\| \le 1", "holds with h[t-1] held fixed"),
    ],
)
def test_a_bound_of_a_derivative(cell: str, claim: str, verdict: str) -> None:
    (found,) = symrnn.read(f"{cell}\n\n$$ {claim} $$\n").claims
    assert found.head == verdict


@pytest.mark.parametrize(
    ("cell", "claim", "verdict"),
    [
        (RNN, r"\|h_t\|_\infty \le 1", "holds"),
        (RNN, r"1 > \|h_t\|_\infty", "holds"),
        (RNN, r"\|h_t\|_\infty \le 1/2", "false"),
        (RNN, r"\|h_t\| \le 1", "false"),
        (MEMORY, r"\|c_t\|_\infty \le \|c_{t-1}\|_\infty + 1", "holds"),
        (MEMORY, r"\|c_t\|_\infty \le \|c_{t-1}\|_\infty", "false"),
        (CONVEX, r"\|h_t\|_\infty \le 1", "holds with a start within the bound, such as h[0] = 0"),
    ],
)
def test_the_largest_entry_of_a_vector(cell: str, claim: str, verdict: str) -> None:
    (found,) = symrnn.read(f"{cell}\n\n$$ {claim} $$\n").claims
    assert found.head == verdict


def test_a_counterexample_of_numbers_names_no_entry() -> None:
    (found,) = symrnn.read(f"{RNN}\n\n$$ {J} \\le 1 $$\n").claims
    assert str(found.evidence.counterexample).startswith("it is ")
