"""Which equations of a text make one cell: told apart by headings, by names defined twice, and by shared names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from symrnn.reading.kinds import key_of
from symrnn.reading.statements import CONSTANT, DECLARATION, DEFINITION, START, Item
from symrnn.reading.traversal import walk
from symrnn.reading.tree import Name, Stack

MERGING = 20  # how many cells back an equation may belong to


@dataclass
class Group:
    """The equations of one cell, and what it may be called."""

    items: list[Item] = field(default_factory=list)
    headings: tuple[str, ...] = ()
    repeats: list[tuple[Item, Item]] = field(default_factory=list)
    declared: list[Item] = field(default_factory=list)

    def defined(self) -> set[str]:
        """The names that are defined here."""
        return {name for item in self.items for name in defined_by(item)}

    def read(self) -> set[str]:
        """The names that are read with a time index."""
        return {node.name for item in self.items for node in walk(item.right)
                if isinstance(node, Name) and node.time is not None}  # fmt: skip

    @property
    def title(self) -> str:
        """A word for a class: what the nearest heading with one in capitals says."""
        for heading in reversed(self.headings):
            words = re.findall(r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*", re.sub(r"\$[^$]*\$", "", heading))
            capitals = [word.replace("-", "_") for word in words if sum(map(str.isupper, word)) >= 2]
            if capitals:
                return str(capitals[0][:40])
        return ""


def names_of(item: Item) -> list[Name]:
    """The names on the left of a definition."""
    left = item.left
    names: list[Any] = list(left.items) if isinstance(left, Stack) else [left]
    return [name for name in names if isinstance(name, Name)]


def defined_by(item: Item) -> list[str]:
    """The names on the left of a definition, without their times."""
    return [name.name for name in names_of(item)]


def groups_of(items: list[Item]) -> list[Group]:
    """The groups in the order of the text.

    A group ends where another heading begins, and where a name is defined again in another block. An equation that is
    only repeated word for word joins the repeats of its group.
    """
    groups: list[Group] = []
    taken: dict[str, Item] = {}
    said: dict[tuple[Any, Any], Item] = {}
    for item in items:
        if item.purpose != DEFINITION:
            continue
        current = groups[-1] if groups and groups[-1].headings == item.block.headings else None
        before = said.get((item.left, item.right)) if current is not None else None
        if current is not None and before is not None and before.block is not item.block:
            current.repeats.append((item, before))
            continue
        names = [key_of(name) for name in names_of(item)]
        again = any(name in taken and taken[name].block is not item.block for name in names)
        if current is None or again:
            current = Group([], item.block.headings)
            groups.append(current)
            taken, said = {}, {}
        current.items.append(item)
        taken |= dict.fromkeys(names, item)
        said.setdefault((item.left, item.right), item)
    merged = _merged(groups)
    for item in items:
        if item.purpose == DECLARATION and merged:
            _nearest(item, merged).declared.append(item)
    return merged


def _nearest(item: Item, groups: list[Group]) -> Group:
    """The cell that a declaration belongs to: that of its block, or else the last one that begins above it."""
    own = [group for group in groups if any(other.block is item.block for other in group.items)]
    above = [group for group in groups if group.items[0].span.start < item.span.start]
    return (own or above[-1:] or groups)[0]


def _merged(groups: list[Group]) -> list[Group]:
    """Groups under different headings are one cell where they define nothing twice and one reads the other."""
    merged: list[Group] = []
    for group in groups:
        for other in merged[-MERGING:]:
            if not (group.defined() & other.defined()) and _linked(group, other):
                other.items += group.items
                other.repeats += group.repeats
                other.headings = _common(other.headings, group.headings) or other.headings
                break
        else:
            merged.append(group)
    return merged


def _linked(group: Group, other: Group) -> bool:
    """Whether one of two groups reads what only the other one defines."""
    own, foreign = group.defined(), other.defined()
    return bool((group.read() - own) & foreign or (other.read() - foreign) & own)


def _common(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, ...]:
    length = 0
    while length < min(len(left), len(right)) and left[length] == right[length]:
        length += 1
    return left[:length]


def settings(items: list[Item]) -> tuple[dict[str, Item], list[tuple[str, Item]]]:
    """The numbers that a text gives names, and what states start from."""
    constants = {item.left.name: item for item in items if item.purpose == CONSTANT}
    return constants, [(item.left.name, item) for item in items if item.purpose == START]
