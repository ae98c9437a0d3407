"""The same numbers through the C kernel and through the NumPy kernel in double precision, and how far they differ."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from symrnn.cell import Cell

Array = Any
Arrays = dict[str, Array]
TOLERANCE = {np.float64: 1e-12, np.float32: 1e-5}
# T, B and sizes: single numbers, odd ones, no multiple of any vector width, more than one chunk of ticks, nothing.
CASES = (
    (3, 2, (2, 3)),
    (5, 1, (1, 1)),
    (4, 3, (17, 9)),
    (70, 2, (3, 4)),
    (0, 2, (2, 3)),
    (2, 0, (3, 2)),
)


class Numbers:
    """Everything that a kernel is called with, drawn for one cell and rounded to a precision."""

    def __init__(self, cell: type[Cell], T: int, B: int, sizes: tuple[int, ...], dtype: Any) -> None:
        self.record, self.rng, self.dtype = cell.record, np.random.default_rng(1), dtype
        self.sizes = {s: sizes[k % len(sizes)] for k, s in enumerate(self.record.sizes)}
        self.T, self.B = T, B
        # Shorter steps for long sequences: what is compared is arithmetic, not chaos.
        self.scale = 0.5 if T < 20 else 0.2

    def extents(self, shape: Any) -> tuple[int, ...]:
        return tuple(int(s.subs(self.sizes)) for s in shape)

    def draw(self, shape: tuple[int, ...], domain: str = "real", complex: bool = False) -> Array:
        rng = self.rng
        if domain == "mask":
            value = rng.integers(0, 2, shape).astype(float)
        elif domain in ("positive", "unit"):
            value = rng.uniform(0.5, 1.5, shape) if domain == "positive" else rng.uniform(0.1, 0.9, shape)
        elif domain == "time":
            value = np.ones(shape) * np.arange(1.0, (shape[0] if shape else 1) + 1).reshape(-1, *[1] * (len(shape) - 1))
            value = value.reshape(shape)
        else:
            value = self.scale * rng.standard_normal(shape)
        return self.cast(value + 1j * self.draw(shape, domain) if complex else value)

    def cast(self, value: Array) -> Array:
        real = not np.iscomplexobj(value)
        return np.asarray(value).astype(self.dtype if real else np.result_type(self.dtype, np.complex64))

    def arguments(self, kernel: ModuleType) -> tuple[Arrays, Arrays, Arrays, Arrays, Arrays]:
        """Parameters, inputs, state, cotangents of the outputs and of the last state."""
        blocks = {d.name: self.draw(self.extents(d.shape), d.domain, d.complex) for d in self.record.params}
        params = {name: self.cast(array) for name, array in kernel.pack(blocks).items()}
        lead = (self.T, self.B)
        x = {d.name: self.draw(lead + self.extents(d.shape), d.domain) for d in self.record.inputs}
        start = kernel.initial_state(params, self.B)
        state = {n: self.cast(v + self.draw(v.shape, "real", np.iscomplexobj(v))) for n, v in start.items()}
        dy = {n: self.draw(lead + self.extents(self.record.shape_of(n))) for n in self.record.outputs}
        dstate = {n: self.draw(v.shape, "real", np.iscomplexobj(v)) for n, v in start.items()}
        return params, x, state, dy, dstate


def one(arrays: Mapping[str, Array]) -> Any:
    """As a kernel takes signals: a single one is an array, several are a mapping."""
    return next(iter(arrays.values())) if len(arrays) == 1 else dict(arrays)


def named(value: Any, name: str) -> Arrays:
    return {k: np.array(v) for k, v in (value if isinstance(value, dict) else {name: value}).items()}


def results(kernel: ModuleType, given: tuple[Arrays, ...], **options: Any) -> dict[str, Arrays]:
    """Everything that a kernel computes, by group and name."""
    params, x, state, dy, dstate = given
    y, last, tape = kernel.forward(params, one(x), state, **options)
    found = {"y": named(y, "y"), "last": dict(last)}
    dparams, dx, start = kernel.backward(params, tape, one(dy), dstate, work=options.get("work"))
    found |= {"dparams": dict(dparams), "dx": named(dx, "dx"), "dstate": dict(start)}
    if len(next(iter(x.values()))):
        tick = {n: v[0] for n, v in x.items()}
        y_t, after = kernel.step(params, one(tick), state)
        blocks = kernel.jacobian(params, one(tick), state)
        found |= {"y_t": named(y_t, "y"), "after": dict(after), "jacobian": {str(k): v for k, v in blocks.items()}}
    return found


def wide(arrays: Arrays) -> Arrays:
    """The same numbers in double precision."""
    return {n: v.astype(np.result_type(v.dtype, np.float64)) for n, v in arrays.items()}


def differences(cell: type[Cell], reference: ModuleType, kernel: ModuleType, case: Any, dtype: Any) -> Arrays:
    """For every block by group and name, the largest difference divided by the largest number of the block.

    A gradient that all but vanishes is judged by the largest gradient. In single precision the NumPy kernel's own error
    is allowed on top, ten times: a cell that magnifies rounding does so in any kernel.
    """
    given = Numbers(cell, *case, dtype).arguments(reference)
    found, single = results(kernel, given), results(reference, given)
    exact = results(reference, tuple(wide(group) for group in given))
    gradients = [v for g in ("dparams", "dx", "dstate") for v in exact[g].values()]
    largest = max((np.abs(v).max(initial=0.0) for v in gradients), default=0.0)
    assert {g: list(v) for g, v in found.items()} == {g: list(v) for g, v in exact.items()}
    table = {}
    for group, blocks in exact.items():
        for name, value in blocks.items():
            own = found[group][name]
            assert own.shape == value.shape and own.dtype == single[group][name].dtype, f"{group} {name}"
            least = 1e-3 * largest if group.startswith("d") else 0.0
            scale = max(np.abs(value).max(initial=0.0), least) or 1.0
            noise = np.abs(single[group][name] - value).max(initial=0.0) if dtype is np.float32 else 0.0
            error = np.abs(own - value)
            assert np.isfinite(error).all() or not np.isfinite(value).all(), f"{group} {name}"
            table[f"{group} {name}"] = max(error.max(initial=0.0) - 10 * noise, 0.0) / scale
    return table
