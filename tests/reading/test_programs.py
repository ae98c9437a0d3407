"""Equations as programs, comments and chat messages write them, in plain text."""

from __future__ import annotations

import pytest

from symrnn.reading import note

STEP = "h[t] = tanh(Wx @ x[t] + Wh @ h[t-1] + b)"


def texts(text: str) -> list[str]:
    reading = note.read(text + "\n")
    assert not [d.message for d in reading.diagnostics if d.severity == "error"]
    return [item.text for item in reading.equations]


@pytest.mark.parametrize(
    "text",
    [
        "h = tanh(Wx*x + Wh*h_prev + b)",
        "h = tanh(Wx @ x + Wh @ h + b)",
        "h_t = np.tanh(np.dot(Wx, x_t) + np.dot(Wh, h_{t-1}) + b)",
        "h[t] = np.tanh(np.dot(Wx, x[t]) + np.dot(Wh, h[t-1]) + b)",
        "h = torch.nn.functional.tanh(torch.matmul(self.Wx, x) + torch.matmul(self.Wh, h) + self.b)",
        "h<t> = tanh(Wx x<t> + Wh h<t-1> + b)",
        "h(t) = tanh(Wx x(t) + Wh h(t-1) + b)",
        "h_t = tanh(dot(Wx, x_t) + dot(Wh, h_tm1) + b)",
        "h_t = tanh(Wx x_t + Wh h_t-1 + b).",
    ],
)
def test_a_network_as_a_program(text: str) -> None:
    assert texts(text) == [STEP]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("c(t) = f(t) o c(t-1) + i(t) o g(t)", "c[t] = f[t] * c[t-1] + i[t] * g[t]"),
        ("c_t = f_t o c_{t-1} + i_t o g_t", "c[t] = f[t] * c[t-1] + i[t] * g[t]"),
        ("c_t = f_t . c_{t-1} + (1 - f_t) . tanh(W x_t)", "c[t] = f[t] * c[t-1] + (1 - f[t]) * tanh(W @ x[t])"),
        ("c_t = np.multiply(f_t, c_{t-1})", "c[t] = f[t] * c[t-1]"),
        ("S_t = S_{t-1} + np.outer(v_t, k_t)", "S[t] = S[t-1] + v[t] @ k[t].T"),
        ("z_t = hard_sigmoid(W x_t) * z_{t-1}", "z[t] = hard_sigmoid(W @ x[t]) * z[t-1]"),
        ("h_t = tanh(Wf @ np.concatenate([h_{t-1}, x_t], axis=0))", "h[t] = tanh(Wf @ concat(h[t-1], x[t]))"),
        ("h_t = tanh(W @ torch.cat((h_{t-1}, x_t), dim=1))", "h[t] = tanh(W @ concat(h[t-1], x[t]))"),
        ("h_t = tanh(Wx_t + Uh_{t-1})", "h[t] = tanh(W @ x[t] + U @ h[t-1])"),
        ("o_t = sigmoid(W x_t)", "o[t] = sigmoid(W @ x[t])"),
    ],
)
def test_signs_and_functions_of_programs(text: str, read: str) -> None:
    assert texts(text) == [read]


def test_a_bias_is_no_input() -> None:
    assert texts("a = W b\nh = tanh(a x + U h)") == ["a = W @ b", "h[t] = tanh(a * x[t] + U @ h[t-1])"]


def test_a_product_of_three_values() -> None:
    (found,) = note.read("h_t = np.dot(W, x_t, h_{t-1})\n").diagnostics
    assert (found.severity, found.message) == ("error", "dot takes two values, not 3")
