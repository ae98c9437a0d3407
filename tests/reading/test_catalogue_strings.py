"""The equations of a catalogue, printed by another program, read to cells that compute what the zoo's compute.

The data and the evaluation at 50 digits are those of the catalogue's own tests. The reader is told what the catalogue
says beside the equations: roles, shapes and constants, under the names that are printed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import mpmath
import pytest

import symrnn
from symrnn import zoo

sys.path.insert(0, str(Path(__file__).parent.parent / "catalogue"))

from evaluate import DIGITS, catalogue, step  # noqa: E402  data beside this folder
from test_forward import TOLERANCE, authored_step, drawn, sizes_of  # noqa: E402

IDS = list(catalogue())


def printed_names(entry: dict[str, Any]) -> dict[str, str]:
    """The printed spelling of each declared name; what is only said of one time step stands for the name itself."""
    return {declared: printed.partition("[")[0] for printed, declared in reversed(entry["symbols"].items())}


def read(id: str) -> type[symrnn.Cell]:
    """The cell that the reader makes of a cell's lines."""
    entry = catalogue()[id]
    spelt = printed_names(entry)

    def name(declared: str) -> str:
        return spelt.get(declared, declared)

    sizes: dict[str, Any] = {}
    for role in ("inputs", "states", "params"):
        for declared, shape in entry[role].items():
            numbers = [str(entry["constants"].get(length, length)) for length in shape]
            sizes[name(declared)] = f"({', '.join(numbers)}{' complex' if declared in entry['complex'] else ''})"
    reading = symrnn.read(
        "\n".join(entry["equations"]),
        states=list(map(name, entry["states"])),
        inputs=list(map(name, entry["inputs"])),
        outputs=list(map(name, entry["outputs"])),
        sizes=sizes,
        constants={name(key): value for key, value in entry["constants"].items()},
    )
    assert [str(d) for d in reading.diagnostics if d.severity == "error"] == []
    (cell,) = reading.cells
    return cell


def largest_difference(id: str, cell: type[symrnn.Cell]) -> Any:
    """How far new states and outputs are from the catalogue's own evaluation at random numbers."""
    spelt = printed_names(catalogue()[id])
    values = drawn(zoo[id], seed=1)
    declared = {item.name for item in cell.params}
    given: dict[Any, Any] = {}
    for key, value in values.items():
        printed = spelt.get(key[0] if isinstance(key, tuple) else key, key[0] if isinstance(key, tuple) else key)
        if isinstance(key, tuple):
            given[printed, key[1]] = value
        else:
            given[next(n for n in (key, printed, f"{printed}_0") if n in declared)] = value
    worst = mpmath.mpf(0)
    expected = step(id, sizes_of(zoo[id]), values)
    inputs = {item.name for item in cell.inputs}
    with mpmath.workdps(DIGITS + 10):
        got = authored_step(cell, given)
        for name, value in expected.items():
            if spelt.get(name, name) in inputs:
                # A state that only remembers the input; here the input itself is remembered.
                continue
            other = got[spelt.get(name, name)]
            scale = max(1, *(abs(v) for v in value.reshape(-1)))
            worst = max(worst, *(abs(v) / scale for v in (value - other).reshape(-1)))
    return worst


@pytest.mark.parametrize("id", IDS)
def test_the_lines_of_a_cell_are_read(id: str) -> None:
    cell = read(id)
    assert len(cell.params) == len(zoo[id].params)


@pytest.mark.parametrize("id", IDS[3::12])
def test_a_read_cell_computes_what_is_printed(id: str) -> None:
    assert largest_difference(id, read(id)) < TOLERANCE


@pytest.mark.long
@pytest.mark.parametrize("id", IDS)
def test_every_read_cell_computes_what_is_printed(id: str) -> None:
    assert largest_difference(id, read(id)) < TOLERANCE


def test_another_cell_is_told_apart() -> None:
    assert largest_difference("gru_v1", read("gru_v3")) > 0.001
