"""Documents in four formats: nothing of the trace is lost, and what is printed is well formed."""

from __future__ import annotations

import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from functools import cache
from pathlib import Path

import pytest

import symrnn
from symrnn.document import composed, render
from symrnn.document.adjoints import Adjoints
from symrnn.document.content import compose
from symrnn.document.formula import Adjoint, Symbol
from symrnn.document.latex_text import escaped as latex_escaped
from symrnn.document.markdown_printer import escaped as markdown_escaped
from symrnn.document.text_math import plain
from symrnn.document.text_printer import WIDTH, length
from symrnn.document.values import Values
from symrnn.errors import UsageError
from symrnn.flat import flat
from symrnn.zoo import zoo
from symrnn.zoo.rhn import rhn

# Plain cells, then one of each notation that others need.
PLAIN = ["elman", "lstm_peephole", "hard_lstm", "gru_v3"]
OTHER = ["cfc", "ctgru", "deltanet", "exprnn", "gateloop", "gru_d", "lif", "lru", "mclstm_mass", "mesa", "phased_lstm"]
OTHER += ["on_lstm", "rhn", "scornn", "taugru"]
CELLS = PLAIN + OTHER
COMPILED = ["lstm_peephole", "lru", "mclstm_mass", "phased_lstm", "taugru"]
FORMATS = ["tex", "md", "html", "txt"]


@cache
def derivation(id: str) -> symrnn.Derivation:
    """A derivation, and with it its documents, once for all tests."""
    return symrnn.derive(zoo[id])


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("id", CELLS)
def test_every_heading_rule_and_gradient_is_there(id: str, format: str) -> None:
    text, document = derivation(id).to(format), composed(derivation(id))
    shown = {"tex": latex_escaped, "md": markdown_escaped}.get(format, str)
    for section in document.sections:
        assert shown(section.title) in text
    lines = Adjoints(derivation(id).program, Values(derivation(id).forward)).lines
    for rule in {use.rule for line in lines for use in line.uses}:
        assert rule in text
    lefts = {plain(row.left)[1:] for row in document.rows if isinstance(row.left, Adjoint)}
    assert {plain(Symbol(name)) for name in (d.name for d in flat(zoo[id].record).params)} <= lefts


@pytest.mark.parametrize("id", CELLS)
def test_html_is_well_formed_and_stands_alone(id: str) -> None:
    text = derivation(id).to("html")
    ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>\n"))
    assert "http" not in text and "<script" not in text and "<link" not in text


@pytest.mark.parametrize("id", CELLS)
def test_markdown_has_no_plain_dollars(id: str) -> None:
    text = derivation(id).to("md")
    assert text.count("```") % 2 == 0
    outside = re.sub(r"```math\n.*?\n```", "", text, flags=re.DOTALL)
    assert "$" not in re.sub(r"\$`[^`]*`\$", "", outside)


@pytest.mark.parametrize("id", zoo)
def test_every_cell_has_a_document_that_fits_a_terminal(id: str) -> None:
    for line in derivation(id).to("txt").splitlines():
        assert length(line) <= WIDTH + 4, line


def test_so_has_its_chinese_one() -> None:
    for id in CELLS:
        for line in derivation(id).to("txt", "zh").splitlines():
            assert length(line) <= WIDTH + 4, line


def text_of(id: str) -> str:
    """A document as text, its lines joined."""
    return " ".join(derivation(id).to("txt").split())


def test_complex_values_are_said_to_be_pairs() -> None:
    text = text_of("lru")
    assert "A complex value is handled as a pair of real ones, z = zʳᵉ + ⅈ · zⁱᵐ." in text
    assert "δz = ∂L/∂zʳᵉ + ⅈ · ∂L/∂zⁱᵐ" in text
    assert "lam = exp(-exp(ν) + ⅈ · exp(θ))" in text and "hʳᵉ[t] = lamʳᵉ ⊙ hʳᵉ[t-1] - lamⁱᵐ ⊙ hⁱᵐ[t-1]" in text
    assert "complex" not in text_of("elman")


def test_what_is_computed_once_is_summed_over_time_and_handed_on_once() -> None:
    text = text_of("exprnn")
    assert "δQ = Σ[t=1…T] δa_h[t] h[t-1]ᵀ" in text
    assert "δu_Q = Dexpm(u_Qᵀ)[δQ]" in text
    assert "δM_h = δu_Q (n_h × n_h)" in text  # not summed again
    assert "Dexpm(A)[E] derivative of the matrix exponential" in text


def test_delays_copies_and_declared_derivatives_are_explained() -> None:
    text = text_of("taugru")
    assert "h_past⁽¹⁾[t] state; it keeps h[t-2] for a delay" in text
    assert "U_z h[t-3]" in text and "h_past⁽¹⁾[t] = h_past⁽⁰⁾[t-1]" in text
    assert "R_H⁽⁰⁾, …, R_H⁽²⁾" in text_of("rhn")
    assert "∂y/∂z ≔ 1" in text_of("lif") and "a derivative that is declared" in text_of("lif")
    assert "≔" not in text_of("hard_lstm")


def test_comparisons_are_indicators_and_choices_are_cases() -> None:
    text = text_of("phased_lstm")
    assert "(2 · φ[t] / r_on if φ[t] < r_on / 2, else" in text
    assert "1[r_on > φ[t]]" in text


def test_a_cell_with_a_delta_of_its_own_gets_another_letter_for_adjoints() -> None:
    text = text_of("gru_d")
    assert "∇v = ∂L/∂v" in text and "∇δ[t] =" in text
    assert "δv = ∂L/∂v" in text_of("lstm")


def test_deep_cells_have_documents_of_linear_size() -> None:
    rows = {depth: len(list(compose(symrnn.derive(rhn(depth))).rows)) for depth in (4, 8, 12)}
    assert rows[12] - rows[8] == rows[8] - rows[4]


@pytest.mark.parametrize("id", CELLS)
def test_a_derivation_prints_itself_in_a_terminal_and_in_a_notebook(id: str) -> None:
    assert "gradients of the parameters" in str(derivation(id))
    assert re.search(r"\\(delta|nabla)", derivation(id)._repr_latex_())


def test_the_same_text_every_time() -> None:
    assert symrnn.derive(zoo["lstm"]).to("tex") == symrnn.derive(zoo["lstm"]).to("tex")


def test_unknown_formats_languages_and_chinese_tex_are_refused() -> None:
    derivation = symrnn.derive(zoo["elman"])
    with pytest.raises(UsageError, match="no format 'pdf'; choose from html, md, tex, txt"):
        derivation.to("pdf")
    with pytest.raises(UsageError, match="no language 'fr'"):
        derivation.to("txt", "fr")
    with pytest.raises(UsageError, match="English only"):
        derivation.to("tex", "zh")


def test_a_stamp_stands_under_the_title() -> None:
    assert "VERIFIED" in render(symrnn.derive(zoo["elman"]), "txt", stamp="VERIFIED")


def test_words_of_an_author_are_escaped() -> None:
    class Hostile(symrnn.Cell):
        r"""A cell & its <script>, \input{x} $y$ #1 100% `z` | ≈.

        Reference: nobody_at_all
        """

        x = symrnn.Input()
        h = symrnn.State()
        W, U = symrnn.Weight(x), symrnn.Weight(h)
        h = symrnn.tanh(W.h @ x + U.h @ h)

    texts = {format: symrnn.derive(Hostile).to(format) for format in FORMATS}
    assert "<script>" not in texts["html"]
    ElementTree.fromstring(texts["html"].removeprefix("<!DOCTYPE html>\n"))
    assert r"\input" not in texts["tex"] and r"nobody\_at\_all" in texts["tex"] and "[U+2248]" in texts["tex"]
    assert r"\<script\>" in texts["md"]


@pytest.mark.parametrize("id", COMPILED)
def test_tex_compiles_without_a_warning(id: str, tmp_path: Path) -> None:
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed; texlive-latex-base has what this needs")
    (tmp_path / "derivation.tex").write_text(symrnn.derive(zoo[id]).to("tex"), encoding="utf-8")
    command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "derivation.tex"]
    for _ in range(3):  # a long table settles its widths over three runs
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0
    log = (tmp_path / "derivation.log").read_text(encoding="latin-1")
    found = re.findall(r"^.*(?:Warning|Overfull|Underfull|Missing character).*$", log, re.MULTILINE)
    assert not found
