"""Runs of an emitted kernel and of the oracle on the same numbers, and how close they have to be."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np
import plain
from plain import Arrays, Problem
from random_cells import SIZES

import symrnn
from symrnn.cell import Cell

EXACT = 1e-9  # of the largest number of a block; where nothing saturates it is 1e-15


@lru_cache(maxsize=64)
def built(cell: type[Cell], accurate: bool) -> ModuleType:
    """The kernel of a cell, made once."""
    return symrnn.build(cell, accurate=accurate)


def posed(cell: type[Cell], seed: int = 0, T: int = 3, B: int = 2) -> Problem:
    """Numbers for a cell."""
    sizes = {s.name: SIZES[s.name] for s in cell.record.sizes}
    return plain.problem(cell.record, np.random.default_rng(seed), T, B, **sizes)


def one(arrays: Mapping[str, Any]) -> Any:
    """As the kernel takes and gives signals: a single one is an array, several are a mapping."""
    return next(iter(arrays.values())) if len(arrays) == 1 else dict(arrays)


def named(value: Any, names: tuple[str, ...]) -> Arrays:
    """The other way round."""
    return {names[0]: value} if len(names) == 1 else dict(value)


def kernel_results(kernel: Any, p: Problem, dtype: Any = np.float64, **options: Any) -> list[Arrays]:
    """Outputs, last state, and the gradients of parameters, inputs and first state, by the emitted kernel."""

    def cast(arrays: Mapping[str, Any]) -> Arrays:
        return {n: np.asarray(v, dtype) for n, v in arrays.items()}

    params = cast(kernel.pack(p.params))
    y, last, tape = kernel.forward(params, one(cast(p.x)), cast(p.state), **options)
    dparams, dx, dstate = kernel.backward(params, tape, one(cast(p.dy)), cast(p.dstate), **options)
    return [
        {n: np.array(v) for n, v in group.items()}
        for group in (
            named(y, p.record.outputs), last, kernel.unpack(dparams), named(dx, tuple(p.x)), dstate,
        )
    ]  # fmt: skip


def meant(p: Problem) -> list[Arrays]:
    """The same by the author's equations and complex steps."""
    return [*plain.forward(p), *plain.gradients(p)]


def agree(found: list[Arrays], expected: list[Arrays], tolerance: float, saturated: bool = False) -> None:
    """Every block within ``tolerance`` of its largest number; gradients, if ``saturated``, of the largest gradient.

    Derivatives in the output of a function (1 - y²) have no digits left where it saturates, so a block of gradients
    that all but vanish is wrong in its own units. What vanishes altogether may be what rounding leaves of the rest.
    """
    largest = max((np.abs(v).max(initial=0.0) for group in expected[2:] for v in group.values()), default=0.0)
    for place, (group, reference) in enumerate(zip(found, expected, strict=True)):
        assert group.keys() == reference.keys()
        least = largest * (1.0 if saturated else 1e-6) if place >= 2 else 0.0
        for name, value in reference.items():
            assert group[name].shape == value.shape, name
            scale = max(np.abs(value).max(initial=0.0), least)
            assert np.abs(group[name] - value).max(initial=0.0) <= tolerance * scale, name
