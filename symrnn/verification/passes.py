"""One forward and one backward of a kernel, and whether two such results are the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symrnn.verification.comparison import block_error
from symrnn.verification.kernel import Kernel
from symrnn.verification.samples import Sample

Array = Any
Table = dict[str, Array]


def both_passes(
    kernel: Kernel,
    sample: Sample,
    dtype: Any = np.float64,
    laid_out: Callable[[Array], Array] = lambda a: a,
    work: Any = None,
) -> tuple[Table, Table]:
    """Outputs and gradients of one forward and one backward, copied; ``laid_out`` changes how arrays lie in memory."""
    (params, x, state), (dy, dstate) = kernel.arguments(sample, dtype), kernel.cotangents(sample, dtype)
    params, x, state, dy, dstate = (each(part, laid_out) for part in (params, x, state, dy, dstate))
    options = {} if work is None else {"work": work}
    y, final, tape = kernel.module.forward(params, x, state, **options)
    outputs = each(kernel.outputs(y, final), np.copy)
    gradients = kernel.named(sample, *kernel.module.backward(params, tape, dy, dstate, **options))
    return outputs, each(gradients, np.copy)


def each(part: Any, change: Callable[[Array], Array]) -> Any:
    """``change`` applied to every array of a mapping, a bare array or nothing."""
    if part is None:
        return None
    return {n: change(v) for n, v in part.items()} if isinstance(part, dict) else change(part)


def differing(left: Table, right: Table, tolerance: float = 0.0) -> str | None:
    """The first array that differs by more than a block error of ``tolerance``; NaN is the same as NaN."""
    for name, value in left.items():
        value, other = np.asarray(value), np.asarray(right[name])
        if value.shape != other.shape:
            return f"{name} has shape {other.shape} instead of {value.shape}"
        if tolerance == 0:
            same = np.array_equal(value, other, equal_nan=True)
        else:
            known = ~(np.isnan(value) & np.isnan(other))
            same = block_error(np.where(known, value, 0.0), np.where(known, other, 0.0)) <= tolerance
        if not same:
            return f"{name} differs by {block_error(value, other):.3g} of its largest value"
    return None


def differ(left: tuple[Table, Table], right: tuple[Table, Table], tolerance: float = 0.0) -> str | None:
    """The first output or gradient that differs."""
    return differing(left[0], right[0], tolerance) or differing(left[1], right[1], tolerance)
