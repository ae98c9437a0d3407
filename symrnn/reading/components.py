"""Equations written entry by entry, made equations of whole vectors: indices that only count entries are left out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from symrnn.reading.diagnostics import Report
from symrnn.reading.statements import DEFINITION, Item
from symrnn.reading.traversal import mapped, walk
from symrnn.reading.tree import Binary, Name, Over, Transposed

INDICES = frozenset("ijklmn")


def whole(item: Item, report: Report) -> Item:
    """The equation without its component indices, where it has any."""
    if item.purpose != DEFINITION or not isinstance(item.left, Name):
        return item
    index = _index(item.left)
    if not index:
        return item
    names = [node for node in walk(item.right) if isinstance(node, Name)]
    summed = {pair for pair in (_pair(name) for name in names) if pair and index in pair}
    timed = [name for name in names if name.time is not None]
    others = {_index(name) for name in names} - {index, ""}
    if any(other in pair for pair in summed for other in others):
        repeated = ", ".join(sorted(set("".join(summed)) - {index}))
        message = f"index notation: a repeated index ({repeated}) is summed over, {index} counts the entries"
        report.add("INDEX-NOTATION", item.span, message)
        return _without(item, index, {letter for pair in summed for letter in pair})
    bracketed = any(d.code == "COMPONENT-FORM" and item.span.start <= d.span.start < item.span.end
                    for d in report.found.values())  # fmt: skip
    if index != "l" and (bracketed or timed and all(_index(name) == index for name in timed)):
        message = f"written for entry {index}: read as an equation of whole vectors"
        report.add("COMPONENT-FORM", item.span, message)
        return _without(item, index, {index})
    return item


def _index(name: Name) -> str:
    """The component index of a name: a last label of one letter."""
    label = name.name.rpartition("_")[2] if "_" in name.name else ""
    return label if label in INDICES else ""


def _pair(name: Name) -> str:
    """The two indices of a matrix entry: ``A_{ij}`` or ``A_{i,j}``."""
    parts = name.name.split("_")[1:]
    label = "".join(parts[-2:]) if len(parts) > 1 and len(parts[-1]) == len(parts[-2]) == 1 else "".join(parts[-1:])
    return label if len(label) == 2 and set(label) <= INDICES and name.time is None else ""


def _without_pair(name: str) -> str:
    head, _, last = name.rpartition("_")
    return head if len(last) == 2 else head.rpartition("_")[0]


def _without(item: Item, index: str, letters: set[str]) -> Item:
    def change(node: Any) -> Any:
        if isinstance(node, Over) and node.kind == "sum" and node.letter in letters:
            return node.body
        if not isinstance(node, Name):
            return node
        pair = _pair(node)
        if pair and set(pair) <= letters:
            bare = replace(node, name=_without_pair(node.name))
            return Transposed(bare, span=node.span) if pair[1] == index else bare
        return replace(node, name=node.name.rpartition("_")[0]) if _index(node) in letters else node

    right = mapped(item.right, lambda node: _matrix_first(node, letters))
    names = [node for node in walk(item.right) if isinstance(node, Name)]
    matrices = frozenset(_without_pair(n.name) for n in names if _pair(n) and set(_pair(n)) <= letters)
    return replace(item, left=change(item.left), right=mapped(right, change), matrices=matrices)


def _matrix_first(node: Any, letters: set[str]) -> Any:
    """``x_j w_{ji}`` with the matrix in front, as it stands in the equation of whole vectors."""
    if not isinstance(node, Binary) or node.op not in ("juxtaposed", "cdot", "star", "times"):
        return node
    left, right = node.left, node.right
    if isinstance(left, Name) and isinstance(right, Name) and not _pair(left) and _index(left) in letters:
        pair = _pair(right)
        return replace(node, left=right, right=left) if pair and _index(left) in pair else node
    return node
