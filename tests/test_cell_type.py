"""What a cell is as a class: equality, constancy, constants, references."""

from __future__ import annotations

import copy
import pickle

import pytest

from symrnn.cell import Bias, Cell, Constant, Input, State, Weight
from symrnn.cell_text import title
from symrnn.errors import CellError
from symrnn.ops import tanh
from symrnn.zoo import LSTM, Elman


def test_cells_are_equal_by_equations_roles_and_shapes() -> None:
    class Other(Cell):
        """Another docstring."""

        x = Input()
        h = State()
        W, U, b = Weight(x), Weight(h), Bias()

        h = tanh(W.h @ x + U.h @ h + b.h)

    class Shifted(Cell):
        x = Input()
        h = State(start=1.0)
        W, U, b = Weight(x), Weight(h), Bias()
        h = tanh(W.h @ x + U.h @ h + b.h)

    class Wide(Cell):
        x = Input(3)
        h = State()
        W, U, b = Weight(x), Weight(h), Bias()
        h = tanh(W.h @ x + U.h @ h + b.h)

    assert Other == Elman and hash(Other) == hash(Elman)
    assert len({Other, Elman, LSTM}) == 2
    assert Shifted != Elman and Wide != Elman and Elman != LSTM
    assert Cell == Cell and Cell != Elman and Elman != 3


def test_a_cell_does_not_change_and_has_no_instances() -> None:
    for refused in (
        lambda: setattr(LSTM, "name", "x"),
        lambda: delattr(LSTM, "_record"),
        lambda: LSTM(),
        lambda: type("More", (LSTM,), {}),
        lambda: Cell.record,
    ):
        with pytest.raises((CellError, AttributeError)):
            refused()
    with pytest.raises(CellError, match="cannot be extended"):

        class Longer(LSTM):
            pass

    with pytest.raises(CellError, match="takes no keywords"):

        class Keyword(Cell, depth=3):  # type: ignore[call-arg]
            pass


def test_a_cell_keeps_its_place_and_drops_its_body() -> None:
    assert LSTM.__module__ == "symrnn.zoo.lstm"
    assert "forget gate" in (LSTM.__doc__ or "")
    assert not hasattr(LSTM, "x") and not hasattr(LSTM, "W")
    assert pickle.loads(pickle.dumps(LSTM)) is LSTM
    assert copy.deepcopy(LSTM) is LSTM
    assert repr(Cell) == "<class 'symrnn.cell.Cell'>"


def test_with_constants_changes_floats_only() -> None:
    class Leaky(Cell):
        h = State()
        L = Constant(1)
        alpha = Constant(0.5)
        U = Weight(h)
        h = alpha * h + tanh(U[L.__index__() - 1] @ h)

    slow = Leaky.with_constants(alpha=0.9)
    assert slow.constants == (("L", 1), ("alpha", 0.9)) and Leaky.constants[1] == ("alpha", 0.5)
    assert slow != Leaky and slow.equations == Leaky.equations and slow.name == "Leaky"
    assert Leaky.with_constants(alpha=0.5) == Leaky
    for values in ({"beta": 1.0}, {"L": 2}, {"alpha": float("inf")}):
        with pytest.raises(CellError):
            Leaky.with_constants(**values)


def test_reference_and_evidence_come_from_the_docstring() -> None:
    class Short(Cell):
        """A cell (A. Author, 1999)."""

        h = State()
        U = Weight(h)
        h = U.h @ h

    class Long(Cell):
        """A cell (not this).

        Reference: A. Author,
            Continued Title, 1999.
        Evidence: numeric
        """

        h = State()
        U = Weight(h)
        h = U.h @ h

    assert (Short.reference, Short.evidence) == ("A. Author, 1999", "")
    assert (Long.reference, Long.evidence) == ("A. Author, Continued Title, 1999.", "numeric")
    assert title(Short.record.doc) == "A cell"


def test_control_characters_leave_the_docstring() -> None:
    class Loud(Cell):
        """A bell\a and an escape\x1b[31m."""

        h = State()
        U = Weight(h)
        h = U.h @ h

    assert not set(Loud.record.doc) & {"\a", "\x1b"}
