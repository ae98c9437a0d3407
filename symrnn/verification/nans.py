"""What becomes of a NaN: it spreads to no other row and to no tick that does not depend on it, and it is not lost.

Lost it may be where it says nothing: a mask of 0, a comparison or the branch that is not taken may drop it, depending
on how a value is computed. So it has to show only where the value that it stands for matters, which a derivative other
than 0 says, and where the reference interpreter shows it as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from symrnn.interpret import unroll
from symrnn.lower import lower
from symrnn.verification.kernel import Kernel
from symrnn.verification.passes import each
from symrnn.verification.samples import Sample, finals, last, leaves

Array = Any
Table = dict[str, Array]


def nan_passes(kernel: Kernel, sample: Sample) -> str | None:
    """What is wrong with the passing on of a NaN in an input or in a cotangent."""
    return _of_inputs(kernel, sample) or _of_cotangents(kernel, sample)


def _of_inputs(kernel: Kernel, sample: Sample) -> str | None:
    gradients = kernel.gradients(sample)
    for name in sample.inputs:
        t, b, matters = _place(gradients[f"d{name}"])
        spoilt = replace(sample, inputs=sample.inputs | {name: _with_nan(sample.inputs[name], t, b)})
        rows = _nan_rows(kernel.forward(spoilt), sample)
        if any(np.delete(r, b, axis=-1).any() or (r.ndim == 2 and r[:t].any()) for r in rows):
            return f"a NaN in {name}[{t}, {b}] reaches other rows or steps"
        if matters and not any(r.any() for r in rows) and _shown_by_reference(kernel, spoilt):
            return f"a NaN in {name}[{t}, {b}] is lost on the way"
    return None


def _of_cotangents(kernel: Kernel, sample: Sample) -> str | None:
    for name, value in sample.outputs.items():
        t, b, _ = _place(value)
        alone = {n: np.zeros_like(v) for n, v in sample.outputs.items()}
        alone[name][t, b] = value[t, b]
        zero = each(finals(sample), np.zeros_like)
        matters = any(v.any() for v in kernel.gradients(replace(sample, outputs=alone, finals=zero)).values())
        spoilt = kernel.gradients(replace(sample, outputs=sample.outputs | {name: _with_nan(value, t, b)}))
        for variable in (f"d{n}" for n in sample.inputs):
            nan = np.isnan(spoilt[variable])
            if np.delete(nan, b, axis=1).any() or nan[t + 1 :].any():
                return f"a NaN in the cotangent of {name}[{t}, {b}] reaches other rows or steps of {variable}"
        if any(np.delete(np.isnan(spoilt[start]), b, axis=0).any() for start in sample.starts.values()):
            return f"a NaN in the cotangent of {name}[{t}, {b}] reaches the initial state of other rows"
        if matters and not any(np.isnan(v).any() for v in spoilt.values()):
            return f"a NaN in the cotangent of {name}[{t}, {b}] is lost on the way"
    return None


def _place(gradient: Array) -> tuple[int, int, bool]:
    """A tick and the last row, the middle tick if a value there matters, else another one; and whether one does."""
    b = gradient.shape[1] - 1
    ticks = sorted(range(len(gradient)), key=lambda t: abs(t - len(gradient) // 2))
    t = next((t for t in ticks if np.any(gradient[t, b] != 0)), ticks[0])
    return t, b, bool(np.any(gradient[t, b] != 0))


def _with_nan(value: Array, t: int, b: int) -> Array:
    value = value.copy()
    value[t, b] = np.nan
    return value


def _nan_rows(outputs: Mapping[str, Array], sample: Sample) -> list[Array]:
    """For every output (T, B) and final state (B,) whether a row holds a NaN."""
    rows = [_any(np.isnan(outputs[n]), 2) for n in sample.outputs]
    return rows + [_any(np.isnan(outputs[last(n)]), 1) for n in sample.states]


def _any(value: Array, lead: int) -> Array:
    return value.reshape(*value.shape[:lead], -1).any(axis=-1)


def _shown_by_reference(kernel: Kernel, sample: Sample) -> bool:
    """Whether the reference interpreter shows a NaN in any output or final state."""
    ticks, state = unroll(lower(kernel.record), *leaves(sample), sample.numbers)
    return any(np.isnan(tick[n]).any() for tick in ticks for n in sample.outputs) or any(
        np.isnan(v).any() for v in state.values()
    )
