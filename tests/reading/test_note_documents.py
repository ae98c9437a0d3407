"""Formulas in documentation (reStructuredText, MyST), and what sentences say of sets, lists and batches."""

from __future__ import annotations

from pathlib import Path

import pytest

import symrnn

STEP = r"h_t = \tanh(W x_t + U h_{t-1} + b)"
READ = "h[t] = tanh(W @ x[t] + U @ h[t-1] + b)"


def clean(text: str) -> symrnn.Reading:
    reading = symrnn.read(text)
    assert not [d.message for d in reading.diagnostics if d.severity in ("error", "warning", "question")]
    return reading


@pytest.mark.parametrize(
    "text",
    [
        f"A cell.\n\n.. math::\n    {STEP}\n\nwhere :math:`h_t` is the state at time `t`: Equal.\n",
        f".. math:: {STEP}\n\nArgs:\n    size: the number\n",
        f".. math::\n   :label: eq\n   :nowrap:\n\n   {STEP}\n\nEnd.\n",
        "    .. math::\n\n        h_t = \\tanh(W x_t\n            + U h_{t-1} + b)\n\n    Shape: (N, H)\n",
        f"```{{math}}\n:label: eq\n{STEP}\n```\n",
        f"where :math:`{STEP}` holds\n",
    ],
)
def test_a_formula_of_documentation(text: str) -> None:
    assert [item.text for item in clean(text).equations if item.kind == "definition"] == [READ]


def test_two_paragraphs_of_a_directive_are_two_equations() -> None:
    text = f".. math::\n\n   {STEP}\n\n   y_t = V h_t\n"
    assert [item.text for item in clean(text).equations] == [READ, "y[t] = V @ h[t]"]


def shapes(said: str) -> list[str]:
    (cell,) = clean(f"$${STEP}$$\nwhere {said}.\n").cells
    return [symrnn.unify.shape_text(item.shape) for item in (*cell.inputs, *cell.states, *cell.params)]


@pytest.mark.parametrize(
    "said",
    [
        r"$x_t \in \mathbb{R}^{D}$, $h_t \in \mathbb{R}^H$ and $W \in \mathbb R^{H \times D}$",
        r"$x_t \in \Re^m$, $h_t \in \mathbf{R}^n$",
        r"$h_t \in \mathbb{R}^T$",
        r"$x_t \in \mathbb{R}^{d \times B}$ and $h_t \in \mathbb{R}^{n \times B}$",
        r"$x_{1:T} \in \mathbb{R}^{T \times d}$, $X = [x_1, \dots, x_T]$ and $f: \mathbb{R}^n \to \mathbb{R}^m$",
        r"$x_t \in \{0, 1\}^m$, $h_t \in \mathbb{R}^n$ and $b \in \mathbb{R}^{n \times 1}$",
    ],
)
def test_what_sentences_say_of_sets(said: str) -> None:
    assert shapes(said) == ["(n_x)", "(n_h)", "(n_h, n_x)", "(n_h, n_h)", "(n_h)"]


def test_a_batch_is_no_length_of_a_cell() -> None:
    text = r"""$$H_t = \tanh(X_t W_{xh} + H_{t-1} W_{hh} + b_h)$$
where $X_t \in \mathbb{R}^{n \times d}$, $H_t \in \mathbb{R}^{n \times h}$, $W_{xh} \in \mathbb{R}^{d \times h}$ and
$b_h \in \mathbb{R}^{1 \times h}$."""
    (cell,) = clean(text).cells
    assert [symrnn.unify.shape_text(item.shape) for item in (*cell.inputs, *cell.states, *cell.params)] == [
        "(n_X)", "(n_h)", "(n_h, n_X)", "(n_h, n_h)", "(n_h)"]  # fmt: skip


def test_two_matrix_states_are_no_batch() -> None:
    text = r"""$$M_t = M_{t-1} + S_t, \quad S_t = S_{t-1} - v_t k_t^\top$$
where $M_t, S_t \in \mathbb{R}^{d \times m}$ and $k_t \in \mathbb{R}^m$, $v_t \in \mathbb{R}^d$."""
    (cell,) = clean(text).cells
    assert all(len(state.shape) == 2 for state in cell.states)


def test_a_sum_in_a_set_binds_more_than_the_sign_between_rows_and_columns() -> None:
    said = r"$W \in \mathbb{R}^{d_h \times d_h + d_x}$, $h_t \in \mathbb{R}^{d_h}$, $x_t \in \mathbb{R}^{d_x}$"
    (cell,) = clean(f"$$h_t = \\tanh(W [h_{{t-1}}, x_t])$$ where {said}\n").cells
    assert symrnn.unify.shape_text(cell.params[0].shape) == "(n_h, n_h + n_x)"


def test_membership_in_a_cube_is_a_bound() -> None:
    (claim,) = clean(f"$${STEP}$$ with $h_t \\in [-1, 1]^n$.\n").claims
    assert claim.head == "holds"


def test_an_equation_in_a_sentence_that_cannot_be_read_stays_an_error() -> None:
    (found,) = symrnn.read(r"Let $h_t = W x_{1:t}$." + "\n").diagnostics
    assert (found.severity, found.message) == ("error", "a range of steps or entries is not read")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "picture.md"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    with pytest.raises(symrnn.SymrnnError, match="holds binary data; a note is a text"):
        symrnn.read(path)
