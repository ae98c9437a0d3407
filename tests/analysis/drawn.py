"""A random point of a cell for the reference interpreter: every leaf by name, and every size and constant."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy

from symrnn.cell import Cell
from symrnn.flat import flat
from symrnn.ir import Shape
from symrnn.lower import lower
from symrnn.step import Step

Array = Any
FIRST_SIZE = 2  # sizes are 2, 3, 4, …, all different


def point(cell: type[Cell], seed: int = 0) -> tuple[Step, dict[str, Array], dict[str, float]]:
    """The step of a cell, a value for each of its leaves, drawn by its declared domain, and the numbers it names."""
    record, step = flat(cell.record), lower(cell.record)
    rng = np.random.default_rng(seed)
    numbers = {s.name: FIRST_SIZE + k for k, s in enumerate(record.sizes)} | dict(record.constants)
    domains = {d.name: d.domain for d in (*record.inputs, *record.states, *record.params)}
    values = {}
    for leaf in step.leaves:
        name = step.names[leaf]
        values[name] = _drawn(domains[name.replace("[t-1]", "")], rng, extent(leaf.shape, numbers))
    return step, values, numbers


def extent(shape: Shape, numbers: dict[str, float]) -> tuple[int, ...]:
    return tuple(int(n.xreplace({s: sympy.Integer(numbers[s.name]) for s in n.free_symbols})) for n in shape)


def _drawn(domain: str, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    match domain:
        case "positive":
            return rng.uniform(0.4, 2.0, shape)
        case "unit":
            return rng.uniform(0.05, 0.95, shape)
        case "mask":
            return rng.integers(0, 2, shape).astype(float)
        case "time":
            return np.full(shape, 2.0)
    return 0.7 * rng.standard_normal(shape)
