"""The zoo as a mapping, and every cell of it against a step written by hand in NumPy."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy
import pytest

import symrnn.zoo as package
from symrnn.cell import Cell
from symrnn.errors import UsageError
from symrnn.unify import HIDDEN, size_symbol
from symrnn.zoo import zoo

P = dict[str, Any]
Step = Callable[[P, Any, P], P]


def sigmoid(v: Any) -> Any:
    return 1 / (1 + numpy.exp(-v))


def hard(v: Any) -> Any:
    return numpy.clip(0.2 * v + 0.5, 0, 1)


def affine(p: P, gate: str, x: Any, h: Any) -> Any:
    return p[f"W_{gate}"] @ x + p[f"U_{gate}"] @ h + p.get(f"b_{gate}", 0)


def elman(p: P, x: Any, s: P) -> P:
    return {"h": numpy.tanh(affine(p, "h", x, s["h"]))}


def relu_rnn(p: P, x: Any, s: P) -> P:
    return {"h": numpy.maximum(affine(p, "h", x, s["h"]), 0)}


def lstm(p: P, x: Any, s: P, gate: Callable[[Any], Any] = sigmoid) -> P:
    i, f, o = (gate(affine(p, name, x, s["h"])) for name in "ifo")
    c = f * s["c"] + i * numpy.tanh(affine(p, "g", x, s["h"]))
    return {"c": c, "h": o * numpy.tanh(c)}


def hard_lstm(p: P, x: Any, s: P) -> P:
    return lstm(p, x, s, hard)


def lstm_peephole(p: P, x: Any, s: P) -> P:
    i, f = (sigmoid(affine(p, name, x, s["h"]) + p[f"p_{name}"] * s["c"]) for name in "if")
    c = f * s["c"] + i * numpy.tanh(affine(p, "g", x, s["h"]))
    return {"c": c, "h": sigmoid(affine(p, "o", x, s["h"]) + p["p_o"] * c) * numpy.tanh(c)}


def cifg(p: P, x: Any, s: P) -> P:
    f, o = (sigmoid(affine(p, name, x, s["h"])) for name in "fo")
    c = f * s["c"] + (1 - f) * numpy.tanh(affine(p, "g", x, s["h"]))
    return {"c": c, "h": o * numpy.tanh(c)}


def gru_v1(p: P, x: Any, s: P) -> P:
    z, r = (sigmoid(affine(p, name, x, s["h"])) for name in "zr")
    new = numpy.tanh(p["W_h"] @ x + r * (p["U_h"] @ s["h"]) + p.get("b_h", 0))
    return {"h": z * s["h"] + (1 - z) * new}


def gru_v3(p: P, x: Any, s: P) -> P:
    z, r = (sigmoid(affine(p, name, x, s["h"])) for name in "zr")
    return {"h": z * s["h"] + (1 - z) * numpy.tanh(affine(p, "h", x, r * s["h"]))}


def gru_cudnn(p: P, x: Any, s: P) -> P:
    z, r = (sigmoid(affine(p, name, x, s["h"])) for name in "zr")
    n = numpy.tanh(p["W_n"] @ x + p["b_n"] + r * (p["U_n"] @ s["h"] + p["c_n"]))
    return {"h": (1 - z) * n + z * s["h"]}


def mgu(p: P, x: Any, s: P) -> P:
    f = sigmoid(affine(p, "f", x, s["h"]))
    return {"h": (1 - f) * s["h"] + f * numpy.tanh(affine(p, "h", x, f * s["h"]))}


# Class, step by hand, states, gates with W and U, gates with a bias, further vectors.
CELLS: dict[str, tuple[str, Step, str, str, str, tuple[str, ...]]] = {
    "cifg": ("CIFG", cifg, "hc", "fgo", "fgo", ()),
    "elman": ("Elman", elman, "h", "h", "h", ()),
    "gru_cudnn": ("GRUcuDNN", gru_cudnn, "h", "rzn", "rzn", ("c_n",)),
    "gru_note": ("GRUNote", gru_v1, "h", "zrh", "", ()),
    "gru_v1": ("GRUv1", gru_v1, "h", "zrh", "zrh", ()),
    "gru_v3": ("GRUv3", gru_v3, "h", "zrh", "zrh", ()),
    "hard_lstm": ("HardLSTM", hard_lstm, "hc", "ifgo", "ifgo", ()),
    "lstm": ("LSTM", lstm, "hc", "ifgo", "ifgo", ()),
    "lstm_peephole": ("LSTMPeephole", lstm_peephole, "hc", "ifgo", "ifgo", ("p_i", "p_f", "p_o")),
    "mgu": ("MGU", mgu, "h", "fh", "fh", ()),
    "relu_rnn": ("ReLURNN", relu_rnn, "h", "h", "h", ()),
}


def test_ids_are_in_order_and_class_names_are_unique() -> None:
    assert list(zoo) == sorted(zoo) and set(CELLS) <= set(zoo)
    names = [cell.name for cell in zoo.values()]
    assert len(set(names)) == len(names) >= 150


@pytest.mark.parametrize("id", list(zoo))
def test_a_cell_says_where_it_is_from_and_how_sure_it_is(id: str) -> None:
    cell = zoo[id]
    assert cell.id == id and len(cell.reference) > 8
    assert cell.evidence in ("numeric", "source-read", "recalled-from-paper")
    assert re.search(r"^Year: (19|20)\d\d$", cell.record.doc, re.MULTILINE)
    first = cell.record.doc.partition("\n")[0]
    assert first.endswith(".") and len(first) <= 100


@pytest.mark.parametrize("path", sorted(Path(package.__path__[0]).glob("*.py")), ids=lambda path: path.stem)
def test_a_cell_is_a_short_file(path: Path) -> None:
    assert path.stem == "__init__" or path.read_text(encoding="utf-8").count("\n") < 60


@pytest.mark.parametrize("id", list(CELLS))
def test_names_and_shapes(id: str) -> None:
    cell = zoo[id]
    name, _, states, gates, biased, further = CELLS[id]
    n_x = size_symbol("n_x")
    expected = {f"W_{gate}": (HIDDEN, n_x) for gate in gates} | {f"U_{gate}": (HIDDEN, HIDDEN) for gate in gates}
    expected |= dict.fromkeys([*(f"b_{gate}" for gate in biased), *further], (HIDDEN,))
    assert {item.name: item.shape for item in cell.params} == expected
    assert (cell.name, cell.id, cell.outputs) == (name, id, ("h",))
    assert "".join(item.name for item in cell.states) == states
    assert cell.reference and cell.evidence == "numeric"
    blocks = {array.name: "".join(block[2:] for block in array.blocks) for array in cell.arrays}
    assert blocks.get("W", blocks.get("W_h")) == gates == blocks.get("U", blocks.get("U_h"))


@pytest.mark.parametrize("id", list(CELLS))
def test_one_step_is_that_written_by_hand(id: str) -> None:
    cell, step = zoo[id], CELLS[id][1]
    sizes = {"n_x": 2, "n_h": 3}
    rng = numpy.random.default_rng(3)
    draw = {"x": rng.normal(size=2)} | {item.name: rng.normal(size=3) for item in cell.states}
    params = {item.name: rng.normal(size=[sizes[str(size)] for size in item.shape]) for item in cell.params}
    expected = step(params, draw["x"], draw)

    known: dict[str, float] = {f"x_t_{i}": value for i, value in enumerate(draw["x"])}
    known |= {f"{item.name}_{{t-1}}_{i}": draw[item.name][i] for item in cell.states for i in range(3)}
    for name, array in params.items():
        known |= {"_".join([name, *map(str, index)]): float(array[index]) for index in numpy.ndindex(array.shape)}
    for equation in cell.sympy(**sizes):
        for left, right in zip(equation.lhs, equation.rhs, strict=True):
            known[str(left)] = float(right.subs({symbol: known[str(symbol)] for symbol in right.free_symbols}))
    for state, values in expected.items():
        assert [known[f"{state}_t_{i}"] for i in range(3)] == pytest.approx(list(values), rel=1e-13, abs=1e-15)


def test_the_package_is_a_mapping() -> None:
    mapping: Any = package
    assert mapping is zoo and isinstance(mapping, ModuleType)
    assert mapping["lstm"].name == "LSTM" and "lstm" in mapping and "gru5" not in mapping
    assert len(mapping) == len(list(mapping)) == len(mapping.keys()) and bool(mapping)
    assert dict(mapping.items())["mgu"] is mapping["mgu"]
    assert mapping.get("nothing") is None and mapping.get("mgu") is mapping["mgu"]
    assert mapping == mapping and hash(mapping) and "LSTM" in dir(mapping)


def test_aliases_are_found_and_not_listed() -> None:
    assert zoo["rnn"] is zoo["elman"] and zoo["gru"] is zoo["gru_cudnn"]
    assert "rnn" in zoo and "rnn" not in list(zoo)


def test_unknown_id_names_the_near_ones() -> None:
    with pytest.raises(UsageError, match="there is no cell 'lsmt' in the zoo; did you mean lstm"):
        zoo["lsmt"]
    with pytest.raises(UsageError, match="no cell 'xyzzy' in the zoo$"):
        zoo["xyzzy"]


def test_cells_are_imported_by_class_name() -> None:
    from symrnn.zoo import GRUNote

    assert GRUNote is zoo["gru_note"]
    for missing in ("Nothing", "_hidden"):
        with pytest.raises(AttributeError, match=missing):
            getattr(package, missing)


def test_a_file_of_the_zoo_defines_one_cell() -> None:
    empty = ModuleType("symrnn.zoo.empty")
    with pytest.raises(UsageError, match="symrnn.zoo.empty defines 0 cells"):
        package._cell_of(empty)


def test_zoo_files_import_the_surface_only() -> None:
    for id in zoo:
        module = importlib.import_module(f"symrnn.zoo.{id}")
        named = [value for key, value in vars(module).items() if not key.startswith("__") and key != "annotations"]
        allowed = ("symrnn.cell", "symrnn.declarations", "symrnn.ops", "symrnn.zoo")
        assert all(value.__module__.startswith(allowed) for value in named)


@pytest.mark.parametrize("id", list(zoo))
def test_sizes_are_symbols_everywhere(id: str) -> None:
    """A length is a polynomial in the sizes; a plain number is the length of a scalar, or counts copies."""
    cell: type[Cell] = zoo[id]
    shapes = [item.shape if item.copies is None else item.shape[1:] for item in cell.params]
    shapes += [item.shape for item in (*cell.states, *cell.inputs, *cell.equations)]
    for size in (size for shape in shapes for size in shape):
        assert size == 1 or size.free_symbols and size.free_symbols <= set(cell.sizes) and size.is_polynomial()
