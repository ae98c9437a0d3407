"""The time itself as a value of an equation: in ``t \\bmod T`` or ``1/t`` the step is an input that counts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from symrnn.reading.diagnostics import Report
from symrnn.reading.statements import DEFINITION, Item
from symrnn.reading.traversal import mapped, walk
from symrnn.reading.tree import Name, Over, Time


def clocked(item: Item, times: frozenset[str], report: Report) -> Item:
    """The equation of a signal with the letter of its time read as the number of the step."""
    if item.purpose != DEFINITION or any(isinstance(node, Over) for node in walk(item.right)):
        return item
    timed = any(isinstance(node, Name) and node.time is not None for node in walk(item.left))
    letters = {node.name for node in walk(item.right) if isinstance(node, Name) and node.time is None} & times
    if not timed or not letters:
        return item

    def change(node: Any) -> Any:
        if isinstance(node, Name) and node.time is None and node.name in letters:
            return replace(node, name="t", time=Time("t"))
        return node

    message = f"{min(letters)} is the time here, read as an input that counts the steps"
    report.add("FUNCTION-OR-TIME", item.span, message)
    return replace(item, right=mapped(item.right, change))
