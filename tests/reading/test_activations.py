"""Activations that a text names by a letter: defined by a formula, by a subscript, or left to be asked about."""

from __future__ import annotations

import pytest

from symrnn.reading import note

STEP = r"h_t = \sigma(W x_t + U h_{t-1})"


def equations(text: str) -> list[str]:
    reading = note.read(text + "\n")
    return [item.text for item in reading.equations if item.kind == "definition"]


@pytest.mark.parametrize(
    ("formula", "function"),
    [
        (r"\sigma(x) = \max(0, x)", "relu"),
        (r"\sigma(z) = \frac{1}{1 + e^{-z}}", "sigmoid"),
        (r"\sigma(x) = (1 + \exp(-x))^{-1}", "sigmoid"),
        (r"\sigma(x) = \frac{e^x - e^{-x}}{e^x + e^{-x}}", "tanh"),
        (r"\sigma(x) = \log(1 + e^x)", "softplus"),
        (r"\sigma(x) = \begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}", "relu"),
        (r"\sigma(a) = \tanh(a)", "tanh"),
    ],
)
def test_sigma_is_what_the_text_says(formula: str, function: str) -> None:
    found = equations(f"$${STEP}$$\nwhere ${formula}$.")
    assert found == [f"h[t] = {function}(W @ x[t] + U @ h[t-1])"]


def test_a_formula_that_is_no_known_function_is_put_in() -> None:
    found = equations(f"$${STEP}$$\nwhere $\\sigma(x) = x / (1 + |x|)$.")
    assert found == ["h[t] = (W @ x[t] + U @ h[t-1]) / (1 + abs(W @ x[t] + U @ h[t-1]))"]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (r"$h_t = \sigma_{\tanh}(W x_t + h_{t-1})$", "h[t] = tanh(W @ x[t] + h[t-1])"),
        (r"$h_t = \sigma_{\mathrm{ReLU}}(W x_t + h_{t-1})$", "h[t] = relu(W @ x[t] + h[t-1])"),
        (r"$h_t = \sigma_{\mathrm{modReLU}}(W x_t + h_{t-1}, b)$", "h[t] = modrelu(W @ x[t] + h[t-1], b)"),
        (r"$h_t = \sigma_h(W x_t + h_{t-1})$, $\sigma_h(x) = \tanh(x)$", "h[t] = tanh(W @ x[t] + h[t-1])"),
        (r"$h_t = \sigma_g(W x_t + h_{t-1})$, $\sigma_h(x) = \tanh(x)$", "h[t] = sigmoid(W @ x[t] + h[t-1])"),
        (r"$h_t = g(W x_t + h_{t-1})$, $g(x) = h(x) = \tanh(x)$", "h[t] = tanh(W @ x[t] + h[t-1])"),
        (r"$h_t = \hat\sigma(W x_t + h_{t-1})$, $\hat\sigma(u) = \tanh(u/2)$", "h[t] = tanh((W @ x[t] + h[t-1]) / 2)"),
    ],
)
def test_the_name_of_an_activation(text: str, read: str) -> None:
    assert equations(text) == [read]


def test_an_activation_with_an_accent_is_asked_about() -> None:
    (found,) = note.read(r"$h_t = \hat\sigma(W x_t + h_{t-1})$" + "\n").diagnostics
    assert found.code == "UNKNOWN-FUNCTION" and found.message.startswith("sigma_hat is no function that is known")
    (cell,) = note.read(r"$h_t = \hat\sigma(W x_t + h_{t-1})$" + "\n", functions={"sigma_hat": "sigmoid"}).cells
    assert "sigmoid" in str(cell)


@pytest.mark.parametrize("formula", [r"\tanh(x) = 2\sigma(2x) - 1", r"\mathrm{ReLU}(x) = \max(0, x)"])
def test_a_formula_for_a_known_function_is_a_claim(formula: str) -> None:
    (claim,) = note.read(f"$${formula}$$\n").claims
    assert claim.kind == "equivalence"
