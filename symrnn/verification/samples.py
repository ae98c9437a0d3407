"""One point at which a kernel is judged: the sizes of its case, and a number for everything that the cell reads.

A sample is drawn for the flat record (``symrnn.flat``), so every value is a real scalar, vector or matrix under its
flat name: what is differentiated is differentiated entry by entry. ``arrays`` makes of it what users hold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import sympy

from symrnn.record import Record, Shape

Array = Any
DTYPE = np.float64


@dataclass(frozen=True)
class Case:
    """The sizes of one case and what is special about it; ``sizes`` go to the cell's sizes in order, cyclically."""

    name: str
    T: int
    B: int
    sizes: tuple[int, ...]
    last_step: bool = False
    weight_scale: float = 1.0
    gate_shift: float = 0.0
    every: bool = False  # leg B goes through every element (leg A always does)

    @property
    def ordinary(self) -> bool:
        """Whether single precision can hold its tolerance: large weights and long sequences cost it more digits."""
        return self.weight_scale == 1 and self.gate_shift == 0

    @property
    def milder(self) -> Case | None:
        """The same case half as long or with half the scale of weights, for a cell that no draw of this one suits."""
        if self.gate_shift and self.T > 8:
            return replace(self, T=self.T // 2)
        return replace(self, weight_scale=self.weight_scale / 2) if self.weight_scale > 1 else None

    def extents(self, record: Record) -> dict[str, int]:
        """A number for every size of the cell."""
        return {s.name: self.sizes[k % len(self.sizes)] for k, s in enumerate(record.sizes)}


@dataclass(frozen=True)
class Sample:
    """One drawn point. Parameters are blocks by flat name; inputs ``(T, B, …)``, states and finals ``(B, …)``.

    ``whole`` names the parameters and inputs that are whole numbers by their domain (a mask, a time).
    """

    case: Case
    numbers: dict[str, float]
    parameters: dict[str, Array]
    inputs: dict[str, Array]
    states: dict[str, Array]
    outputs: dict[str, Array]
    finals: dict[str, Array] | None
    whole: frozenset[str] = field(default=frozenset())
    kink_distance: float = float("inf")
    redraws: int = 0

    @cached_property
    def starts(self) -> dict[str, str]:
        """The name of the gradient of every state before the first tick: ``dh0``, of a part of it ``dh0.re``.

        A parameter that is called ``h0`` keeps its name, and the state's gradient gets a stroke.
        """
        taken = {f"d{n}" for n in (*self.parameters, *self.inputs)}
        table = {}
        for name in self.states:
            stem, rest = _parted(name)
            mark = "0"
            while f"d{stem}{mark}{rest}" in taken:
                mark += "'"
            table[name] = f"d{stem}{mark}{rest}"
        return table

    @property
    def variables(self) -> dict[str, Array]:
        """Everything that is differentiated, by the name of its gradient: ``dW_i``, ``dx``, ``dh0``."""
        table = {f"d{n}": v for n, v in (self.parameters | self.inputs).items()}
        return table | {self.starts[n]: v for n, v in self.states.items()}

    @property
    def single(self) -> Sample:
        """The same point with every number rounded to float32."""

        def rounded(table: dict[str, Array]) -> dict[str, Array]:
            return {n: v.astype(np.float32).astype(DTYPE) for n, v in table.items()}

        return replace(
            self,
            parameters=rounded(self.parameters),
            inputs=rounded(self.inputs),
            states=rounded(self.states),
            outputs=rounded(self.outputs),
            finals=None if self.finals is None else rounded(self.finals),
        )

    def moved(self, values: Mapping[str, Array]) -> Sample:
        """The same point with other values for some gradients' variables."""
        table = self.variables | dict(values)
        return replace(
            self,
            parameters={n: table[f"d{n}"] for n in self.parameters},
            inputs={n: table[f"d{n}"] for n in self.inputs},
            states={n: table[self.starts[n]] for n in self.states},
        )


def _parted(name: str) -> tuple[str, str]:
    """A flat name as the name of its array and the part of it: ``h_past``, ``[0].re``."""
    stem = re.split(r"[.\[]", name, maxsplit=1)[0]
    return stem, name[len(stem) :]


def last(name: str) -> str:
    """The name of a state after the last tick: ``h[T]``, of a part of it ``h[T].re``."""
    stem, rest = _parted(name)
    return f"{stem}[T]{rest}"


def finals(sample: Sample) -> dict[str, Array]:
    """The cotangents of the final states, zero where the sample has none."""
    return sample.finals or {n: np.zeros(v.shape) for n, v in sample.states.items()}


def leaves(sample: Sample) -> tuple[dict[str, Array], dict[str, Array], dict[str, Array]]:
    """Inputs, carry and parameters as the interpreter takes them: a scalar parameter is a vector of length 1."""
    return sample.inputs, sample.states, {n: np.atleast_1d(v) for n, v in sample.parameters.items()}


def extent(shape: Shape, numbers: Mapping[str, float]) -> tuple[int, ...]:
    """A symbolic shape in numbers."""
    return _extent(tuple(shape), tuple((n, v) for n, v in numbers.items()))


@lru_cache(maxsize=4096)
def _extent(shape: Shape, numbers: tuple[tuple[str, float], ...]) -> tuple[int, ...]:
    table = dict(numbers)
    return tuple(int(s.xreplace({n: sympy.Integer(int(table[n.name])) for n in s.free_symbols})) for s in shape)
