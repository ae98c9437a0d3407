"""What ``symrnn show`` prints of a cell, as text and as plain data for JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import symrnn
from symrnn.analysis.structure import Structure, structure
from symrnn.backends.numpy_passes import passes_text
from symrnn.cell import Cell
from symrnn.cell_text import names_of, tree_text
from symrnn.command.table import aligned
from symrnn.record import Declaration, Shape
from symrnn.unify import shape_text


def cell_text(cell: type[Cell], passes: bool = False) -> str:
    """Equations with shapes, what kind of recurrence it is, how parameters are stacked, the schedule and its cost.

    ``passes`` adds what each pass of the NumPy backend makes of the schedule.
    """
    derivation = symrnn.derive(cell)
    arrays = aligned([("  " + a.name, shape_text(a.shape), " ".join(a.blocks)) for a in cell.arrays])
    stacked = f"stacked parameters\n{arrays}" if cell.arrays else "no parameters"
    parts = [str(cell), kind_text(structure(cell)), stacked, str(derivation.schedule).rstrip()]
    parts += [passes_text(derivation.schedule).rstrip()] if passes else []
    return "\n\n".join(parts)


def kind_text(found: Structure) -> str:
    """The class, the Jacobian as a grid, the counts."""
    return "\n".join([found.summary(), *found.grid(), *found.counts()])


def cell_facts(name: str, cell: type[Cell], passes: bool = False) -> dict[str, Any]:
    """The same as plain data; shapes are lists of symbols as text."""
    names = names_of(cell.record)
    schedule = symrnn.derive(cell).schedule
    facts = {
        "id": name,
        "class": cell.name,
        "year": cell.year,
        "reference": cell.reference,
        "evidence": cell.evidence,
        "inputs": _declared(cell.inputs),
        "states": _declared(cell.states),
        "outputs": list(cell.outputs),
        "parameters": _declared(cell.params),
        "arrays": {a.name: {"shape": _shape(a.shape), "blocks": list(a.blocks)} for a in cell.arrays},
        "constants": dict(cell.constants),
        "equations": [
            {"name": e.name, "expression": tree_text(e.tree, names), "shape": _shape(e.shape), "static": e.static}
            for e in cell.equations
        ],
        "structure": structure(cell).facts(),
        "schedule": str(schedule).splitlines(),
    }
    return facts | {"passes": passes_text(schedule).splitlines()} if passes else facts


def _declared(items: Iterable[Declaration]) -> dict[str, list[str]]:
    return {item.name: _shape(item.shape) for item in items}


def _shape(shape: Shape) -> list[str]:
    return [str(size) for size in shape]
