"""Cells under other names: recognized by their structure and proved, stacked weights split."""

from __future__ import annotations

import numpy as np
import pytest

import symrnn
from symrnn import zoo
from symrnn.analysis.recognition import names_between, twin
from symrnn.analysis.splitting import split_stacks

NOTE = r"""
$$ f_t = \sigma(W_f \cdot [h_{t-1}, x_t] + b_f) $$
$$ i_t = \sigma(W_i \cdot [h_{t-1}, x_t] + b_i) $$
$$ o_t = \sigma(W_o \cdot [h_{t-1}, x_t] + b_o) $$
$$ \tilde{c}_t = \tanh(W_c \cdot [h_{t-1}, x_t] + b_c) $$
$$ c_t = f_t \circ c_{t-1} + i_t \circ \tilde{c}_t $$
$$ h_t = o_t \circ \tanh(c_t) $$
"""
GRU = r"""
$$ u_t = \sigma(A_u x_t + B_u s_{t-1}) $$
$$ q_t = \sigma(A_q x_t + B_q s_{t-1}) $$
$$ k_t = \tanh(A x_t + q_t \odot B s_{t-1}) $$
$$ s_t = u_t \odot s_{t-1} + (1 - u_t) \odot k_t $$
"""


def test_a_cell_of_stacked_weights_is_the_lstm_of_the_zoo() -> None:
    found = twin(symrnn.read(NOTE).cells[0])
    assert found is not None and (found.id, found.proof.verdict) == ("lstm", "proved")
    assert dict(found.names)["W_f"] == "W_f[:, n_h:n_h + n_x]" and dict(found.names)["U_f"] == "W_f[:, 0:n_h]"
    assert dict(found.names)["b_g"] == "b_c" and str(found).startswith("lstm of the zoo, W_i = ")


def test_the_columns_of_a_split_are_those_of_the_weight() -> None:
    """The emitted kernels of the cell and of its split agree where the new weights are the columns that are named."""
    cell = symrnn.read(NOTE).cells[0]
    split = split_stacks(cell)
    whole, parts = symrnn.build(cell), symrnn.build(split.cell)
    n, m = 3, 2
    rng = np.random.default_rng(0)
    weights = whole.unpack(whole.init(m, n, rng=rng))
    columns = {"[:, 0:n_h]": slice(0, n), "[:, n_h:n_h + n_x]": slice(n, n + m)}
    blocks = {
        name: weights[text[: text.index("[")]][:, columns[text[text.index("[") :]]] for name, text in split.columns
    }
    blocks |= {name: value for name, value in weights.items() if name.startswith("b_")}
    x = rng.standard_normal((4, 2, m))
    left, _, _ = whole.forward(whole.pack(weights), x)
    right, _, _ = parts.forward(parts.pack(blocks), x)
    assert np.allclose(left, right, rtol=0, atol=1e-14)


def test_other_names_are_found() -> None:
    found = twin(symrnn.read(GRU).cells[0])
    assert found is not None and found.id == "gru_note"
    assert dict(found.names) == {
        "W_z": "A_u", "U_z": "B_u", "W_r": "A_q", "U_r": "B_q", "W_h": "A", "U_h": "B", "h": "s",
    }  # fmt: skip


def test_a_cell_that_is_none_of_the_zoo_has_no_twin() -> None:
    assert twin(symrnn.read(GRU.replace("(1 - u_t)", "(1 + u_t)")).cells[0]) is None
    assert twin(symrnn.read(r"h_t = \tanh(W x_t) + \tanh(U h_{t-1})").cells[0]) is None


@pytest.mark.parametrize(("a", "b"), [("lstm", "cifg"), ("gru_v1", "gru_v3"), ("elman", "lstm")])
def test_cells_that_are_built_differently_have_no_names_in_common(a: str, b: str) -> None:
    assert names_between(zoo[a], zoo[b]) is None


@pytest.mark.parametrize("name", ["lstm", "gru_cudnn", "mgu", "lstm_peephole", "rwkv4", "indrnn"])
def test_every_name_of_a_cell_plays_its_own_part(name: str) -> None:
    names = names_between(zoo[name], zoo[name])
    assert names is not None and all(ours == theirs for theirs, ours in names.items())


def test_a_weight_with_another_use_is_not_split() -> None:
    text = r"h_t = \tanh(W [h_{t-1}, x_t]), \quad y_t = W^\top h_t"
    cell = symrnn.read(text).cells[0]
    assert split_stacks(cell).cell == cell and split_stacks(zoo["lstm"]).columns == ()
