"""The annotated page: well formed, self-contained, everything of the note in it and nothing of it run."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

import symrnn
from symrnn.annotation.page import page
from symrnn.annotation.prose import inline, paragraphs

NOTE = r"""# Notes on the LSTM

Some *prose* with **bold** words, `code`, a [link](https://example.org/a) and $h_{t-1}$ <script>alert(1)</script>.

- the forget gate
  $$ f_t = \sigma(W_f \cdot [h_{t-1}, x_t] + b_f) $$
- the input gate
  $$ i_t = \sigma(W_i \cdot [h_{t-1}, x_t] + b_i) $$

> a quote with $c_t$

$$
\begin{aligned}
\tilde{c}_t &= \tanh(W_c [h_{t-1}, x_t] + b_c) \\
o_t &= \sigma(W_o [h_{t-1}, x_t] + b_o)
\end{aligned}
$$
\[ c_t = f_t \circ c_{t-1} + i_t \circ \tilde{c}_t \]
```math
h_t = o_t \circ \tanh(c_t)
```
```python
print("<b>code</b>")
```
$$ \frac{\partial c_t}{\partial c_{t-1}} = f_t $$
$$ \frac{\partial h_t}{\partial h_{t-1}} = o_t $$
$$ \frac{\partial c_t}{\partial c_k} = \prod_{j=k+1}^{t} f_j, \quad \sum_t \delta h_t^\top \in [0, 1) $$
$$ y_t = \begin{cases} x_t & x_t > 0 \\ \alpha x_t & \text{otherwise} \end{cases} $$
$$ h_t = \tanh(W_{h h_{t-1} + b) $$
$$ \sqrt{2} \le \lim_{f_t \to 0} |c_t|, \quad \begin{pmatrix} a & b \end{pmatrix} = \hat{y}^{-1} \cdot e^{-x} / 2 $$
"""


def parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text.split("\n", 1)[1])


@pytest.fixture(scope="module")
def html() -> str:
    return page(symrnn.read(NOTE))


def test_the_page_is_well_formed_and_needs_nothing_from_elsewhere(html: str) -> None:
    root = parsed(html)
    tags = {element.tag for element in root.iter()}
    assert not tags & {"script", "link", "img", "iframe", "object"}
    assert "@import" not in html and "url(" not in html
    assert [a.attrib["href"] for a in root.iter("a")] == ["https://example.org/a"]


def test_the_prose_is_there_and_nothing_of_it_is_markup(html: str) -> None:
    root = parsed(html)
    text = "".join(root.itertext())
    assert "<script>alert(1)</script>" in text and 'print("<b>code</b>")' in text
    assert [e.text for e in root.iter("strong")] == ["bold"] and [e.text for e in root.iter("em")] == ["prose"]
    assert next(root.iter("h1")).text == "Notes on the LSTM"
    assert len(list(root.iter("li"))) == 2 and len(list(root.iter("blockquote"))) == 1


def test_every_formula_is_set_and_every_reading_stands_below(html: str) -> None:
    root = parsed(html)
    assert "⟦" not in html and "$$" not in html
    shown = [e for e in root.iter("span") if e.get("class") == "display"]
    assert len(shown) == 11
    reading = symrnn.read(NOTE)
    texts = ["".join(e.itertext()) for e in root.iter("span") if e.get("class") == "reading"]
    assert sorted(t.removeprefix("Notes_on_the_LSTM") for t in texts if t) == sorted(
        (e.cell + e.text).removeprefix("Notes_on_the_LSTM") for e in reading.equations
    )
    assert len(list(root.iter("math"))) >= 14


def test_problems_and_claims_are_marked_in_place(html: str) -> None:
    root = parsed(html)
    verdicts = [e.get("class") for e in root.iter("span") if (e.get("class") or "").startswith("verdict ")]
    reading = symrnn.read(NOTE)
    for claim in reading.claims:
        assert f"verdict {claim.verdict}" in verdicts
    marks = [e for e in root.iter() if (e.get("class") or "").startswith("mark ")]
    assert any("error" in e.attrib["class"] for e in marks) and any("warning" in e.attrib["class"] for e in marks)
    for diagnostic in reading.diagnostics:
        if diagnostic.severity in ("error", "warning") and not diagnostic.code.startswith("CLAIM"):
            assert diagnostic.code in html
    # What cannot be parsed is shown as it stands.
    assert "W_{h h_{t-1} + b" in "".join(root.itertext())


def test_a_warning_marks_the_symbol_that_it_is_about() -> None:
    text = "$$ h_t' = \\tanh(W x_t + U h_{t-1}) $$\n\n$$ h_t = z \\odot h_{t-1} + (1 - z) \\odot h_{t-1}' $$\n"
    html = page(symrnn.read(text))
    found = re.findall(r'<mrow class="mark warning">(.*?)</math>', html)
    assert len(found) == 1 and found[0].startswith("<msubsup><mi>h</mi>") and "′" in found[0]


def test_a_tex_source_loses_its_preamble(tmp_path: Path) -> None:
    path = tmp_path / "paper.tex"
    path.write_text(
        "\\documentclass{article}\n\\newcommand{\\W}{W}\n\\begin{document}\n\\section{Cell}\nText % a comment\n\n"
        "\\begin{equation} h_t = \\tanh(\\W x_t + U h_{t-1}) \\end{equation}\n\\end{document}\n",
        encoding="utf-8",
    )
    html = page(symrnn.read(path))
    text = "".join(parsed(html).itertext())
    assert "documentclass" not in text and "a comment" not in text and "Cell" in text
    assert "h[t] = tanh(W @ x[t] + U @ h[t-1])" in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a & b < c", "a &amp; b &lt; c"),
        ("**a *b** c*", "**a *b** c*"),
        ("`a **b` c**", "<code>a **b</code> c**"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("![](![](https://example.org/p.png))", ""),
        ('[a"b](https://example.org/?q="onclick=")', "[a&quot;b](https://example.org/?q=&quot;onclick=&quot;)"),
    ],
)
def test_prose_is_escaped(text: str, shown: str) -> None:
    assert inline(text) == shown


def test_blocks_of_prose() -> None:
    text = "before\n- a\n  more\n1. b\n\n---\n\n> q\n> r\n\n~~~\nx < y\n~~~"
    assert paragraphs(text) == (
        "<p>before</p>\n<ul><li>a\nmore</li><li>b</li></ul>\n<hr/>\n<blockquote><p>q\nr</p></blockquote>\n"
        "<pre>x &lt; y</pre>"
    )


def test_a_placeholder_in_the_note_is_no_formula() -> None:
    html = page(symrnn.read("⟦0.0⟧ and $h_t$ and ⟦1.0⟧\n\n$$ h_t = \\tanh(U h_{t-1} + x_t) $$"))
    assert "⟦0.0⟧" in html and "⟦1.0⟧" in html


def test_every_node_of_a_reading_can_be_set() -> None:
    from fractions import Fraction

    from symrnn.annotation.typeset import RULES, Typesetter
    from symrnn.reading import tree as read

    a, t = read.Symbol("a"), read.Time("t", -1)
    whole = read.Number(Fraction(1, 2))
    nodes = [
        read.Name("h", t), read.Name("W"), whole, read.Infinity(), read.Binary("**", a, whole),
        read.Binary("+", a, a, grouped=True), read.Call("sqrt", (a,)), read.Call("abs", (a,)), read.Call("exp", (a,)),
        read.Call("tanh", (a,), (), 1), read.Function("sigmoid", 1), read.Transposed(a), read.Inverse(a),
        read.Stack((a, a)), read.Interval(a, read.Infinity(), (True, False)), read.Partial(None, a),
        read.Partial(a, a, True), read.Adjoint(a), read.Adjoint(None, t), read.Adjoint(None, None, "8"),
        read.Adjoint(None), read.Over("prod", "t", a, a, a), read.Over("sum", "t", None, None, a),
        read.Over("sum", "t", a, None, a), read.Indicator(read.Relation("<", a, whole)), read.Scripted(a),
        read.Symbol("beta", "bold"), read.Limit(a, whole, a), read.Relation("to", a, a),
    ]  # fmt: skip
    for node in nodes:
        ElementTree.fromstring(Typesetter().chain([node, a], ["="]))
    assert "Span" in Typesetter().part(read.NOWHERE) and len(RULES) > 20


def test_a_page_of_a_text_without_claims_or_problems_and_with_a_marked_source() -> None:
    assert "Claims:" not in page(symrnn.read("$$ h_t = \\tanh(W x_t + U h_{t-1}) $$"))
    html = page(symrnn.read("Inline $h_t = \\foo(x_t)$ and $$ f_t = \\sigma(W_f [h_{t-1}, x_t] + b_f $$"))
    assert 'class="mark error"' in html


def test_rows_that_declare_keep_their_word_and_their_commas() -> None:
    text = f"$$\n{symrnn.zoo['deltanet'].latex()}\n$$"
    formulas = re.findall(r"<math.*?</math>", page(symrnn.read(text)), re.DOTALL)
    shown = [re.sub(r"<[^>]+>", "", formula) for formula in formulas]
    assert shown[6:9] == ["sizenk,nv∈N", "inputxt∈Rnx", "stateSt∈Rnk×nv"] and "weightWq,Wk∈Rnk×nx" in shown
