"""Every cell of the zoo against the catalogue: names, shapes, constants, and one step at 50 digits.

The catalogue's printed equations are data beside this test, evaluated without the project. The cell's side is its
explicit SymPy view, from which the engine's own forward is judged elsewhere.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from evaluate import DIGITS, FUNCTIONS, catalogue, column, extents, step, words

from symrnn import zoo
from symrnn.cell import Cell
from symrnn.record import Declaration
from symrnn.sympy_view import timed
from symrnn.tree import Ref, Structural, walk
from symrnn.verification.scalars import numeric

SIZES = {"n_x": 2, "n_h": 3, "n_k": 4, "n_v": 2, "n_m": 4, "n_s": 2, "n_r": 5, "n_p": 2, "n_M": 2}
TOLERANCE = mpmath.mpf(10) ** (5 - DIGITS)
Values = dict[Any, Any]


def sizes_of(cell: type[Cell]) -> dict[str, int]:
    """The sizes at which a cell is compared; the exponential of a matrix is written out for two rows only."""
    nodes = {n.name for e in cell.equations for n in walk(e.tree) if isinstance(n, Structural)}
    return {**SIZES, "n_h": 2} if "expm" in nodes else SIZES


def declared(items: tuple[Declaration, ...], sizes: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
    """Shapes in numbers."""

    def length(size: sympy.Expr) -> int:
        return int(size.xreplace({symbol: sympy.Integer(sizes[str(symbol)]) for symbol in size.free_symbols}))

    return {d.name: tuple(length(size) for size in d.shape) for d in items}


def structure_differences(id: str, cell: type[Cell]) -> list[str]:
    """Where names, shapes, outputs, kinds of number or constants differ from the catalogue; empty if nowhere."""
    entry = catalogue()[id]
    table = {**SIZES, **entry["constants"]}
    found = []
    for role, items in (("inputs", cell.inputs), ("states", cell.states), ("params", cell.params)):
        printed = {name: extents(shape, table) for name, shape in entry[role].items()}
        written = declared(items, SIZES)
        if written != printed:
            found.append(f"{role} {written}, in the catalogue {printed}")
    if list(cell.outputs) != entry["outputs"]:
        found.append(f"outputs {cell.outputs}, in the catalogue {entry['outputs']}")
    complex_names = {d.name for d in (*cell.states, *cell.params) if d.complex}
    if complex_names != set(entry["complex"]):
        found.append(f"complex {complex_names}, in the catalogue {entry['complex']}")
    if dict(cell.constants) != entry["constants"]:
        found.append(f"constants {dict(cell.constants)}, in the catalogue {entry['constants']}")
    return found


def drawn(cell: type[Cell], seed: int) -> Values:
    """Random numbers for whatever the equations read: parameters by name, signals by name and lag."""
    rng = random.Random(seed)
    lags = {(n.name, n.lag) for e in cell.equations for n in walk(e.tree) if isinstance(n, Ref)}
    values: Values = {}
    for d in (*cell.params, *cell.inputs, *cell.states):
        shape = declared((d,), sizes_of(cell))[d.name]
        if d.role == "parameter":
            values[d.name] = number_array(rng, shape, d)
        for name, lag in sorted(lags | {(d.name, 1 if d.role == "state" else 0)}):
            if name == d.name and (d.role == "input" or d.role == "state" and lag > 0):
                values[name, lag] = number_array(rng, shape, d)
    return values


def number_array(rng: random.Random, shape: tuple[int, ...], item: Declaration) -> Any:
    """Numbers of the declared domain, each a multiple of a power of two, so that nothing is rounded."""

    def one(*_: Any) -> Any:
        value = rng.randrange(1, 2**20) / 2**20
        sign = rng.choice((-1, 1))
        imaginary = 1j * rng.randrange(1, 2**20) / 2**20
        match item.domain:
            case "mask":
                return float(rng.randrange(2))
            case "time":
                return float(rng.randrange(1, 7))
            case "positive" | "unit":
                return value
        return sign * value + imaginary if item.complex else sign * value

    return np.array([one() for _ in range(int(np.prod(shape, dtype=int)))]).reshape(shape)


def authored_step(cell: type[Cell], values: Mapping[Any, Any]) -> dict[str, Any]:
    """The value of every equation in mpmath numbers, from the cell's SymPy view at the given sizes."""
    complex_names = {d.name for d in (*cell.params, *cell.states, *cell.equations) if d.complex}
    known: dict[str, Any] = {}

    def put(name: str, lag: int | None, array: Any) -> None:
        nonlocal known
        for index in np.ndindex(array.shape):
            symbol = "_".join([timed(name, lag), *map(str, index)])
            value = mpmath.mpmathify(array[index])
            if name in complex_names:
                known |= {f"{symbol}_re": value.real, f"{symbol}_im": value.imag}
            else:
                # A real value may have been computed through complex ones, as the exponential of a matrix is.
                assert abs(value.imag) < TOLERANCE
                known[symbol] = value.real

    for key, value in values.items():
        put(*(key if isinstance(key, tuple) else (key, None)), np.asarray(value))
    result = {}
    sizes = sizes_of(cell)
    equations = cell.sympy(**{str(size): sizes[str(size)] for size in cell.sizes})
    for item, equation in zip(cell.equations, equations, strict=True):
        entries = list(equation.rhs)
        slots = tuple(sorted({s for entry in entries for s in entry.free_symbols}, key=str))
        numbers = numeric(slots, entries)(*(known[s.name] for s in slots))
        result[item.name] = np.array(numbers, dtype=object).reshape(equation.rhs.shape)
        flat = result[item.name][:, 0] if len(item.shape) == 1 else result[item.name]
        put(item.name, None if item.static else 0, flat)
    return result


def largest_difference(id: str, cell: type[Cell], seed: int) -> Any:
    """The largest difference of a new state or output, relative to the largest entry of its array or 1."""
    values = drawn(cell, seed)
    printed = step(id, sizes_of(cell), values)
    with mpmath.workdps(DIGITS + 10):
        authored = authored_step(cell, values)
        worst = mpmath.mpf(0)
        for name, expected in printed.items():
            assert expected.shape == authored[name].shape
            scale = max(1, *(abs(v) for v in expected.reshape(-1)))
            worst = max(worst, *(abs(v) / scale for v in (expected - authored[name]).reshape(-1)))
    return worst


@pytest.mark.parametrize("id", list(zoo))
def test_names_shapes_and_constants(id: str) -> None:
    assert structure_differences(id, zoo[id]) == []


@pytest.mark.parametrize("id", list(zoo))
def test_one_step_agrees(id: str) -> None:
    assert largest_difference(id, zoo[id], seed=1) < TOLERANCE


@pytest.mark.parametrize("id", list(catalogue()))
def test_the_printed_equations_use_all_that_is_declared(id: str) -> None:
    """The data themselves: every input and parameter is read, and every state and output is assigned."""
    entry = catalogue()[id]
    assert {*entry["inputs"], *entry["states"], *entry["outputs"], *entry["params"]} <= words(id)


def test_a_wrong_cell_is_seen() -> None:
    assert largest_difference("gru_v1", zoo["gru_v3"], seed=1) > 0.001
    assert structure_differences("gru_note", zoo["gru_v1"]) != []


def test_a_layer_norm_on_paper() -> None:
    """One printed function of many: LN(1, 3) is -1 and 1 but for the small number under the root."""
    with mpmath.workdps(DIGITS):
        values = FUNCTIONS["LN"](column([1.0, 3.0]), column([2.0, 2.0]))
        expected = 2 / mpmath.sqrt(1 + mpmath.mpf("1e-5"))
        assert abs(values[0, 0] + expected) < TOLERANCE and abs(values[1, 0] - expected) < TOLERANCE
