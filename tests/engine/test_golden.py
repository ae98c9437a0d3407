"""Three small cells as text, compared to the letter with tests/golden/*.txt.

Step, adjoint, schedule, and what each pass of the NumPy backend makes of the schedule.

The files were read line by line when they were written. After a change of what is printed, renew them with
``PYTHONPATH=tests .venv/bin/python tests/engine/test_golden.py``, and read ``git diff tests/golden`` before committing.
"""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
from jacobian_cells import ScalarGate

from symrnn.backends.numpy_passes import passes_text
from symrnn.cell import Cell
from symrnn.emission import compile_record
from symrnn.zoo import zoo

FOLDER = Path(__file__).parent.parent / "golden"
CELLS: dict[str, type[Cell]] = {"elman": zoo["elman"], "mgu": zoo["mgu"], "scalar_gate": ScalarGate}
RENEW = "renew it with PYTHONPATH=tests .venv/bin/python tests/engine/test_golden.py and read the difference"


def text(cell: type[Cell]) -> str:
    plan = compile_record(cell.record)
    return "\n".join([str(plan.program.forward), str(plan.program.backward), str(plan), passes_text(plan)])


@pytest.mark.parametrize("id", CELLS)
def test_a_cell_prints_as_it_did(id: str) -> None:
    file = FOLDER / f"{id}.txt"
    expected, found = file.read_text(encoding="utf-8"), text(CELLS[id])
    lines = difflib.unified_diff(expected.splitlines(), found.splitlines(), str(file), "as printed now", lineterm="")
    assert found == expected, "\n".join([f"{file.name} is not what is printed; if that is meant, {RENEW}:", *lines])


def test_every_golden_file_belongs_to_a_cell() -> None:
    assert {file.name for file in FOLDER.iterdir()} == {f"{id}.txt" for id in CELLS}


if __name__ == "__main__":
    for id, cell in CELLS.items():
        (FOLDER / f"{id}.txt").write_text(text(cell), encoding="utf-8")
