"""What a kernel promises beside its values: no writing, no memory, linearity, shapes, dtypes, layouts, and the edges.

Every check takes a kernel and a sample of the generic case and returns ``None`` or what is wrong; single precision has
points of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from symrnn.verification.certificate import Check
from symrnn.verification.interface import INTERFACE
from symrnn.verification.kernel import KERNEL_ERRORS, Kernel
from symrnn.verification.nans import nan_passes
from symrnn.verification.passes import both_passes, differ, differing, each
from symrnn.verification.samples import Sample, finals, last
from symrnn.verification.single import SinglePoint, single_precision

Array = Any

LINEAR = 1e-12


def structural(kernel: Kernel, sample: Sample, points: Sequence[SinglePoint]) -> tuple[Check, ...]:
    """Every structural check of a kernel."""
    results = []
    for name, check in (CHECKS | INTERFACE).items():
        try:
            with np.errstate(all="ignore"):
                detail = check(kernel, sample)
        except KERNEL_ERRORS as error:
            results.append(Check(name, kernel.form, "error", f"{type(error).__name__}: {error}"))
        else:
            results.append(Check(name, kernel.form, "failed" if detail else "passed", detail or ""))
    return (*results, single_precision(kernel, points))


def _same_twice(kernel: Kernel, sample: Sample) -> str | None:
    """Twice from the start, and twice the backward of one tape."""
    first = both_passes(kernel, sample)
    if found := differ(first, both_passes(kernel, sample)):
        return f"a second run: {found}"
    params, x, state = kernel.arguments(sample)
    _, _, tape = kernel.module.forward(params, x, state)
    for _ in range(2):
        gradients = kernel.named(sample, *kernel.module.backward(params, tape, *kernel.cotangents(sample)))
        if found := differing(first[1], gradients):
            return f"a second backward of one tape: {found}"
    return None


def _untouched(kernel: Kernel, sample: Sample) -> str | None:
    """Arrays given are the same afterwards, and may be read-only."""
    kept: list[tuple[Array, Array]] = []

    def watched(array: Array) -> Array:
        kept.append((array, array.copy()))
        return array

    before = both_passes(kernel, sample, laid_out=watched)
    for array, copy in kept:
        if not np.array_equal(array, copy):
            return f"an array of shape {array.shape} that was passed in has been written to"
    return differ(before, both_passes(kernel, sample, laid_out=_read_only))


def _read_only(array: Array) -> Array:
    array.flags.writeable = False
    return array


def _zero(kernel: Kernel, sample: Sample) -> str | None:
    zero = replace(sample, outputs=each(sample.outputs, np.zeros_like), finals=each(finals(sample), np.zeros_like))
    wrong = [n for n, v in kernel.gradients(zero).items() if not np.array_equal(v, np.zeros_like(v))]
    return f"a zero cotangent gives a gradient of {', '.join(wrong)} that is not zero" if wrong else None


def _linear(kernel: Kernel, sample: Sample) -> str | None:
    """backward(a u + b v) = a backward(u) + b backward(v)."""
    other = replace(
        sample,
        outputs={n: v[..., ::-1] - 0.3 for n, v in sample.outputs.items()},
        finals={n: v[..., ::-1] + 0.2 for n, v in finals(sample).items()},
    )
    both = replace(
        sample,
        outputs={n: 2.0 * v - 0.7 * other.outputs[n] for n, v in sample.outputs.items()},
        finals={n: 2.0 * v - 0.7 * (other.finals or {})[n] for n, v in finals(sample).items()},
    )
    u, v = kernel.gradients(sample), kernel.gradients(other)
    sizes = {n: max(np.max(np.abs(u[n]), initial=0.0), np.max(np.abs(v[n]), initial=0.0)) for n in u}
    for name, value in kernel.gradients(both).items():
        gap = np.max(np.abs(value - (2.0 * u[name] - 0.7 * v[name])), initial=0.0)
        if not gap <= LINEAR * sizes[name]:
            return f"{name} is not linear in the cotangent: off by {gap:.3g}"
    return None


def _shapes(kernel: Kernel, sample: Sample) -> str | None:
    for dtype in (np.float64, np.float32):
        outputs, gradients = both_passes(kernel, sample, dtype)
        expected = sample.outputs | {last(n): v for n, v in sample.states.items()} | sample.variables
        for name, value in (outputs | gradients).items():
            if value.shape != expected[name].shape:
                return f"{name} has shape {value.shape} instead of {expected[name].shape}"
            if value.dtype != dtype:
                return f"{name} is {value.dtype} where everything given is {np.dtype(dtype)}"
    return None


def _resized(sample: Sample, T: int, B: int) -> Sample:
    """The first ``T`` steps and ``B`` rows of a sample."""
    return replace(
        sample,
        case=replace(sample.case, T=T, B=B),
        inputs={n: v[:T, :B] for n, v in sample.inputs.items()},
        outputs={n: v[:T, :B] for n, v in sample.outputs.items()},
        states={n: v[:B] for n, v in sample.states.items()},
        finals={n: v[:B] for n, v in finals(sample).items()},
    )


def _no_steps(kernel: Kernel, sample: Sample) -> str | None:
    empty = _resized(sample, 0, sample.case.B)
    outputs, gradients = both_passes(kernel, empty)
    expected = {last(n): v for n, v in sample.states.items()}
    expected |= {sample.starts[n]: v for n, v in finals(sample).items()}
    expected |= {f"d{n}": np.zeros(v.shape) for n, v in (empty.parameters | empty.inputs).items()}
    return differing(expected | empty.outputs, outputs | gradients)


def _no_rows(kernel: Kernel, sample: Sample) -> str | None:
    empty = _resized(sample, sample.case.T, 0)
    outputs, gradients = both_passes(kernel, empty)
    expected = {n: np.zeros(v.shape) for n, v in empty.variables.items()} | empty.outputs
    return differing(expected, outputs | gradients)


def _layouts(kernel: Kernel, sample: Sample) -> str | None:
    """Fortran order, reversed and strided arrays."""

    def strided(array: Array) -> Array:
        if not array.ndim:
            return array
        wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
        wide[..., ::2] = array
        return wide[..., ::2]

    def reverse(array: Array) -> Array:
        return array[::-1].copy()[::-1] if array.ndim else array

    def fortran(array: Array) -> Array:
        return np.array(array, order="F")

    plain = both_passes(kernel, sample)
    for name, change in (("Fortran order", fortran), ("reversed", reverse), ("strided", strided)):
        if found := differ(plain, both_passes(kernel, sample, laid_out=change), LINEAR):
            return f"{name}: {found}"
    return None


CHECKS: dict[str, Callable[[Kernel, Sample], str | None]] = {
    "the same result twice": _same_twice,
    "no array passed in is written to, read-only arrays are taken": _untouched,
    "backward of zero is zero": _zero,
    "backward is linear in the cotangent": _linear,
    "exact shapes and dtypes, float64 and float32": _shapes,
    "NaN passes through": nan_passes,
    "no steps: the state passes through": _no_steps,
    "no rows: zeros": _no_rows,
    "strided, reversed and Fortran-ordered arrays": _layouts,
}
