"""What stands beside an equation in its row: remarks, other equations, numbers, ranges of the time, where-clauses."""

from __future__ import annotations

import pytest

from symrnn.reading import note

GATE = "u[t] = sigmoid(W @ x[t])"
STATE = "h[t] = u[t] * h[t-1]"


def texts(text: str) -> list[str]:
    reading = note.read(text + "\n")
    assert not [d.message for d in reading.diagnostics if d.severity in ("error", "question")]
    return [item.text for item in sorted((*reading.equations, *reading.claims), key=lambda item: item.span.start)]


def rows(*lines: str) -> str:
    return "$$\\begin{aligned}" + r" \\ ".join(lines) + "\\end{aligned}$$"


U, H = r"u_t &= \sigma(W x_t)", r"h_t &= u_t \odot h_{t-1}"


@pytest.mark.parametrize(
    "remark",
    [r"& \textit{cell}", r"& \text{block input}", r"&& \text{(gate)}", r"& (\text{gate})", r"\qquad (2)",
     r". \qquad (2a)",
     r"\quad \text{gate}", r"\tag{3}", r"\qquad \text{for } t = 1, \dots, T", r", \quad t = 1, 2, \ldots, T",
     r", \quad t \in \{1, \dots, T\}", r", \quad 1 \le t \le T", r", \quad \forall t"],
)  # fmt: skip
def test_a_remark_is_no_factor(remark: str) -> None:
    assert texts(rows(U + remark, H)) == [GATE, STATE]


@pytest.mark.parametrize(
    "text",
    [
        rows(rf"{U} & {H}"),
        rows(rf"{U}, & {H}"),
        rows(rf"{U} && {H}"),
        rows(rf"{U} \qquad & {H}"),
        r"\begin{eqnarray} u_t &=& \sigma(W x_t) \\ h_t &=& u_t \odot h_{t-1} \end{eqnarray}",
        r"$$h_t = u_t \odot h_{t-1} \quad\text{where}\quad u_t = \sigma(W x_t)$$",
        r"$$h_t = u_t \odot h_{t-1}, \text{ with } u_t = \sigma(W x_t)$$",
        "for t = 1,...,T:\nu_t = sigma(W x_t)\nh_t = u_t ⊙ h_{t-1}",
        r"For $t = 1, 2, \ldots, T$ and $t \geq 1$ let $u_t = \sigma(W x_t)$ and $h_t = u_t \odot h_{t-1}$.",
    ],
)
def test_two_equations(text: str) -> None:
    assert sorted(texts(text)) == [STATE, GATE]


def test_a_row_that_goes_on_is_one_equation() -> None:
    text = rows(r"h_t &= \tanh(W x_t) & \\ & \quad + u \odot h_{t-1} &")
    assert texts(text)[0] == "h[t] = tanh(W @ x[t]) + u * h[t-1]"


@pytest.mark.parametrize(
    ("text", "message"),
    [("h_t = W x[t-1) + b", "'[' is closed by ')'"), ("h_t = tanh[W x_t + b)", "'[' is closed by ')'"),
     ("h_t = W (x_t]", "'(' is closed by ']'")],
)  # fmt: skip
def test_a_bracket_that_another_one_closes(text: str, message: str) -> None:
    (found,) = [d for d in note.read(text + "\n").diagnostics if d.severity == "error"]
    assert (found.code, found.message) == ("PARSE-ERROR", message)
