"""Spellings that are rare, and what is said where they go wrong."""

from __future__ import annotations

import pytest

from symrnn.reading import note


def read(tex: str) -> list[str]:
    reading = note.read(f"$${tex}$$\n")
    return [item.text for item in sorted((*reading.equations, *reading.claims), key=lambda item: item.span.start)]


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"y_t = x_t \text{ where $x_t$ is given}", "y[t] = x[t]"),
        (r"y_t = \mathrm{x_t + z}", "y[t] = x[t] + z"),
        (r"y_t = \mathrm x_t", "y[t] = x[t]"),
        (r"y_t = \text{} x_t \hspace{2em}", "y[t] = x[t]"),
        (r"y_t = \operatorname{hard\_sigmoid}(x_t)", "y[t] = hard_sigmoid(x[t])"),
        (r"\begin{array}[t]{l@{}l} y_t &= x_t \\[2pt] z_t &= x_t \\* \end{array}", "y[t] = x[t]|z[t] = x[t]"),
        (r"\left\{ \begin{array}{l} y_t = x_t \\ z_t = x_t \end{array} \right.", "y[t] = x[t]|z[t] = x[t]"),
        (r"y_t = \left.x_t\right. + \left<w, x_t\right>", "y[t] = x[t] + w.T @ x[t]"),
        (r"y_t = \underset{a}{x_t} + \overset{b}{z_t} + \stackrel{c}{q_t}", "y[t] = x[t] + z[t] + q[t]"),
        (r"y_t = x^{\langle t\rangle} + z^\langle t-1\rangle", "y[t] = x[t] + z[t-1]"),
        (r"y_t = x^(t) + q_\frac12", None),
        (r"y_t = W^\mathsf{T} x_t + \mathbf x_t", "y[t] = W.T @ x[t] + x[t]"),
        (r"y_t = \lfloor x_t \rfloor", "y[t] = floor(x[t])"),
        (r"y_t = \lvert x_t \rvert \cdot \lVert z_t \rVert", "y[t] = abs(x[t]) * norm(z[t])"),
        (r"y_t = \exp x_t \, z_t + \sin x_t \cos z_t", "y[t] = exp(x[t]) * z[t] + sin(x[t]) * cos(z[t])"),
        (r"y_t = \tanh^2(x_t) + \sigma{x_t}", "y[t] = tanh(x[t]) ** 2 + sigmoid(x[t])"),
        (r"y_t = x_t^{*} + x^{new}_t + x''_t + \dot{x}_t", "y[t] = x_star[t] + x_new[t] + x_prime_prime[t] + x_dot[t]"),
        (r"y_t = \sum_{j} A_{ij} x_{j}", None),
        (r"y_t = \sqrt2 + \frac{x_t}2", "y[t] = sqrt(2) + x[t] / 2"),
        (r"y_t = x_t \oplus z_t \div 2", "y[t] = x[t] + z[t] / 2"),
        (r"y_t = x_t .* z_t", "y[t] = x[t] * z[t]"),
        (r"y_t \coloneqq x_t; \; z_t := y_t", "y[t] = x[t]|z[t] = y[t]"),
        (r"\vec{y}_t = \overrightarrow{h}_t + \boldsymbol{\Delta t}_t", "y[t] = h_right[t] + Delta_t[t]"),
        (r"y_t = (x_t)' + 1", None),
        (r"y_t = \Theta(x_t - 1)", "y[t] = heaviside_st(x[t] - 1)"),
        (r"y_{t} = +x_t - -z_t", "y[t] = x[t] - (-z[t])"),
        (r"y_t = e^x_t + e^{-x_t}", None),
        (r"y_t = \begin{pmatrix} x_t & z_t \end{pmatrix}^\top", "y[t] = concat(x[t], z[t]).T"),
        (r"y_t = [x_t^\top, z_t^\top]^\top", "y[t] = concat(x[t], z[t])"),
        (r"y_t = \begin{bmatrix} x_t \end{bmatrix}", "y[t] = x[t]"),
        (r"y_t, z_t = \sigma(W x_t)", "stack(y[t], z[t]) = sigmoid(W @ x[t])"),
        (r"\log y_t = x_t, \quad \exp(z_t) = x_t", "y[t] = exp(x[t])|z[t] = log(x[t])"),
        (r"y_t = \operatorname{cumax}(x_t)", "y[t] = cumsum(softmax(x[t]))"),
        (r"y_t = x_t \mod 2", "y[t] = x[t] % 2"),
        (r"y_t = 10^{3} x_t + 2 \times 10^{2} z_t", "y[t] = 10 ** 3 * x[t] + 200 * z[t]"),
        (r"y_t = 2 \cdot 10^{x_t}", "y[t] = 2 * 10 ** x[t]"),
        (r"y_t = 2 \cdot 3", "y[t] = 6"),
        (r"y_t \mathrel{=} x_t \mathbin{\odot} z_t \mathbin{+} 1", "y[t] = x[t] * z[t] + 1"),
        (r"y_t = \mathop{x_t + z_t}", "y[t] = x[t] + z[t]"),
        (r"y_t = \frac123 x_t", "y[t] = 0.5 * 3 * x[t]"),
        (r"y_t = \underbrace{x_t} + \underbrace{z_t}_a + \overbrace{q_t}^{a_{b}}", "y[t] = x[t] + z[t] + q[t]"),
        (r"\left ( x_t \right ) = y_t", "x[t] = y[t]"),
        (r"y_t = \left.5 x_t\right.", "y[t] = 5 * x[t]"),
        (r"\begin{aligned} y_t &= x_t \\[2pt] z_t &= x_t \\[q_t] &= x_t \end{aligned}",
         "y[t] = x[t]|z[t] = x[t]|q[t] = x[t]"),
        (r"\left\{ \begin{aligned} y_t &= x_t \\ z_t &= x_t \end{aligned} \right\}", "y[t] = x[t]|z[t] = x[t]"),
        (r"y_t = [x_t,\quad z_t] + \text{ } q_t", "y[t] = concat(x[t], z[t]) + q[t]"),
        (r"y_t = x_{a \quad b} + q_{a,\quad b}", "y[t] = x_ab + q_a_b"),
        (r"y_t = x^{\prime\prime}_t + x^{a\prime}_t", "y[t] = x_prime_prime[t] + x_prime_a[t]"),
        (r"y_t = x^{(a)+(b)}_t + (x_t)^{(2)}", "y[t] = x[t] ** (a + b) + x[t] ** 2"),
        (r"y_t = x_\infty + W_{\mathbf{1}} x_t", "y[t] = x_infty + W_1 @ x[t]"),
        (r"y_t = v_t^{[2]} + u_t^{[1/3]} + v_t^{[0]}", "y[t] = split(v[t], 2)[1] + split(u[t], 3)[0] + v_0[t]"),
        (r"y_t = \mathbf{1}(x_t) + \mathbf{1}_n + \mathbb{I}_n", "y[t] = 1 * x[t] + 1 + 1"),
        (r"y_t = |x_t|_2 + \|x_t\|_2", "y[t] = norm(x[t]) + norm(x[t])"),
        (r"y_t = \begin{cases} x_t & x_t > 0 \\ z_t & , \end{cases}", "y[t] = where(x[t] > 0, x[t], z[t])"),
        (r"y_t = x_t \Rightarrow z_t = y_t", "y[t] = x[t]|z[t] = y[t]"),
        (r"y_t = \sum_1^n x_t + z_t", "y[t] = sum(x[t], 1, n) + z[t]"),
        (r"y_t = \sum x_t + \sum_{i=1}^{n} x_t", "y[t] = sum(x[t]) + sum(x[t], i, 1, n)"),
        (r"x_t \in \RR^n", "shape: x[t] in R_n"),
        (r"y_t = z_t = W x_t \le 1", "y[t] = W @ x[t]|z[t] = W @ x[t]|claim: z[t] <= 1"),
        (r"W \mathrel{+}= x_t", "claim: W += x[t]"),
        (r"U^\top \frac{\partial h_t}{\partial x_t} = U", "claim: U.T @ d(h[t])/d(x[t]) == U"),
        (r"\frac{\delta h_t}{\delta h_{t-1}} = U", "claim: d(h[t])/d(h[t-1]) == U"),
        (r"\partial h_t = U", "claim: delta(h[t]) == U"),
        (r"dU = dz_t h_{t-1}^T, \quad \frac{dh_t}{dh_{t-1}} = U",
         "claim: delta(U) == delta(z[t]) @ h[t-1].T|claim: d(h[t])/d(h[t-1]) == U"),
    ],
)  # fmt: skip
def test_a_rare_spelling(tex: str, text: str | None) -> None:
    found = read(tex)
    assert text is None or found == text.split("|")
    if text is None:
        assert found or note.read(f"$${tex}$$\n").diagnostics


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("y_t = x_t ** 2 + W.T x_t", "y[t] = x[t] ** 2 + W.T @ x[t]"),
        ("y_t = x_t^2 − z_t", "y[t] = x[t] ** 2 - z[t]"),
        ("y_t = ∑ x_t", "y[t] = sum(x[t])"),
        ("yₜ = 𝐱ₜ · zₜ²", "y[t] = x[t] * z[t] ** 2"),
        ("y_t = alpha x_t + β z_t", "y[t] = alpha * x[t] + beta * z[t]"),
        ("y_t ≤ 1", "claim: y[t] <= 1"),
        ("y_t => x_t = 2", "expr: y[t]|x[t] = 2"),
        ("y_t -> x_t", "claim: y[t] -> x[t]"),
        ("y_t != x_t", "claim: y[t] != x[t]"),
        ("y_t = x_t 的的 的", "y[t] = x[t]"),
        ("y = W z + b", "y = W @ z + b"),
        ("   ", None),
    ],
)
def test_a_rare_spelling_in_plain_text(text: str, reading: str | None) -> None:
    found = note.read(text + "\n")
    texts = [item.text for item in (*found.equations, *found.claims)]
    assert texts == (reading.split("|") if reading else [])


@pytest.mark.parametrize(
    ("definition", "use", "text"),
    [
        (r"\newcommand{\s}[2][x]{#1_t + #2}", r"\s{1} + \s[z]{2}", "y[t] = x[t] + 1 + z[t] + 2"),
        (r"\newcommand\s[1]{#1_t}", r"\s x + \s{z} + \s xz", "y[t] = x[t] + z[t] + x[t] * z[t]"),
        (r"\renewcommand{\s}{x_t}", r"\s", "y[t] = x[t]"),
        (r"\def\s#1{#1_t}", r"\s\alpha", "y[t] = alpha[t]"),
        (r"\DeclareMathOperator*{\s}{softmax}", r"\s(x_t)", "y[t] = softmax(x[t])"),
    ],
)
def test_a_macro(definition: str, use: str, text: str) -> None:
    assert [e.text for e in note.read(f"{definition}\n\n$$y_t = {use}$$\n").equations] == [text]


@pytest.mark.parametrize(
    "tex",
    [r"y_t = \s", r"y_t = \begin x_t", r"y_t = \text{a", r"y_t = \begin{matrix}\end{matrix}", r"y_t = x_t^{}_{}_{} +"],
)
def test_what_goes_wrong_is_said(tex: str) -> None:
    text = "\\newcommand{\\s}[1]{#1}\n\n$$" + tex + "$$\n"
    assert [d.code for d in note.read(text).diagnostics if d.severity == "error"] == ["PARSE-ERROR"]


def test_a_reading_prints_cells_claims_and_messages() -> None:
    reading = note.read("$$h_t = \\tanh(h_{t-1} + x_t)$$\n$$|h_t| \\le 1$$\n$$y_t = \\foo$$\n")
    assert [part.split("\n")[0] for part in str(reading).split("\n\n")] == [
        "Note",
        "text:2: claim: abs(h[t]) <= 1",
        "text:3:9: error PARSE-ERROR",
    ]


def test_a_definition_of_the_texts_own_is_put_in() -> None:
    text = "$$g(u, v) = u \\odot v$$\n$$h_t = g(h_{t-1}, x_t)$$\n$$c_t = g(c_{t-1})$$\n"
    reading = note.read(text)
    assert [e.text for e in reading.equations][:2] == ["def: g(u, v) = u * v", "h[t] = h[t-1] * x[t]"]
    assert [d.message for d in reading.diagnostics if d.severity == "error"] == [
        "g is defined for 2 values and called with 1"
    ]


def test_hints_that_cannot_be_read() -> None:
    text = "% symrnn: parameter W (n_h, n_x) colour=red\n% symrnn: input x (n^n)\nh_t = \\tanh(W x_t + h_{t-1})"
    found = [d for d in note.read(text).diagnostics if d.code == "PARSE-ERROR"]
    assert [d.line for d in found] == [1, 2]


@pytest.mark.parametrize(
    ("tex", "code"),
    [
        (r"\tau \frac{dh}{dt} = -h + \tanh(Wh)", "UNSUPPORTED"),
        (r"y_t = \begin{cases} x_t \\ z_t & x_t > 0 \end{cases}", "PARSE-ERROR"),
        (r"y_t = \left\langle x_t \right\rangle", "UNSUPPORTED"),
        (r"y_t = (x_t > 0)", "UNSUPPORTED"),
        (r"y_t = [x_t = 1, z_t = 2]", "UNSUPPORTED"),
        (r"y_t = \frac{\partial}{x_t}", None),
        (r"y_t = \hat + x_t", "PARSE-ERROR"),
        (r"y_t = \int x_t", "UNSUPPORTED"),
        (r"y_t = x_t \& z_t", None),
        (r"y_t = \left[\right] x_t", "PARSE-ERROR"),
        (r"y_t = x_t^{a \\ b}", "PARSE-ERROR"),
        (r"y_t = \|x_t\|_1", "UNSUPPORTED"),
        (r"y_t = x_{t+}", "PARSE-ERROR"),
        (r"y_t = " + "W" + "_{abcdefgh}" * 9 + " x_t", "UNSUPPORTED"),
        (r"y_t = \prod", "PARSE-ERROR"),
        (r"y_t = \sum_ ", "PARSE-ERROR"),
        (r"y_t = \begin{cases} x_t & 0 < x_t < 1 \\ 0 & \text{else} \end{cases}", "UNSUPPORTED"),
    ],
)
def test_a_rare_fault(tex: str, code: str | None) -> None:
    found = {d.code for d in note.read(f"$${tex}$$\n").diagnostics if d.severity == "error"}
    assert code is None or found == {code}


@pytest.mark.parametrize(
    ("tex", "place", "message"),
    [
        (r"y_t = \frac", r"\frac", r"\frac has no argument"),
        (r"y_t = \frac x_t 2", "_", "'_' stands where a value should be"),
        (r"y_t = \frac{", "{", "the equation ends where a value should stand"),
        (r"\frac{\partial h_t}{\partial} = U", r"\frac", "a derivative says with respect to what it is taken"),
        (r"\frac{\partial h_t}{\partial h_{t-1} = U", r"{\partial h_{t-1} = U", "unclosed '{' opened here"),
        (r"y_t = \underbrace{x_t}_{a + z_t", "{a + z_t", "unclosed '{' opened here"),
        (r"y_t = \underbrace{x_t}_", "_", "'_' has nothing behind it"),
        (r"y_t = \sum_{i<n} x_t", "i<n", r"a bound is read as \sum_{i=1}^{n} or \lim_{f \to 0}"),
        (r"\lim_{x} \sigma(x) = 1", r"\lim", r"a limit says what tends to what: \lim_{f \to 0}"),
        (r"\nabla_{x=1} L = U", r"\nabla_{x=1} L", "a gradient is taken with respect to a name"),
        (r"y_t = {\tanh}'(x_t)", r"\tanh}'", "a prime on an expression is not read; give it a name"),
        (r"y_t = \tilde", r"\tilde", "nothing follows that this could be put on"),
        (r"y_t = (x_t)^{()}", "()", "a power is one value"),
        (r"y_t = (x_t)^{(2, 3)}", "(2, 3)", "a power is one value"),
        (r"y_t = (x_t)^{a=b}", "a=b", "a relation is no power"),
        (r"y_t = x_{a=b}", "a=b", "this script is neither a label nor a time index"),
        (r"y_t = v_t^{[3/2]}", "3/2", "this script is neither a label nor a time index"),
        (r"y_t = \begin{pmatrix} x_t ) \\ z_t \end{pmatrix}", ")", "')' closes nothing that is open"),
        (r"y_t = x_t ! z_t", "!", "'!' cannot stand here"),
        (r"\begin{array}{q} y_t \end{array}", r"\begin{array}{q}", "'q' says no columns; they are l, c and r"),
        ("y_t = x_t \\", "\\", "unknown command \\; define it with \\newcommand or write it out"),
        (r"h^{i}_t = \tanh(h^{i-1}_t) \text{ for } i = 1, \dots, 0", r"i = 1, \dots, 0",
         "a loop makes a whole number of steps from 1 to 100"),
        ("y_t = " + "-" * 1000 + "x_t", "-", "an equation nests at most 400 operations"),
    ],
)  # fmt: skip
def test_what_a_fault_is_told(tex: str, place: str, message: str) -> None:
    reading = note.read(tex if tex.endswith("\\") else f"$${tex}$$\n")
    (found,) = [d for d in reading.diagnostics if d.severity == "error"]
    assert reading.source.slice(found.span) == place and found.message == message


@pytest.mark.parametrize(
    ("right", "place", "message"),
    [
        (r"\sum_{i=1}^{n} x_t", r"\sum_{i=1}^{n} x_t", "sum(x[t], i, 1, n) cannot be part of a cell's equation"),
        (r"\tanh \odot x_t", r"\tanh", "tanh cannot be part of a cell's equation"),
        (r"x_t \pm x_t", r"x_t \pm x_t", "the sign pm cannot be part of a cell's equation"),
        (r"\sqrt{x_t = 1}", "x_t = 1", "x[t] == 1 cannot be part of a cell's equation"),
        (r"\mathbf{1}[x_t \ne 0]", r"x_t \ne 0", "a condition cannot be !="),
        (r"\operatorname{ones}(x_t)", r"\operatorname{ones}(x_t)", "ones is not called with 1 values"),
        (r"\operatorname{reshape}_{a+b}(x_t)", "a+b", "this is no length"),
        (r"\operatorname{reshape}_{1.5}(x_t)", "1.5", "this is no length"),
        (r"\operatorname{vec}(x_t)", r"\operatorname{vec}(x_t)", "the length of a reshaped value has to be said"),
        (r"y_{t+1}", r"y_{t+1}", "y is read at a later step; a cell reads earlier ones only"),
    ],
)
def test_what_no_cell_can_hold_is_told(right: str, place: str, message: str) -> None:
    reading = note.read(f"$$h_t = h_{{t-1}} + {right}$$\n")
    (found,) = [d for d in reading.diagnostics if d.severity == "error"]
    assert (reading.cells, reading.source.slice(found.span), found.message) == ([], place, message)
