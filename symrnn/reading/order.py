"""Equations in an order in which each reads only what stands above it."""

from __future__ import annotations

from symrnn.reading.diagnostics import ReadError
from symrnn.reading.roles import Definition
from symrnn.reading.traversal import walk
from symrnn.reading.tree import Name


def in_order(definitions: list[Definition], states: set[str]) -> list[Definition]:
    """The author's order, changed only where an equation reads at t what is defined below it.

    Raises ReadError (ALGEBRAIC-LOOP) where no order exists.
    """
    names = [(name.name, name.time is None) for item in definitions for name in item.names()]
    if len(set(names)) < len(names):
        # A name that is given several values in turn makes sense only in the order that was written.
        return definitions
    defining = {(name.name, name.time is None): item for item in definitions for name in item.names()}
    done: list[Definition] = []
    placed: set[int] = set()
    for first in definitions:
        stack: list[tuple[Definition, bool]] = [(first, False)]
        path: list[Definition] = []
        open_now: set[int] = set()
        while stack:
            item, ready = stack.pop()
            if id(item) in placed:
                continue
            if ready:
                placed.add(id(item))
                done.append(item)
                open_now.discard(id(path.pop()))
                continue
            path.append(item)
            open_now.add(id(item))
            stack.append((item, True))
            for need in reversed(_needs(item, defining)):
                if id(need) in open_now:
                    raise _loop(need, path)
                if id(need) not in placed:
                    stack.append((need, False))
    return done


def _needs(item: Definition, defining: dict[tuple[str, bool], Definition]) -> list[Definition]:
    """The equations that define what an equation reads at t."""
    found = []
    for node in walk(item.right):
        if isinstance(node, Name) and (node.time is None or node.time.shift == 0):
            need = defining.get((node.name, node.time is None))
            found += [need] if need is not None else []
    return found


def _loop(item: Definition, path: list[Definition]) -> ReadError:
    names = [entry.names()[0].name for entry in path]
    start = next(index for index, entry in enumerate(path) if entry is item)
    circle = " needs ".join(f"{name}[t]" for name in [*names[start:], names[start]])
    message = f"{circle}: solve for it, or read the previous value"
    return ReadError("ALGEBRAIC-LOOP", item.span, message)
