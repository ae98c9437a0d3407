"""Indexed sums evaluated on arrays, factor by factor: what a normal form means, for the tests of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import sympy

from symrnn.analysis.algebra import LEAF, WHOLE, Atom
from symrnn.analysis.indexed import EQUAL, Sum
from symrnn.analysis.normal_form import NormalForms
from symrnn.primitives import shape_of
from symrnn.whole_values import VALUES

Array = Any
LETTERS = "abcdefghijklmnopqrstuvwxyz"

ENTRYWISE: dict[str, Callable[[Array], Array]] = {
    "1/": lambda z: 1 / z,
    "exp": np.exp,
    "log": np.log,
    "max0": lambda z: np.maximum(z, 0),
    "step": lambda z: (z > 0).astype(float),
    "group": lambda z: z,
    "floor": np.floor,
    "sin": np.sin,
    "cos": np.cos,
}


class FormValues:
    """The values of sums at one point: ``leaves`` by name without axes of length 1, sizes and constants by name."""

    def __init__(self, forms: NormalForms, leaves: Mapping[str, Array], numbers: Mapping[str, float]) -> None:
        self.atoms = forms.algebra.atoms
        self.leaves, self.numbers = leaves, numbers
        self.known: dict[tuple[int, tuple[int, ...]], Array] = {}
        self.axes: dict[int, dict[int, int]] = {}

    def number(self, value: Any) -> float:
        return float(value.xreplace({s: sympy.Float(self.numbers[s.name], 17) for s in value.free_symbols}))

    def extent(self, shape: Any) -> tuple[int, ...]:
        return tuple(round(self.number(sympy.sympify(size, strict=True))) for size in shape)

    def of(self, sum_: Sum, shape: tuple[int, ...]) -> Array:
        """The value of a sum, as an array of that shape."""
        total = np.zeros(shape)
        out = LETTERS[: len(shape)]
        for monomial, value in sum_.terms:
            lengths = dict(enumerate(shape))
            for atom, indices, _ in monomial:
                lengths |= {indices[k]: n for k, n in self.lengths(atom).items()}
            operands, words = [np.ones(n) for n in shape], list(out)
            for atom, indices, power in monomial:
                own = tuple(lengths[i] for i in indices)
                operands.append(np.eye(own[0]) if atom == EQUAL else self.atom(atom, own) ** float(power))
                words.append("".join(LETTERS[i] for i in indices))  # a summed index counts from the end
            term = np.einsum(f"{','.join(words)}->{out}", *operands, optimize="greedy") if operands else 1.0
            total = total + self.number(value) * term
        return total

    def lengths(self, atom: int) -> dict[int, int]:
        """The lengths of the axes of an atom, as far as they are known from what it holds."""
        if atom not in self.axes:
            self.axes[atom] = {} if atom == EQUAL else self._lengths(self.atoms[atom])
        return self.axes[atom]

    def _lengths(self, atom: Atom) -> dict[int, int]:
        if atom.kind == LEAF:
            return dict(enumerate(self.leaves[str(atom.data[0])].shape))
        if atom.kind == WHOLE:
            op, shapes = atom.data
            shape: Any = shape_of(op, shapes)
            return dict(enumerate(n for n, size in zip(self.extent(shape), shape, strict=True) if size != 1))
        inner = [factor for arg in atom.args for monomial, _ in arg.terms for factor in monomial]
        found = {indices[k]: n for a, indices, _ in inner for k, n in self.lengths(a).items()}
        return {axis: n for axis, n in found.items() if axis >= 0}

    def atom(self, place: int, shape: tuple[int, ...]) -> Array:
        if (place, shape) not in self.known:
            self.known[place, shape] = self._atom(self.atoms[place], shape)
        return self.known[place, shape]

    def _atom(self, atom: Atom, shape: tuple[int, ...]) -> Array:
        if atom.kind == LEAF:
            return self.leaves[str(atom.data[0])]
        if atom.kind == WHOLE:
            return self._whole(atom).reshape(shape)
        (arg,) = (self.of(arg, shape) for arg in atom.args)
        if atom.kind == "power":
            return arg ** self.number(atom.data[0])
        return ENTRYWISE[str(atom.data[0]) if atom.kind == "wave" else atom.kind](arg)

    def _whole(self, atom: Atom) -> Array:
        op: Any
        shapes: Any
        op, shapes = atom.data
        args = []
        for arg, shape in zip(atom.args, shapes, strict=True):
            full = self.extent(shape)
            args.append(self.of(arg, tuple(n for n, s in zip(full, shape, strict=True) if s != 1)).reshape(full))
        return VALUES[type(op)](op, args, [len(s) for s in shapes], self.extent)
