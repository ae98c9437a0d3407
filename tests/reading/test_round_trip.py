"""Whatever a cell prints reads back to the same cell."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

import symrnn
from symrnn import zoo
from symrnn.cell_declarations import stacking_hints
from symrnn.cell_latex import record_latex


@pytest.mark.parametrize("id", list(zoo))
def test_a_printed_cell_reads_back(id: str) -> None:
    (cell,) = symrnn.read(zoo[id].latex()).cells
    assert cell == zoo[id]


@pytest.mark.parametrize("id", ["lstm", "gru_v1", "lstm_peephole", "nas", "on_lstm", "ran", "indylstm"])
def test_an_ordinary_cell_declares_nothing(id: str) -> None:
    assert r"\quad" not in zoo[id].latex() and symrnn.read(zoo[id].latex()).cells == [zoo[id]]


@pytest.mark.parametrize("id", list(zoo))
def test_what_is_printed_needs_no_comments(id: str) -> None:
    text = re.sub(r"(?m)^%.*\n|(?<!\\)%.*$", "", zoo[id].latex())
    assert symrnn.read(text).cells == [zoo[id]]


def test_a_family_of_another_name_is_a_comment() -> None:
    class Shared(symrnn.Cell):
        x = symrnn.Input()
        h = symrnn.State()
        A = symrnn.Weight(x)
        R = symrnn.Matrix(h, h)
        h = symrnn.tanh(A.i @ x + R @ h)

    record = Shared.record
    params = tuple(replace(item, family="B") if item.name == "A_i" else item for item in record.params)
    assert stacking_hints(replace(record, params=params)) == ["% symrnn: parameter A_i family=B"]
    assert stacking_hints(record) == []


def test_hints_are_comments_and_may_be_wrong() -> None:
    text = "% symrnn: size n_k\n% symrnn: state h (n_k)\n" + zoo["elman"].latex()
    (cell,) = symrnn.read(text).cells
    assert str(cell.states[0].shape) == "(n_k,)"
    broken = text.replace("% symrnn: size n_k", "% symrnn: shape n_k")
    assert "PARSE-ERROR" in {d.code for d in symrnn.read(broken).diagnostics}


def test_what_the_caller_says_wins_over_rows() -> None:
    text = zoo["leaky_rnn"].latex()
    (cell,) = symrnn.read(text, constants={"alpha": 0.75}).cells
    assert dict(zoo["leaky_rnn"].constants) != dict(cell.constants) == {"alpha": 0.75}


def test_a_printed_cell_may_stand_in_a_note() -> None:
    note = "\n\n".join(f"## {zoo[id].name}\n\n$$\n{zoo[id].latex()}\n$$" for id in ("lstm", "gru_d", "deltanet"))
    assert symrnn.read(note).cells == [zoo["lstm"], zoo["gru_d"], zoo["deltanet"]]


def stripped(id: str) -> list[object]:
    """The equations of a printed cell read alone; roles, shapes and constants are said by the caller."""
    cell = zoo[id]
    reading = symrnn.read(
        record_latex(cell.record),
        states={state.name: state.start for state in cell.states},
        inputs=[item.name for item in cell.inputs],
        outputs=cell.outputs if cell.outputs != (cell.states[0].name,) else (),
        sizes={
            item.name: f"({', '.join(map(str, item.shape))}{' complex' if item.complex else ''})"
            for item in (*cell.inputs, *cell.states, *cell.params)
        },
        constants=dict(cell.constants),
    )
    return [(item.name, item.tree, item.shape) for read in reading.cells for item in read.equations]


@pytest.mark.parametrize("id", list(zoo)[::4])
def test_equations_need_no_rows(id: str) -> None:
    assert stripped(id) == [(item.name, item.tree, item.shape) for item in zoo[id].equations]


@pytest.mark.long
@pytest.mark.parametrize("id", list(zoo))
def test_no_equations_need_rows(id: str) -> None:
    assert stripped(id) == [(item.name, item.tree, item.shape) for item in zoo[id].equations]
