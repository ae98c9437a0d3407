"""Files and options: Markdown, TeX, notebooks and plain text, and what a caller may say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import symrnn
from symrnn import zoo
from symrnn.errors import UsageError

RNN = r"h_t = \tanh(W x_t + U h_{t-1} + b)"


def test_tex_with_sections_macros_and_comments(tmp_path: Path) -> None:
    path = tmp_path / "paper.tex"
    path.write_text(
        "\n".join(
            [
                r"\documentclass{article}",
                r"\newcommand{\sig}{\sigma} % an abbreviation with $x_t = 1$ in a comment",
                r"\newcommand{\gate}[2]{#1_t = \sig(W_{#2} x_t + U_{#2} h_{t-1} + b_{#2})}",
                r"\begin{document}",
                r"\section{The LSTM cell}",
                r"\begin{align}",
                r"\gate{i}{i} \\ \gate{f}{f} \\",
                r"g_t &= \tanh(W_g x_t + U_g h_{t-1} + b_g) \nonumber \\",
                r"\intertext{and then}",
                r"c_t &= f_t \odot c_{t-1} + i_t \odot g_t, \\",
                r"\gate{o}{o} \\",
                r"h_t &= o_t \odot \tanh(c_t). \label{eq:h}",
                r"\end{align}",
                r"\begin{verbatim}$z_t = \foo$\end{verbatim}",
                r"\subsection*{ELMAN-RNN}",
                rf"A plain one is \[{RNN}\]",
                r"\end{document}",
            ]
        ),
        encoding="utf-8",
    )
    reading = symrnn.read(path)
    assert [cell.name for cell in reading.cells] == ["LSTM", "ELMAN_RNN"]
    assert reading.cells[0] == zoo["lstm"] and reading.diagnostics == ()
    assert reading.equations[0].file == str(path) and reading.equations[-1].line == 16


def test_a_notebook(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# RNN\n", f"$${RNN}$$"]},
        {"cell_type": "code", "source": ["h = 1"]},
    ]
    path = tmp_path / "note.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert [e.text for e in symrnn.read(path).equations] == ["h[t] = tanh(W @ x[t] + U @ h[t-1] + b)"]
    path.write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match="no notebook"):
        symrnn.read(path)


def test_plain_text_with_prose(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("The network is\n\n  h_t = tanh(W x_t + U h_{t-1} + b)\n\nand no more.\n", encoding="utf-8")
    reading = symrnn.read(path)
    assert [(e.line, e.column) for e in reading.equations] == [(3, 3)]
    assert len(reading.cells) == 1 and not [d for d in reading.diagnostics if d.severity == "error"]


def test_markdown_leaves_code_and_money_alone() -> None:
    code = "```python\n$$x = 1$$\n```\n\nInline `$y_t = z$` and <!-- $w = v$ --> and"
    text = f"It costs $5 or $6.\n\n{code}\n\n$$\nq_t = x_t\n$$\n"
    assert [e.text for e in symrnn.read(text).equations] == ["q[t] = x[t]"]


def test_an_unclosed_display_is_read_up_to_the_paragraph() -> None:
    reading = symrnn.read("$$\nq_t = x_t\n\nNo more of it.\n")
    assert [e.text for e in reading.equations] == ["q[t] = x[t]"]


def test_subsections_of_one_cell_are_joined() -> None:
    note = (
        "# GRU\n\n## Gates\n\n$$z_t = \\sigma(W_z x_t + U_z h_{t-1})$$\n\n## State\n\n"
        "$$c_t = \\tanh(W_c x_t + U_c h_{t-1})$$\n$$h_t = z_t \\odot h_{t-1} + (1 - z_t) \\odot c_t$$\n"
    )
    (cell,) = symrnn.read(note).cells
    assert cell.name == "GRU" and len(cell.equations) == 3


def test_a_second_definition_begins_another_cell() -> None:
    one = f"$${RNN}$$\n\n$$h_t = \\sigma(V x_t + U h_{{t-1}})$$\n"
    assert [cell.name for cell in symrnn.read(one).cells] == ["Note", "Note_2"]


def test_a_repeated_equation_is_read_and_makes_no_cell() -> None:
    reading = symrnn.read(f"$${RNN}$$\n\nAgain:\n\n$${RNN}$$\n")
    assert len(reading.equations) == 2 and len(reading.cells) == 1


def test_definitions_of_functions_numbers_and_starts() -> None:
    text = "\n\n".join(
        f"$${tex}$$"
        for tex in (
            r"g(x) = \frac{1}{1 + e^{-x}}",
            r"h_t = (1 - \alpha) h_{t-1} + \alpha g(W x_t)",
            r"\alpha = 0.25",
            r"h_0 = -1",
        )
    )
    (cell,) = symrnn.read(text).cells
    assert dict(cell.constants) == {"alpha": 0.25} and cell.states[0].start == -1.0
    assert "h[0] = -1" in [equation.text for equation in symrnn.read(text).equations]
    assert "1 / (1 + exp(-(W @ x[t])))" in str(cell)


def test_a_number_that_only_a_sentence_says_is_an_equation() -> None:
    reading = symrnn.read(f"$${RNN}$$\n\nFor $T = \\infty$ and $$ $$ nothing, % in Markdown `$a_t = b$`\n")
    assert [e.text for e in reading.equations][1:] == ["T = inf"] and not reading.diagnostics


def test_signs_of_markdown_mean_nothing_in_tex(tmp_path: Path) -> None:
    path = tmp_path / "paper.tex"
    path.write_text("\\section{Cell}\n``$q_t = x_t$'' and\n# no heading\n\\[ y_t = x_t \\]\n", encoding="utf-8")
    assert [e.text for e in symrnn.read(path).equations] == ["q[t] = x[t]", "y[t] = x[t]"]


def test_hints_above_an_equation_give_way_to_what_the_caller_says() -> None:
    lines = ["% symrnn: parameter W (n_h, n_x)", "% symrnn: output y", "h_t = tanh(W x_t + h_{t-1})", "y_t = V h_t"]
    text = "\n".join(lines) + "\n"
    (cell,) = symrnn.read(text).cells
    assert {p.name: str(p.shape) for p in cell.params}["W"] == "(n_h, n_x)" and cell.outputs == ("y",)
    (cell,) = symrnn.read(text, sizes={"W": ("n_h", 3)}, outputs=["y"]).cells
    assert {p.name: str(p.shape) for p in cell.params}["W"] == "(n_h, 3)"


def test_a_greek_letter_beside_an_elementwise_sign_is_a_vector() -> None:
    (cell,) = symrnn.read("$$h_t = \\alpha \\odot h_{t-1} + x_t$$\n").cells
    assert {p.name: str(p.shape) for p in cell.params} == {"alpha": "(n_h,)"}


def test_a_macro_that_is_never_closed_defines_nothing() -> None:
    reading = symrnn.read("\\newcommand{\\a}{x_t\n\n$$y_t = z_t$$\n\n$$q_t = \\a$$\n")
    assert [e.text for e in reading.equations] == ["y[t] = z[t]"]
    assert [d.line for d in reading.diagnostics] == [5]


def test_spaces_say_what_is_a_scalar() -> None:
    text = "$$h_t = g_t h_{t-1} + W x_t$$ where $g_t \\in \\mathbb{R}$, $h_t \\in \\mathbb{R}^n$"
    (cell,) = symrnn.read(text).cells
    assert str(cell.inputs[0].shape) == "(1,)" and str(cell.states[0].shape) == "(n_h,)"


def test_options_win() -> None:
    tex = r"c_t = g(W x_t + U c_{t-1}) + m_{t-1} + v c_{t-1}"
    reading = symrnn.read(
        tex,
        functions={"g": "tanh"},
        states={"c": 0.5},
        inputs=["x", "m"],
        sizes={"x": "n_k", "v": "scalar", "W": ("n_h", "n_k"), "c": ("n_h",)},
    )
    (cell,) = reading.cells
    assert [item.name for item in cell.inputs] == ["x", "m"] and cell.states[0].start == 0.5
    assert {item.name: str(item.shape) for item in cell.params} == {
        "W": "(n_h, n_k)",
        "U": "(n_h, n_h)",
        "v": "()",
    }


@pytest.mark.parametrize(
    ("text", "options", "equation"),
    [
        (r"h_t = \sigma_h(x_t + h_{t-1})", {"functions": {"sigma_h": "tanh"}}, "h[t] = tanh(x[t] + h[t-1])"),
        (r"h_t = g_a(x_t + h_{t-1})", {"functions": {"g_a": "tanh"}}, "h[t] = tanh(x[t] + h[t-1])"),
        ("w = 2 v\nh = tanh(w x + U h)", {}, "w = 2 * v"),
    ],
)
def test_what_a_name_means(text: str, options: dict[str, object], equation: str) -> None:
    reading = symrnn.read(text + "\n", **options)  # type: ignore[arg-type]
    assert equation in [e.text for e in reading.equations] and len(reading.cells) == 1
    assert not [d for d in reading.diagnostics if d.code in ("SUBSCRIPTED-FUNCTION", "UNKNOWN-FUNCTION")]


@pytest.mark.parametrize(
    ("tex", "options", "message"),
    [
        (
            "h_t = w x_t + h_{t-1}",
            {"sizes": {"w": ("n_h", "n_x"), "x": ("n_x",), "h": ("n_h", "n_h")}},
            "w * x[t] is a column but h[t-1] (1:15) is a matrix; they do not go together",
        ),
        (
            r"h_t = h_{t-1} + \max(W, x_t)",
            {"sizes": {"W": (3, 3), "x": (3,)}},
            "W is a matrix but x[t] (1:25) is a column; they do not go together",
        ),
        ("h_t = h_{t-1} + y_t", {"inputs": ["x"]}, "y is read here but neither defined nor an input"),
        (
            "q_t = x_t + q_{t-1}",
            {"states": ["h", "q"]},
            "h is declared as a state, but no equation defines it at t; add h_t = …",
        ),
        (
            r"h_t = f_t h_{t-1}, f_t, g_t = \begin{pmatrix} \sigma \\ \tanh \\ \exp \end{pmatrix} (W x_t)",
            {},
            "3 functions are applied to what has 2 parts",
        ),
    ],
)
def test_what_makes_no_cell(tex: str, options: dict[str, object], message: str) -> None:
    reading = symrnn.read(tex + "\n", **options)  # type: ignore[arg-type]
    assert message in [d.message for d in reading.diagnostics if d.severity == "error"] and reading.cells == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"states": "h"}, "lists of names"),
        ({"sizes": {"W": "n_h / 2"}}, "no length"),
        ({"sizes": {"W": "n^n"}}, "power"),
        ({"fix": [")"]}, "cannot be read"),
        ({"fix": ["2"]}, "no name"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        symrnn.read(RNN, **options)  # type: ignore[arg-type]


def test_what_is_neither_a_file_nor_an_equation(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        symrnn.read("notes_that_are_not_there.md")
    big = tmp_path / "big.md"
    big.write_bytes(b"x" * (17 * 2**20))
    with pytest.raises(UsageError, match="at most"):
        symrnn.read(big)
    with pytest.raises(UsageError, match="at most"):
        symrnn.read("x=" * (9 * 2**20))


@pytest.mark.parametrize(
    ("tex", "equation"),
    [
        (r"h_t = \tanh(x_t W_{ih}^T + h_{t-1} W_{hh}^T)", "h[t] = tanh(W_ih @ x[t] + W_hh @ h[t-1])"),
        (r"h_t = \tanh([h_{t-1}, x_t] W)", "h[t] = tanh(W @ concat(h[t-1], x[t]))"),
        (r"h_t = \mathrm{Linear}(x_t) + h_{t-1}", "h[t] = W_linear1 @ x[t] + b_linear1 + h[t-1]"),
        (r"h_t = \max(h_{t-1}, x_t, 0)", "h[t] = maximum(maximum(h[t-1], x[t]), 0)"),
        (r"h_t = \|x_t\| h_{t-1}", "h[t] = sqrt(x[t].T @ x[t]) * h[t-1]"),
        (r"h_t = (A + I)^{-1} h_{t-1} + x_t", "h[t] = solve(A + eye(), h[t-1]) + x[t]"),
        (r"h_t = \begin{cases}x_t & x_t > 0\\ h_{t-1} & x_t \le 0\end{cases}", "h[t] = where(x[t] > 0, x[t], h[t-1])"),
        (r"h_t = h_{t-1} + \lambda x_t", "h[t] = h[t-1] + lam * x[t]"),
        (r"h_t = \mathrm{softmax}(h_{t-1}) + \mathrm{LN}(x_t)", "h[t] = softmax(h[t-1]) + layer_norm(x[t])"),
        (r"h_t = a h_{t-1} + b x_t, \quad a = \sigma(\nu)", "a = sigmoid(nu)"),
        (r"h_t = \mathbf{1}[x_t > 0] h_{t-1}", "h[t] = (x[t] > 0) * h[t-1]"),
        (r"h_t = f_t h_{t-1}, \begin{pmatrix} f_t \\ g_t \end{pmatrix} = W x_t", "f[t] = split(parts_f_g[t], 2)[0]"),
        (
            r"h_t = f_t h_{t-1}, \begin{pmatrix} f_t \\ g_t \end{pmatrix} = "
            r"\begin{pmatrix} \sigma \\ \tanh \end{pmatrix} W x_t",
            "g[t] = tanh(split(parts_f_g[t], 2)[1])",
        ),
        (r"h_t = h_{t-1} + \mathbf{1} + x_t", "h[t] = h[t-1] + 1 + x[t]"),
        (r"h_t = h_{t-1} + \mathrm{LN}_{\epsilon=0.5}(x_t)", "h[t] = h[t-1] + layer_norm(x[t], eps=0.5)"),
        (r"h_t = W \operatorname{concat}(x_t, h_{t-1})", "h[t] = W @ concat(x[t], h[t-1])"),
        (r"h_{j,t} = \tanh(\sum_{i} W_{ji} x_{i,t} + h_{j,t-1})", "h[t] = tanh(W @ x[t] + h[t-1])"),
        (r"v_t = W x_t, \quad C_t = C_{t-1} + v_t \otimes k_t^\top", "C[t] = C[t-1] + v[t] @ k[t].T"),
        (r"h_t = \exp(-(\Delta_t A)) h_{t-1} + B x_t", "h[t] = expm(-(Delta[t] * A)) @ h[t-1] + B @ x[t]"),
        (r"h_t = \exp(-\Delta A) h_{t-1} + B x_t", "h[t] = exp(-(Delta @ A)) @ h[t-1] + B @ x[t]"),
        (r"h_t = h_{t-1} + \operatorname{mat}_{2 \times 3}(x_t)", "h[t] = h[t-1] + reshape(x[t], 2, 3)"),
        (r"h_t = h_{t-1} + \operatorname{vec}_{4}(x_t)", "h[t] = h[t-1] + reshape(x[t], 4)"),
    ],
)  # fmt: skip
def test_what_a_cell_is_made_of(tex: str, equation: str) -> None:
    (cell,) = symrnn.read(tex + "\n").cells
    assert equation in str(cell)


@pytest.mark.parametrize(
    ("tex", "code"),
    [
        (r"h_t = h_{t-1} + \mathrm{tr}(W) x_t", "UNSUPPORTED"),
        (r"h_t = h_{t-1} + x_t^{100}", "UNSUPPORTED"),
        (r"h_t = h_{t-1} + \begin{cases} x_t & x_t > 0 \end{cases}", "UNSUPPORTED"),
        (r"h_t = h_{t-1} + \tanh(x_t, x_t)", "PARSE-ERROR"),
        (r"h_t = h_{t-1} + \tanh'(x_t)", "UNSUPPORTED"),
        (r"h_t = h_{t-1} + x_{t+1}", "UNSUPPORTED"),
        (r"h_t = h_{t-d}", "UNSUPPORTED"),
        (r"h_t = h_{t-1} / 0", "SHAPE"),
        (r"\textbf{for } l=1,\dots,L: \\ \quad h_t = h_{t-1}", "UNSUPPORTED"),
        (r"h_t + c_t = h_{t-1}", "UNSUPPORTED"),
        (r"\tanh(h_t) = h_{t-1}", "UNSUPPORTED"),
        (r"f(x) = f(x) + 1, \quad h_t = f(h_{t-1})", "UNSUPPORTED"),
    ],
)
def test_what_no_cell_can_be_made_of(tex: str, code: str) -> None:
    reading = symrnn.read(tex + "\n")
    assert reading.cells == [] and code in {d.code for d in reading.diagnostics if d.severity == "error"}
