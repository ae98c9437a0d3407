r"""Lengths that a text gives by the way, as papers do: ``where $S_t \in \mathbb{R}^{d_k \times d_v}$``."""

from __future__ import annotations

import pytest

import symrnn

DELTA = r"""
The state is $S_t \in \mathbb{R}^{d_k \times d_v}$, the input $x_t \in \mathbb{R}^{d}$.

$$
k_t = W_k x_t, \quad q_t = W_q x_t, \quad v_t = W_v x_t
$$
$$
S_t = S_{t-1} + k_t (v_t - S_{t-1}^\top k_t)^\top, \qquad y_t = S_t^\top q_t
$$
"""
PLAIN = "$$ h_t = \\tanh(W x_t + U h_{t-1} + b) $$"
ROWS = "$$ h_t = \\tanh(x_t W + h_{t-1} U + b) $$"


def shapes(text: str) -> dict[str, str]:
    (cell,) = symrnn.read(text).cells
    return {item.name: symrnn.unify.shape_text(item.shape) for item in (*cell.inputs, *cell.states, *cell.params)}


def test_two_sizes_of_a_matrix_state() -> None:
    assert shapes(DELTA) == {
        "x": "(n_x)",
        "S": "(d_k, d_v)",
        "W_k": "(d_k, n_x)",
        "W_q": "(d_k, n_x)",
        "W_v": "(d_v, n_x)",
    }


@pytest.mark.parametrize(
    "said",
    [
        r"$x_t \in \mathbb{R}^m$, $h_t \in \mathbb{R}^{n}$",
        r"$x_t \in \mathbb{R}^{n}$ and $h_t \in \mathbb{R}^{d}$",
        r"$h_t \in \mathbb{R}^{n_h}$, $W \in \mathbb{R}^{n_h \times n_x}$",
        r"$h_t \in \mathbb{R}^{p \times 1}$, $b \in \mathbb{R}^p$",
        r"$x_t \in \mathbb{Z}^k$",
    ],
)
def test_the_usual_sizes_have_their_names(said: str) -> None:
    assert shapes(f"where {said}.\n{PLAIN}") == shapes(PLAIN)


def test_input_and_state_of_one_length() -> None:
    found = shapes(f"where $x_t, h_t \\in \\mathbb{{R}}^d$.\n{PLAIN}")
    assert (found["x"], found["W"]) == ("(n_h)", "(n_h, n_h)")


def test_rows_are_turned_into_columns() -> None:
    said = r"where $x_t \in \mathbb{R}^{1 \times m}$ and $W \in \mathbb{R}^{m \times q}$, $h_t \in \mathbb{R}^{q}$."
    assert shapes(f"{said}\n{ROWS}")["W"] == "(n_h, n_x)"


@pytest.mark.parametrize(
    "said",
    [
        r"$W \in \mathbb{R}^{p \times p}$, $h_t \in \mathbb{R}^p$, $x_t \in \mathbb{R}^q$",
        r"$h_t \in \mathbb{R}^q$, $U \in \mathbb{R}^{q \times n_k}$",
    ],
)
def test_lengths_that_do_not_fit_are_left_out(said: str) -> None:
    reading = symrnn.read(f"where {said}.\n{PLAIN}")
    (warning,) = reading.diagnostics
    assert (warning.code, warning.severity) == ("SHAPE", "warning")
    assert warning.message.startswith("the lengths that the text gives do not fit its equations and are left out: ")
    assert shapes(f"where {said}.\n{PLAIN}") == shapes(PLAIN)


@pytest.mark.parametrize(
    "said",
    [
        r"$x_t \in \mathbb{R}^{p}$, $W \in \mathbb{R}^{n_x \times p}$",  # p would be called n_x, and is not n_x
        r"$h_t \in \mathbb{R}^{p}$ and $h_t \in \mathbb{R}^{q}$",  # two answers
        r"$h_t \in \mathbb{R}^{a \times b \times c}$",
        r"$h_t \in \mathbb{R}^{for}$",  # no name
        r"$b \in \left(\mathbb{R}^p\right)^3$",
    ],
)
def test_what_is_no_answer_is_left_alone(said: str) -> None:
    assert shapes(f"where {said}.\n{PLAIN}") == shapes(PLAIN)


def test_each_heading_has_its_own_letters() -> None:
    text = f"# ONE\n$h_t \\in \\mathbb{{R}}^{{d_h}}$, $W \\in \\mathbb{{R}}^{{d_h \\times 3}}$\n{PLAIN}\n"
    text += f"# TWO\n$W \\in \\mathbb{{R}}^{{p \\times 2}}$, $h_t \\in \\mathbb{{R}}^{{p}}$\n{PLAIN}\n"
    made = symrnn.read(text).cells
    assert [str(cell.params[0].shape) for cell in made] == ["(n_h, 3)", "(n_h, 2)"]


def test_what_the_caller_says_wins() -> None:
    reading = symrnn.read(DELTA, sizes={"S": ("n_k", "n_k"), "W_k": ("n_k", "n_x")})
    (cell,) = reading.cells
    assert str(cell.states[0].shape) == "(n_k, n_k)"


def test_a_superscript_with_a_label_is_no_matrix() -> None:
    """``\\mathbb{R}^{n_x}`` was once read as if it had two lengths."""
    reading = symrnn.read(f"where $x_t \\in \\mathbb{{R}}^{{n_x}}$, $h_t \\in \\mathbb{{R}}^{{2m}}$.\n{PLAIN}")
    assert not reading.diagnostics and len(reading.cells[0].inputs[0].shape) == 1
