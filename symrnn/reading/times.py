"""Scripts that are time indices."""

from __future__ import annotations

from collections.abc import Mapping

from symrnn.reading.diagnostics import ReadError
from symrnn.reading.tree import Binary, Group, Number, Symbol, Time, Tree


def time_of(item: Tree, times: frozenset[str], delays: Mapping[str, int], many: bool = False) -> Time | None:
    """The time index that a script is, None where it is none; ``many``: a delay may be a letter, as in ``t-k``."""
    if isinstance(item, Group) and item.bracket in "([<" and len(item.items) == 1:
        return time_of(item.items[0], times, delays, many)
    (_, first), *rest = _terms(item)
    if not isinstance(first, Symbol) or first.text not in times:
        return None
    shift, letters = 0, ""
    for sign, term in rest:
        by = _whole(term, delays)
        if by is not None:
            shift += by if sign == "+" else -by
        elif many and isinstance(term, Symbol) and len(term.text) == 1:
            letters += sign + term.text
        else:
            letter = term.text if isinstance(term, Symbol) else "the delay"
            message = f"how many steps {letter} is has to be said: constants={{'{letter}': 3}}"
            raise ReadError("UNSUPPORTED", item.span, message)
    return Time(first.text, shift, letters)


def _terms(item: Tree, sign: str = "+") -> list[tuple[str, Tree]]:
    """The terms of a sum with their signs."""
    if isinstance(item, Binary) and item.op in ("+", "-"):
        return [*_terms(item.left, sign), (item.op, item.right)]
    return [(sign, item)]


def _whole(term: Tree, delays: Mapping[str, int]) -> int | None:
    """A number of steps."""
    if isinstance(term, Number) and term.value.denominator == 1:
        return int(term.value)
    return delays.get(term.text) if isinstance(term, Symbol) else None
