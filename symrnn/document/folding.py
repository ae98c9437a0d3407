"""Going through a formula without recursion: its parts, all of them, and a result made from the inside out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast, get_args

from symrnn.document.formula import Formula

RECORDS = frozenset(get_args(Formula))  # looked up by type, which is much faster than isinstance of a union


def children(formula: Formula) -> tuple[Formula, ...]:
    """The formulas that a formula is made of, in reading order."""
    found: list[Formula] = []
    for value in vars(formula).values():
        _collect(value, found)
    return tuple(found)


def _collect(value: object, found: list[Formula]) -> None:
    if isinstance(value, tuple):
        for item in value:
            _collect(item, found)
    elif type(value) in RECORDS:
        found.append(cast("Formula", value))


def walk(formula: Formula) -> Iterator[Formula]:
    """Every part of a formula, the whole first."""
    stack = [formula]
    while stack:
        item = stack.pop()
        yield item
        stack.extend(reversed(children(item)))


T = TypeVar("T")


def fold(formula: Formula, rule: Callable[[Formula, list[T]], T]) -> T:
    """The result of ``rule`` on every part, from the inside out, given the results of its own parts; any depth."""
    stack: list[tuple[Formula, bool]] = [(formula, False)]
    results: list[T] = []
    while stack:
        item, ready = stack.pop()
        parts = children(item)
        if ready:
            start = len(results) - len(parts)
            results[start:] = [rule(item, results[start:])]
        else:
            stack.append((item, True))
            stack.extend((part, False) for part in reversed(parts))
    return results[0]


def mapped(formula: Formula, change: Callable[[Formula], Formula]) -> Formula:
    """The formula with ``change`` made to every part of it, from the inside out."""
    return fold(formula, lambda item, parts: change(_with(item, iter(parts))))


def _with(item: Formula, parts: Iterator[Formula]) -> Formula:
    """A record with other formulas in the place of its own."""
    fields = {name: _placed(value, parts) for name, value in vars(item).items()}
    return type(item)(**fields) if any(fields[name] is not value for name, value in vars(item).items()) else item


def _placed(value: Any, parts: Iterator[Formula]) -> Any:
    if isinstance(value, tuple):
        return tuple(_placed(inner, parts) for inner in value)
    return next(parts) if type(value) in RECORDS else value
