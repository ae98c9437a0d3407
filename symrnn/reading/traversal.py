"""Walking over the nodes of a read equation, and changing them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any

from symrnn.reading.tree import Node, Tree


def _fields(kind: type[Node]) -> tuple[str, ...]:
    """The fields of a class of nodes that hold nodes, by what they are declared to be."""
    return tuple(item.name for item in fields(kind) if "Tree" in str(item.type) or "Relation" in str(item.type))


PARTS: dict[type, tuple[str, ...]] = {}


def children(node: Any) -> list[Any]:
    """The direct parts of a node, in the order of its fields; the options of a call are no parts."""
    kind = type(node)
    names = PARTS.get(kind)
    if names is None:
        names = PARTS[kind] = _fields(kind)
    found: list[Any] = []
    for name in names:
        value = getattr(node, name)
        if isinstance(value, Node):
            found.append(value)
        elif value:
            found += _inside(value)
    return found


def _inside(values: tuple[Any, ...]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple) and value:
            found += _inside(value)
    return found


def walk(node: Tree) -> Iterator[Any]:
    """Every node of a tree, parents first; iterative."""
    stack: list[Any] = [node]
    while stack:
        top = stack.pop()
        yield top
        parts = children(top)
        if parts:
            parts.reverse()
            stack += parts


def within(node: Any, change: Callable[[Any], Any]) -> Any:
    """The node with ``change`` applied to each of its direct parts."""
    made = {}
    for key, value in vars(node).items():
        if isinstance(value, Node):
            new = change(value)
        elif isinstance(value, tuple) and value and isinstance(value[0], tuple | Node) and key != "options":
            new = _each(value, change)
        else:
            continue
        if new is not value:
            made[key] = new
    return replace(node, **made) if made else node


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, Node):
        return change(value)
    if isinstance(value, tuple):
        return tuple(_each(item, change) for item in value)
    return value


def mapped(node: Tree, change: Callable[[Any], Any]) -> Any:
    """The tree with ``change`` applied to every node, children first."""
    return change(within(node, lambda part: mapped(part, change)))
