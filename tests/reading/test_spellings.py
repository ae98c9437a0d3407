"""One meaning, many spellings: plain text, Unicode, indices of every style, and what is read in each."""

from __future__ import annotations

import pytest

from symrnn import zoo
from symrnn.reading import note

RNN = "h[t] = tanh(W @ x[t] + U @ h[t-1] + b)"


def texts(text: str, **options: object) -> list[str]:
    reading = note.read(text + "\n", **options)  # type: ignore[arg-type]
    return [item.text for item in sorted((*reading.equations, *reading.claims), key=lambda item: item.span.start)]


def codes(text: str) -> set[str]:
    return {d.code for d in note.read(text + "\n").diagnostics}


@pytest.mark.parametrize(
    "text",
    [
        "h_t = tanh(W x_t + U h_{t-1} + b)",
        "h_t = tanh(W x_t + U h_t-1 + b)",
        "hₜ = tanh(W xₜ + U hₜ₋₁ + b)",
        "h[t] = tanh(W @ x[t] + U @ h[t-1] + b)",
        "h(t) = tanh(W*x(t) + U*h(t-1) + b)",
        "h = tanh(W x + U h + b)",
        "h_{t+1} = tanh(W x_{t+1} + U h_t + b)",
        r"h_t = \tanh(Wx_t + Uh_{t-1} + b)",
        r"\mathbf{h}_{t} = \tanh\left(\mathbf{W}\mathbf{x}_t + \mathbf{U}\,\mathbf{h}_{t-1} + \mathbf{b}\right)",
        r"h^{(t)} = \operatorname{tanh}\bigl[W x^{(t)} + U h^{(t-1)} + b\bigr]",
        r"h^{\langle t\rangle} = \mathrm{tanh}(W x^{\langle t\rangle} + U h^{\langle t-1\rangle} + b)",
        r"h^{<t>} = \tanh(W \cdot x^{<t>} + U \times h^{<t-1>} + b)",
        r"h^t = \tanh{(W x^t + U h^{t-1} + b)}",
        r"h_k = \tanh(W x_k + U h_{k-1} + b)",
        r"h_{n} &= \tanh(W x_{n} \\ &\quad + U h_{n-1} + b) \label{eq:rnn} \tag{1}",
        r"h' = \tanh(W x + U h + b)",
        r"\begin{equation}h_t = \tanh(W x_t + U h_{t-1} + b),\end{equation}",
        "$$\\begin{aligned}\nh_t &= \\tanh(W x_t % the input\n + U h_{t-1} + b)\n\\end{aligned}$$",
        "```math\nh_t = \\tanh(W x_t + U h_{t-1} + b)\n```",
        r"\newcommand{\vx}[1]{\mathbf{x}_{#1}} \[ h_t = \tanh(W \vx{t} + U h_{t-1} + b) \]",
        r"\def\prev{h_{t-1}} \( h_t = \tanh(W x_t + U \prev + b) \)",
        r"\DeclareMathOperator{\th}{tanh} $h_t = \th(W x_t + U h_{t-1} + b)$",
        r"h_{t} = \tanh\Big( W\, x_{t} + U\, h_{\text{prev}} + b \Big)",
        "h_t = \\tanh(W x_t\n + U h_{t-1}\n + b)",
    ],
)
def test_a_plain_network(text: str) -> None:
    assert texts(text) == [RNN]


def test_unicode_and_ascii_cells_are_those_of_the_zoo() -> None:
    unicode = (
        "i_t = σ(W_i x_t + U_i h_{t-1} + b_i)\nf_t = σ(W_f x_t + U_f h_{t-1} + b_f)\n"
        "g_t = tanh(W_g x_t + U_g h_{t−1} + b_g)\nc_t = f_t ⊙ c_{t-1} + i_t ∘ g_t\n"
        "o_t = σ(W_o x_t + U_o h_{t-1} + b_o)\nh_t = o_t · tanh(c_t)"
    )
    assert note.read(unicode).cells == [zoo["lstm"]]
    plain = unicode.replace("σ", "sigmoid").replace("⊙", "*").replace("∘", "*").replace("·", "*").replace("−", "-")
    assert note.read(plain).cells == [zoo["lstm"]]


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("ĉ_t = c̃_{t-1} + h̄_t", "c_hat[t] = c_tilde[t-1] + h_bar[t]"),
        (r"\tilde{c_t} = \hat c_t", "c_tilde[t] = c_hat[t]"),
        (r"W_{xh}^{f} x_t = y_t", None),
        (r"y_t = W_{xh}^{f} x_t", "y[t] = W_f_xh @ x[t]"),
        (r"y_t = h_t^2 + \beta^{(1)} h_t + x_t^{\odot 2}", "y[t] = h[t] ** 2 + beta_1 * h[t] + x[t] ** 2"),
        (r"y_t = \frac12 x_t + \frac{1}{3} x_t", "y[t] = 0.5 * x[t] + 1/3 * x[t]"),
        (r"y_t = W^{-1} x_t + W^{-\top} x_t", "y[t] = inv(W) @ x[t] + inv(W).T @ x[t]"),
        (r"y_t = \langle w, x_t \rangle", "y[t] = w.T @ x[t]"),
        (r"y_t = |x_t| + \|x_t\|_2", "y[t] = abs(x[t]) + norm(x[t])"),
        (r"y_t = \begin{bmatrix} h_{t-1} \\ x_t \end{bmatrix}", "y[t] = concat(h[t-1], x[t])"),
        (r"y_t = [h_{t-1}; x_t]", "y[t] = concat(h[t-1], x[t])"),
        (r"y_t = \mathbf{1}[x_t > 0] + \mathbf{1} - x_t", "y[t] = (x[t] > 0) + 1 - x[t]"),
        (r"y_t = \log\sigma(x_t) + \max(x_t, 0)", "y[t] = logsigmoid(x[t]) + maximum(x[t], 0)"),
        (r"y_t = x_{t-2} x_t^\top", "y[t] = x[t-2] @ x[t].T"),
        (r"y_t = (1-\alpha) x_t + \alpha(x_t + z_t)", "y[t] = (1 - alpha) * x[t] + alpha * (x[t] + z[t])"),
        (r"y_t = \mathrm{dt}\,(x_t - z_t) + dt x_t", "y[t] = dt * (x[t] - z[t]) + dt * x[t]"),
        (r"y_t = \underbrace{W x_t}_{\text{input}} + \boxed{b}", "y[t] = W @ x[t] + b"),
        (r"y_t = x_t \bmod \tau", "y[t] = x[t] % tau"),
        (r"y_t = 2 \cdot 10^{-3} x_t", "y[t] = 0.002 * x[t]"),
    ],
)  # fmt: skip
def test_a_construct(text: str, reading: str | None) -> None:
    assert texts(text) == ([reading] if reading else [])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (r"h_t = z_t \odot h_{t-1}, \quad h_t' = x_t \odot z_t, y_t = h_{t-1}'", "INTERMEDIATE-AT-PREVIOUS-STEP"),
        (r"\begin{aligned} c_t &= f_t c_{t-1} + i_t \\ h_t &= \tanh(c_{t-1}) \end{aligned}", "STATE-READ-LATE"),
        (r"h_t = \tanh(W x_{t-1} + U h_{t-1})", "INPUT-AT-PREVIOUS-STEP"),
        (r"\begin{aligned}u_t &= W x_t\\ z_t &= \sigma(V x_t)\\ h_t &= z_t h_{t-1}\end{aligned}", "UNUSED-DEFINITION"),
        (
            r"\begin{aligned}i_t &= \sigma(W_f x_t)\\ f_t &= \sigma(W_f x_t)\\ c_t &= f_t c_{t-1} + i_t\end{aligned}",
            "PARAM-REUSED",
        ),
        (r"g_t = \tanh(W_{ig} x_t + W_{hc} h_{t-1} + b_{hg})", "NAMING-ASYMMETRY"),
        (r"h_t = r \odot h_{t-1} + W x_t", "UNEQUAL-TIME"),
        (r"h_t = \tanh(W x_t + U h^{(t-1)})", "MIXED-TIME-STYLE"),
        (r"h_{t+1} = \tanh(W x_t + U h_t)", "FORWARD-INDEX"),
        (r"h_t = \sigma_g(W x_t + U h_{t-1})", "SUBSCRIPTED-FUNCTION"),
        (r"h_t = \mathrm{Linear}_d(x_t)", "ANONYMOUS-LINEAR"),
        (r"h_t = c_t = f_t \odot c_{t-1}", "CHAINED-EQUALITY"),
        (r"h_t = \tanh(W h_t + x_t)", "ALGEBRAIC-LOOP"),
        (r"h_t = h_{t-1} + q(x_t)", "UNKNOWN-FUNCTION"),
        (r"h_t = W_{l-1} h_{t-1}", "UNSUPPORTED"),
        (r"h_t = h_{t-1} + \foo x_t", "PARSE-ERROR"),
        (r"h_t = h_{t-1} + 3)", "PARSE-ERROR"),
        (r"h_t = W h_{t-1} + W", "SHAPE"),
    ],
)
def test_what_is_said(text: str, code: str) -> None:
    assert code in codes(text)


def test_all_problems_of_a_text_are_reported_in_one_run() -> None:
    text = "$$h_t = \\tanh(W x_t$$\n\n$$c_t = \\foo$$\n\n$$y_t = q(x_t) + )$$\n"
    found = note.read(text).diagnostics
    assert [(d.line, d.severity) for d in found] == [(1, "error"), (3, "error"), (5, "error")]


def test_a_message_shows_the_line_and_carets() -> None:
    (message,) = note.read("some words\n\n$$h_t = \\foo(x_t)$$\n").diagnostics
    assert str(message).splitlines() == [
        "text:3:9: error PARSE-ERROR",
        "    $$h_t = \\foo(x_t)$$",
        "            ^^^^",
        "  unknown command \\foo; define it with \\newcommand or write it out",
    ]


@pytest.mark.parametrize(
    ("candidate", "now"),
    [("c_{t-1}", "c_t"), ("c_{t -1}", "c_t"), ("cₜ₋₁", "c[t]"), ("c(t - 1)", "c(t)"), (r"c_{\text{prev}}", "c[t]")],
)
def test_an_early_candidate_is_spelled_as_it_should_be(candidate: str, now: str) -> None:
    found = note.read(f"$$c_t = \\tanh(W x_t)$$\n$$h_t = h_{{t-1}} + {candidate}$$\n").diagnostics
    (message,) = [d for d in found if d.code == "INTERMEDIATE-AT-PREVIOUS-STEP"]
    assert message.message.endswith(f"Did you mean {now}?") and message.fix == "h[t] = h[t-1] + c[t]"
