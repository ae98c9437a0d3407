"""The other functions of an emitted module, which must say the same as ``forward`` and ``backward`` do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from symrnn.interpret import interpret, write_name
from symrnn.lower import lower
from symrnn.verification.arrays import Arrays
from symrnn.verification.comparison import block_error
from symrnn.verification.difference import COMPLEX_STEP
from symrnn.verification.kernel import Kernel
from symrnn.verification.passes import both_passes, differ, differing, each
from symrnn.verification.samples import Sample, extent, finals

Array = Any

STREAM = 1e-12
LINEAR = 1e-12
JACOBIAN = {"accurate": 1e-11, "fast": 1e-9, "given": 1e-9}


def _absent(kernel: Kernel, sample: Sample) -> str | None:
    """No cotangent is a zero cotangent, and no state is ``initial_state``."""
    module = kernel.module
    params, x, _ = kernel.arguments(sample)
    start = module.initial_state(params, sample.case.B)
    y, state, tape = module.forward(params, x)
    if found := differing(kernel.outputs(*module.forward(params, x, start)[:2]), kernel.outputs(y, state)):
        return f"without a state {found}"
    dy, dstate = kernel.cotangents(replace(sample, finals=finals(sample)))
    zero_dy, zero_dstate = each(dy, np.zeros_like), each(dstate, np.zeros_like)
    for given, full in (((None, dstate), (zero_dy, dstate)), ((dy,), (dy, zero_dstate))):
        left = kernel.named(sample, *module.backward(params, tape, *full))
        if found := differing(left, kernel.named(sample, *module.backward(params, tape, *given)), LINEAR):
            return f"without a cotangent {found}"
    return None


def _work(kernel: Kernel, sample: Sample) -> str | None:
    """Kept buffers change nothing, at first use and when used again after other numbers."""
    params = kernel.arguments(sample)[0]
    work = kernel.module.workspace(params, sample.case.T, sample.case.B)
    plain = both_passes(kernel, sample)
    moved = replace(sample, inputs={n: v + 1.0 for n, v in sample.inputs.items()})
    for use, point in (("first", sample), ("second", moved), ("third", sample)):
        expected = plain if point is sample else both_passes(kernel, point)
        if found := differ(expected, both_passes(kernel, point, work=work)):
            return f"at the {use} use of the same buffers {found}"
    return None


def _streaming(kernel: Kernel, sample: Sample) -> str | None:
    params, x, state = kernel.arguments(sample)
    expected = kernel.forward(sample)
    rows = []
    for t in range(sample.case.T):
        y, state = kernel.module.step(params, {n: v[t] for n, v in x.items()} if isinstance(x, dict) else x[t], state)
        rows.append(each(kernel.outputs(y, state), np.copy))
    streamed = {n: np.stack([row[n] for row in rows]) for n in sample.outputs}
    return differing(expected, rows[-1] | streamed, STREAM)


def _packing(kernel: Kernel, sample: Sample) -> str | None:
    blocks, arrays = kernel.arrays.blocks(sample.parameters), kernel.arrays.stacked(sample.parameters)
    packed = kernel.module.pack(blocks)
    if found := differing(arrays, packed):
        return f"pack: {found}"
    found = differing(blocks, kernel.module.unpack(packed))
    return f"unpack: {found}" if found else None


def _starting(kernel: Kernel, sample: Sample) -> str | None:
    """``init`` and ``initial_state`` have the shapes and the starts that the cell declares."""
    sizes = {s.name: int(sample.numbers[s.name]) for s in kernel.record.sizes}
    params = kernel.module.init(**sizes, rng=np.random.default_rng(0))
    for name, value in kernel.arrays.stacked(sample.parameters).items():
        if np.shape(params[name]) != value.shape:
            return f"init gives {name} the shape {np.shape(params[name])} instead of {value.shape}"
        if np.asarray(params[name]).dtype != value.dtype:
            return f"init gives {name} as {np.asarray(params[name]).dtype} instead of {value.dtype}"
        if not np.all(np.isfinite(params[name])):
            return f"init gives {name} values that are not finite"
    return differing(_starts(kernel.arrays, sample), kernel.module.initial_state(params, 2))


def _starts(arrays: Arrays, sample: Sample) -> dict[str, Array]:
    """The declared start of every state for two rows; a delayed input starts from 0."""
    inputs = {f"{d.name}_past" for d in arrays.record.inputs}
    found = {}
    for d in arrays.held:
        copies = () if d.copies is None else (d.copies,)
        dtype = np.complex128 if d.complex else np.float64
        start = 0.0 if d.name in inputs else d.start
        found[d.name] = np.full((2, *copies, *extent(d.shape, sample.numbers)), start, dtype)
    return found


def _jacobian(kernel: Kernel, sample: Sample) -> str | None:
    """The blocks of ∂s_t/∂s_{t-1}, by flat name, against a complex step of one tick."""
    params, x, state = kernel.arguments(sample)
    x_t = {n: v[0] for n, v in x.items()} if isinstance(x, dict) else x[0]
    blocks = kernel.module.jacobian(params, x_t, state)
    step = lower(kernel.record)
    for wrt, value in sample.states.items():
        size = value[0].size
        moves = 1j * COMPLEX_STEP * np.eye(size).reshape(size, 1, *value.shape[1:])
        carry = {f"{n}[t-1]": v + moves if n == wrt else v for n, v in sample.states.items()}
        leaves = {n: np.atleast_1d(v)[None, None] for n, v in sample.parameters.items()}
        leaves |= {n: v[0] for n, v in sample.inputs.items()} | carry
        tick = interpret(step, leaves, sample.numbers)
        for of, target in sample.states.items():
            slope = np.imag(tick[write_name(step, of)]) / COMPLEX_STEP
            slope = np.broadcast_to(slope, (size, *target.shape)).reshape(size, len(target), -1)
            block = blocks.get((of, wrt), np.zeros(()))
            error = block_error(np.moveaxis(slope, 0, -1), block)
            if not error <= JACOBIAN[kernel.form]:
                return f"the block of {of}[t] by {wrt}[t-1] is off by {error:.3g} of its largest value"
    return None


INTERFACE: dict[str, Callable[[Kernel, Sample], str | None]] = {
    "kept buffers change nothing": _work,
    "absent states and cotangents have their meaning": _absent,
    "step by step equals the whole sequence": _streaming,
    "pack and unpack": _packing,
    "init and initial_state": _starting,
    "jacobian": _jacobian,
}
