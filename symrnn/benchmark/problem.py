"""One task for every contender: a cell at given sizes, with weights, a sequence and a random cotangent on every output.

It is a sample of the checks (``verification.samples``), so that gradients of a kernel, of the textbook and of a peer
have the same names: those of the flat record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from symrnn.cell import Cell
from symrnn.emission import compile_record
from symrnn.errors import UsageError
from symrnn.flat import flat
from symrnn.record import Declaration, Record
from symrnn.schedule import Schedule
from symrnn.verification.samples import Case, Sample, extent

Array = Any
Sizes = tuple[int, int, int, int]  # (B, T, n_x, n)
TOLERANCE = {"float64": 1e-9, "float32": 2e-3}


@dataclass(frozen=True)
class Problem:
    """A cell, its schedule, and a sample of it at ``sizes`` = (B, T, n_x, n) in ``dtype``."""

    id: str
    cell: type[Cell]
    schedule: Schedule
    sizes: Sizes
    dtype: str
    sample: Sample

    @property
    def record(self) -> Record:
        """The cell as its author wrote it."""
        return self.cell.record

    @property
    def unit(self) -> int:
        """B·n·itemsize in bytes: what memory per step is counted in."""
        B, _, _, n = self.sizes
        return B * n * np.dtype(self.dtype).itemsize


def problem(cell: type[Cell], sizes: Sizes, dtype: str, schedule: Schedule | None = None) -> Problem:
    """The task of a cell; the same numbers at every call.

    The size of every input is n_x unless something else of the cell has it too; all other sizes are n.
    """
    record = cell.record
    B, T, n_x, n = sizes
    shapes = [d.shape for d in record.states] + [e.shape for e in record.equations]
    shared = {s for shape in shapes for extent_ in shape for s in extent_.free_symbols}
    outside = {s for d in record.inputs for e in d.shape for s in e.free_symbols} - shared
    outside |= {s for s in record.sizes if s.name == "n_x"}
    lengths = tuple(n_x if s in outside else n for s in record.sizes)
    case = Case("benchmark", T, B, lengths or (n,))
    plain = flat(record)
    numbers: dict[str, float] = {**case.extents(record), **dict(record.constants)}
    rng = np.random.default_rng(0)

    def drawn(declared: tuple[Declaration, ...], *lead: int) -> dict[str, Array]:
        return {d.name: _value(d, rng, (*lead, *extent(d.shape, numbers)), len(lead)).astype(dtype) for d in declared}

    outputs = {name: (T, B, *extent(plain.shape_of(name), numbers)) for name in plain.outputs}
    sample = Sample(
        case,
        numbers,
        drawn(plain.params),
        drawn(plain.inputs, T, B),
        drawn(plain.states, B),
        {name: rng.standard_normal(shape).astype(dtype) for name, shape in outputs.items()},
        None,
    )
    return Problem(cell.id, cell, schedule or compile_record(record), sizes, dtype, sample)


def _value(d: Declaration, rng: np.random.Generator, shape: tuple[int, ...], lead: int) -> Array:
    """Numbers as ``init`` of a kernel gives them: matrices uniform in ±1/√columns, by the domain where there is one."""
    if d.domain == "positive":
        return rng.uniform(0.5, 1.5, shape)
    if d.domain == "unit":
        return rng.uniform(0.1, 0.9, shape)
    if d.domain == "mask":
        return rng.integers(0, 2, shape).astype(float)
    if d.domain == "time":  # along the sequence; of a parameter along its last axis
        axis = 0 if lead else max(len(shape) - 1, 0)
        count = np.arange(1.0, (shape[axis] if shape else 1) + 1)
        return np.broadcast_to(count.reshape([-1 if k == axis else 1 for k in range(len(shape))]), shape)
    if d.role == "parameter":
        if isinstance(d.init, (int, float)):
            return np.full(shape, float(d.init))
        return rng.uniform(-1.0, 1.0, shape) / np.sqrt(shape[-1] if shape else 1)
    return np.full(shape, d.start) if d.role == "state" else rng.standard_normal(shape)


def disagreement(ours: Mapping[str, Array], theirs: Mapping[str, Array], dtype: str) -> str:
    """What two contenders do not agree in, and by how much; empty where their gradients are the same.

    A gradient may be off by the tolerance times its largest entry. One that cancels to nearly nothing is measured
    against a thousandth of the largest gradient.
    """
    worst, name = 0.0, ""
    least = 1e-3 * max((float(np.abs(value).max(initial=0.0)) for value in theirs.values()), default=0.0)
    for name_of, value in theirs.items():
        if name_of not in ours:
            return f"{name_of} is missing"
        a, b = np.asarray(ours[name_of]).reshape(-1), np.asarray(value).reshape(-1)
        if a.shape != b.shape:
            return f"{name_of} has {a.size} entries, not {b.size}"
        off = float(np.abs(a - b).max(initial=0.0) / max(float(np.abs(b).max(initial=0.0)), least, 1e-30))
        if np.isnan(off):
            return f"{name_of} is not a number"
        if off > worst:
            worst, name = off, name_of
    return "" if worst <= TOLERANCE[dtype] else f"{name} is off by {worst:.1g}"


def sizes_from(text: str) -> Sizes:
    """``"8,50,64,64"`` as (B, T, n_x, n). Raises UsageError."""
    parts = text.replace("x", ",").replace(" ", "").strip("()").split(",")
    if len(parts) != 4 or not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise UsageError(f"a shape is four whole numbers B,T,n_x,n as in 8,50,64,64, not {text!r}")
    B, T, n_x, n = map(int, parts)
    return B, T, n_x, n
