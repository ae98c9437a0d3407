"""Adding a cell to the zoo is adding one file: everything else finds it there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import symrnn.zoo as package
from symrnn.building import plan, write
from symrnn.zoo import zoo

CELL = '''"""A leaky unit with a learned rate."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.ops import sigmoid, tanh


class LeakyUnit(Cell):
    """A leaky unit with a learned rate.

    Reference: none; it is made up.
    Evidence: recalled-from-paper
    Year: 2026
    """

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    h = h + sigmoid(b.r) * (tanh(W.h @ x + U.h @ h + b.h) - h)
'''


def test_a_cell_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "leaky_unit.py").write_text(CELL, encoding="utf-8")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    package._ids.cache_clear()
    try:
        assert "leaky_unit" in list(zoo) and zoo["leaky_unit"].id == "leaky_unit"
        built = plan("leaky_unit", zoo["leaky_unit"], ("md", "tex"))
    finally:
        monkeypatch.undo()
        package._ids.cache_clear()
        sys.modules.pop("symrnn.zoo.leaky_unit", None)
    assert built.certificate.verdict == "VERIFIED"
    names = {path.name for path in write(tmp_path / "out", built.sources)}
    assert names >= {"leaky_unit.py", "derivation.md", "derivation.tex", "schedule.txt", "certificate.json"}
    assert "leaky_unit" not in zoo
