"""A case at parameters that the user supplies: their sizes are read off, and values that are not finite are named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy

from symrnn.errors import SymrnnError, UsageError
from symrnn.record import Record
from symrnn.verification.arrays import Arrays
from symrnn.verification.cases import POOL
from symrnn.verification.samples import Case

Array = Any


class NotFinite(SymrnnError):
    """A parameter or an input holds NaN or infinity, so nothing can be said of derivatives there."""


def given_case(record: Record, params: Mapping[str, Any]) -> tuple[Case, dict[str, Array]]:
    """The case and the parameters by flat name. Raises UsageError for what does not fit, and NotFinite."""
    missing = [a.name for a in record.arrays if a.name not in params]
    if missing:
        raise UsageError(f"the parameters lack {', '.join(missing)}")
    complex = {d.name for d in record.params if d.complex}
    dtypes = {a.name: np.complex128 if complex.issuperset(a.blocks) else np.float64 for a in record.arrays}
    arrays = {name: np.asarray(params[name], dtype=dtype) for name, dtype in dtypes.items()}
    numbers = _sizes(record, arrays)
    sizes = tuple(numbers.get(s.name, POOL[k % len(POOL)]) for k, s in enumerate(record.sizes))
    case = Case("given parameters", 5, 3, sizes)
    parameters = Arrays(record).split(arrays, {**case.extents(record), **dict(record.constants)})
    wrong = [name for name, value in parameters.items() if not np.all(np.isfinite(value))]
    if wrong:
        raise NotFinite(f"{', '.join(wrong)} holds NaN or infinity")
    return case, parameters


def _sizes(record: Record, arrays: Mapping[str, Array]) -> dict[str, int]:
    """The number behind every size that the shapes of the arrays determine."""
    found: dict[str, int] = {}
    for array in record.arrays:
        if len(array.shape) != arrays[array.name].ndim:
            symbolic = ", ".join(map(str, array.shape))
            raise UsageError(f"{array.name} has shape {arrays[array.name].shape}, expected ({symbolic})")
        for extent, actual in zip(array.shape, arrays[array.name].shape, strict=True):
            unknown = [s for s in sorted(extent.free_symbols, key=str) if s.name not in found]
            if len(unknown) == 1:
                known = {s: found[s.name] for s in extent.free_symbols if s.name in found}
                solutions = sympy.solve(extent.xreplace(known) - actual, unknown[0])
                if not solutions or not solutions[0].is_Integer:
                    raise UsageError(f"{array.name} has {actual} rows or columns where {extent} are expected")
                found[unknown[0].name] = int(solutions[0])
    return found
