"""Claims over a symbolic number of steps, sums on the left, bare error signals, layouts of gradients."""

from __future__ import annotations

import pytest
from claim_notes import LSTM, RNN

import symrnn
from symrnn.analysis.claim_verdicts import Judged

READOUT = RNN.replace(r"\tanh(a_t)", r"\tanh(a_t)\\ y_t &= V h_t + c")
SCALAR_GATE = r"""$$\begin{aligned}
s_t &= \sigma(w^\top x_t + u^\top h_{t-1} + b)\\
h_t &= s_t h_{t-1} + (1-s_t) \tanh(W x_t)
\end{aligned}$$"""
UNREAD = "holds with a loss that does not read step t itself"


def judged(cell: str, *claims: str) -> list[Judged]:
    text = cell + "".join(f"\n\n$$ {claim} $$" for claim in claims)
    return list(symrnn.read(text).claims)


def heads(cell: str, *claims: str) -> list[str]:
    return [claim.head for claim in judged(cell, *claims)]


@pytest.mark.parametrize(
    ("cell", "claim", "verdict"),
    [
        (LSTM, r"\frac{\partial c_t}{\partial c_{t-k}} = \prod_{j=0}^{k-1} f_{t-j}", "holds with h[t-1] held fixed"),
        (LSTM, r"\frac{\partial c_t}{\partial c_{t-k}} = \prod_{j=0}^{k} f_{t-j}", "false"),
        (LSTM, r"\frac{\partial c_t}{\partial c_{t-k}} = \prod_{i=t-k+1}^{t} f_i", "holds with h[t-1] held fixed"),
        (LSTM, r"\frac{\partial c_t}{\partial c_{t-k}} = \prod_{i=t-k}^{t} f_i", "false"),
        (LSTM, r"\frac{\partial c_t}{\partial c_{t-k}} = \prod_{i=1}^{k} f_{t-k+i}", "holds with h[t-1] held fixed"),
        (LSTM, r"\frac{\partial c_{t+k}}{\partial c_t} = \prod_{i=1}^{k} f_{t+i}", "holds with h[t-1] held fixed"),
        (LSTM, r"\frac{\partial c_{t+k}}{\partial c_t} = \prod_{i=1}^{k} i_{t+i}", "false"),
        (RNN, r"\frac{\partial h_t}{\partial h_{t-k}} = \prod_{j=0}^{k-1} \mathrm{diag}(1-h_{t-j}^2) U", "holds"),
        (RNN, r"\frac{\partial h_t}{\partial h_{t-k}} = \prod_{j=1}^{k} \mathrm{diag}(1-h_{t-j}^2) U", "false"),
        (RNN, r"\frac{\partial h_t}{\partial h_{t-k}} = \prod_{j=0}^{k-1} \frac{\partial h_{t-j}}{\partial h_{t-j-1}}",
         "holds"),
        (RNN, r"\frac{\partial h_t}{\partial h_k} = \prod_{j=k}^{t-1} \mathrm{diag}(1-h_{j+1}^2) U", "holds"),
        # One factor for all steps is not the product over them.
        (LSTM, r"\frac{\partial c_t}{\partial c_k} = \prod_{j=k+1}^{t} f_t", "undecided"),
    ],
)  # fmt: skip
def test_a_symbolic_number_of_steps(cell: str, claim: str, verdict: str) -> None:
    assert heads(cell, claim) == [verdict]


@pytest.mark.parametrize(
    ("cell", "claim", "verdict"),
    [
        (LSTM, r"\sum_t \delta f_t = db_f", "holds"),
        (RNN, r"\sum_t \delta a_t = db", "holds"),
        (RNN, r"\sum_t \delta a_t x_t^\top = dW", "holds"),
        (RNN, r"\sum_{t=1}^T \delta a_t h_{t-1}^\top = \frac{\partial L}{\partial U}", "holds"),
        (RNN, r"\sum_{t=2}^T \delta a_t = db", "false"),
        (RNN, r"\sum_t \delta h_t = db", "false"),
        (RNN, r"\sum_t \frac{\partial L}{\partial a_t} = \frac{\partial L}{\partial b}", "holds"),
        (RNN, r"U^\top \frac{\partial L}{\partial a_t} = \frac{\partial L}{\partial h_{t-1}}",
         "holds with only the part of it that step t hands back"),
    ],
)  # fmt: skip
def test_a_gradient_on_the_right(cell: str, claim: str, verdict: str) -> None:
    assert heads(cell, claim) == [verdict]


@pytest.mark.parametrize(
    ("cell", "named", "line", "verdict"),
    [
        (RNN, "a_t", r"\delta_t = (U^\top \delta_{t+1}) \odot \tanh'(a_t)", UNREAD),
        (RNN, "a_t", r"\delta_t = (U \delta_{t+1}) \odot \tanh'(a_t)", "false"),
        (RNN, "h_t", r"\delta_t = U^\top (\delta_{t+1} \odot (1-h_{t+1}^2))", UNREAD),
        (RNN, "h_t", r"\delta_t = (U^\top \delta_{t+1}) \odot (1-h_t^2)", "false"),
        (READOUT, "a_t",
         r"\delta_t = (U^\top \delta_{t+1} + V^\top \frac{\partial L}{\partial y_t}) \odot (1-h_t^2)", "holds"),
        (READOUT, "a_t",
         r"\delta_t = (U^\top \delta_{t+1} + V \frac{\partial L}{\partial y_t}) \odot (1-h_t^2)", "false"),
        (READOUT, "a_t", r"\delta_t = (U^\top \delta_{t+1}) \odot (1-h_t^2)", UNREAD),
        (READOUT, "a_t", r"\frac{\partial L}{\partial U} = \sum_t \delta_t h_{t-1}^\top", "holds"),
        (READOUT, "a_t", r"\frac{\partial L}{\partial U} = \sum_t \delta_t h_t^\top", "false"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("sign", ["=", r"\equiv"])
def test_a_bare_error_signal_is_what_the_text_names(cell: str, named: str, line: str, verdict: str, sign: str) -> None:
    naming = rf"\delta_t {sign} \frac{{\partial L}}{{\partial {named}}}"
    first, second = judged(cell, naming, line)
    assert first.head == "holds"
    assert first.evidence.convention == f"δ stands for δ{named[0]}"
    assert second.head == verdict


def test_a_bare_error_signal_without_a_name_is_what_its_line_makes_it() -> None:
    (claim,) = judged(RNN, r"\delta_t = (U^\top \delta_{t+1}) \odot (1-h_t^2)")
    assert (claim.head, claim.evidence.convention) == (UNREAD, "δ stands for δa")


NUMERATORS = "gradients are rows, and those of matrices are transposed (numerator layout)"


@pytest.mark.parametrize(
    ("claim", "verdict", "said"),
    [
        (r"\frac{\partial L}{\partial W} = \sum_t \frac{\partial L}{\partial a_t} x_t^\top", "holds", ""),
        (r"\frac{\partial L}{\partial W} = \sum_t x_t \frac{\partial L}{\partial a_t}", "holds", NUMERATORS),
        (r"\frac{\partial L}{\partial U} = \sum_t h_{t-1} \frac{\partial L}{\partial a_t}", "holds", NUMERATORS),
        (r"\frac{\partial L}{\partial U} = \sum_t h_t \frac{\partial L}{\partial a_t}", "false", None),
        (r"\frac{\partial L}{\partial U} = \sum_t x_t \frac{\partial L}{\partial a_t}", "false", None),
        (r"\frac{\partial L}{\partial W} = \sum_t \left(\frac{\partial a_t}{\partial W}\right)^\top "
         r"\frac{\partial L}{\partial a_t}", "holds", "the derivative by a parameter is taken within its step"),
        (r"\frac{\partial L}{\partial W} = \sum_t \frac{\partial L}{\partial h_t} \frac{\partial h_t}{\partial a_t} "
         r"\frac{\partial a_t}{\partial W}", "holds",
         "vectors are rows; the derivative by a parameter is taken within its step"),
    ],
)  # fmt: skip
def test_the_gradient_of_a_matrix_in_both_layouts(claim: str, verdict: str, said: str | None) -> None:
    (found,) = judged(RNN, claim)
    assert found.head == verdict
    assert said is None or found.evidence.convention == said


@pytest.mark.parametrize(
    ("claim", "verdict", "turned"),
    [
        (r"\frac{\partial s_t}{\partial h_{t-1}} = s_t (1-s_t) u^\top", "holds", False),
        (r"\frac{\partial s_t}{\partial h_{t-1}} = s_t (1-s_t) u", "holds", True),
        (r"\frac{\partial s_t}{\partial w} = s_t (1-s_t) x_t", "holds", True),
        (r"\frac{\partial s_t}{\partial b} = s_t (1-s_t)", "holds", False),
        (r"\frac{\partial s_t}{\partial h_{t-1}} = s_t u", "false", False),
        (r"\frac{\partial s_t}{\partial h_{t-1}} = s_t (1-s_t) w", "undecided", False),
    ],
)
def test_the_derivative_of_a_number_by_a_vector(claim: str, verdict: str, turned: bool) -> None:
    (found,) = judged(SCALAR_GATE, claim)
    assert found.head == verdict
    assert found.evidence.convention.startswith("Jacobians are transposed") == turned


def test_what_is_added_to_an_inner_product_is_a_number() -> None:
    (cell,) = symrnn.read(SCALAR_GATE).cells
    assert {d.name: d.shape for d in cell.record.params}["b"] == ()
