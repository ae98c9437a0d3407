"""Which axis of which parameter array says how long a size is: how a kernel learns its sizes from its parameters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sympy

from symrnn.record import Array


@dataclass(frozen=True)
class Reading:
    """``size`` is ``value``, in terms of ``EXTENT`` (the length of that axis) and of sizes that are read before it."""

    size: sympy.Symbol
    array: Array
    axis: int
    value: sympy.Expr


EXTENT = sympy.Symbol("$extent")


def readings(sizes: Iterable[sympy.Symbol], arrays: tuple[Array, ...]) -> tuple[Reading, ...]:
    """A way to read each size, the plainest first; sizes that no shape says are missing from the result."""
    missing = list(sizes)
    found: dict[sympy.Symbol, Reading] = {}
    while missing:
        options = [
            (sympy.count_ops(extent), place, axis, size, extent, array)
            for place, array in enumerate(arrays)
            for axis, extent in enumerate(array.shape)
            for size in missing
            if extent.free_symbols - found.keys() == {size} and sympy.Poly(extent, size).degree() == 1
        ]
        if not options:
            break
        _, _, axis, size, extent, array = min(options, key=lambda option: option[:3])
        rest, slope = extent.subs(size, 0), sympy.expand(extent.coeff(size, 1))
        found[size] = Reading(size, array, axis, (EXTENT - rest) / slope)
        missing.remove(size)
    return tuple(found.values())
