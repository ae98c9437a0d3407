"""Scripts that are time indices."""

from __future__ import annotations

from collections.abc import Mapping

from symrnn.reading.diagnostics import ReadError
from symrnn.reading.tree import Binary, Group, Number, Symbol, Time, Tree


def time_of(item: Tree, times: frozenset[str], delays: Mapping[str, int]) -> Time | None:
    """The time index that a script is, None where it is none."""
    if isinstance(item, Group) and item.bracket in "([<" and len(item.items) == 1:
        return time_of(item.items[0], times, delays)
    if isinstance(item, Symbol) and item.text in times:
        return Time(item.text)
    if not (isinstance(item, Binary) and item.op in "+-" and isinstance(item.left, Symbol)):
        return None
    if item.left.text not in times:
        return None
    sign = 1 if item.op == "+" else -1
    if isinstance(item.right, Number) and item.right.value.denominator == 1:
        return Time(item.left.text, sign * int(item.right.value))
    if isinstance(item.right, Symbol) and item.right.text in delays:
        return Time(item.left.text, sign * delays[item.right.text])
    letter = item.right.text if isinstance(item.right, Symbol) else "the delay"
    message = f"how many steps {letter} is has to be said: constants={{'{letter}': 3}}"
    raise ReadError("UNSUPPORTED", item.span, message)
