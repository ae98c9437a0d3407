"""The equations of a cell at given numbers: its explicit SymPy view with a number for every symbol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy

from symrnn.cell import Cell
from symrnn.sympy_view import timed

Array = np.ndarray[Any, Any]


def evaluated(cell: type[Cell], sizes: Mapping[str, int], values: Mapping[Any, Any]) -> dict[str, Array]:
    """Every equation's value. ``values`` has parameters by name and signals by name and lag: ``("h", 1)`` is h[t-1]."""
    complex_names = {item.name for item in (*cell.params, *cell.states, *cell.equations) if item.complex}
    known: dict[str, float] = {}

    def put(name: str, lag: int | None, value: Any) -> None:
        array = np.asarray(value)
        for index in np.ndindex(array.shape):
            symbol = "_".join([timed(name, lag), *map(str, index)])
            if name in complex_names:
                known[f"{symbol}_re"], known[f"{symbol}_im"] = array[index].real, array[index].imag
            else:
                known[symbol] = float(array[index])

    for key, value in values.items():
        put(*(key if isinstance(key, tuple) else (key, None)), value)
    result = {}
    for item, equation in zip(cell.equations, cell.sympy(**sizes), strict=True):
        entries = [_number(entry, known) for entry in equation.rhs]
        array = np.array(entries).reshape(equation.rhs.shape)
        array = array[:, 0] if len(item.shape) == 1 else array
        assert item.complex or np.abs(array.imag).max(initial=0) < 1e-12
        result[item.name] = array if item.complex else array.real
        put(item.name, None if item.static else 0, result[item.name])
    return result


def _number(entry: sympy.Expr, known: Mapping[str, float]) -> complex:
    return complex(entry.subs({s: sympy.Float(known[s.name], 30) for s in entry.free_symbols}).evalf(20))
