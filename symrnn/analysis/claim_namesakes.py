"""The cell that a claim is about where its text defines none: the oldest of the zoo that has all of its names.

A page that says ∂c_t/∂c_{t-1} = f_t without any equation speaks of a cell that its readers know. Which one was taken is
part of the evidence.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterable
from functools import lru_cache

from symrnn.cell import Cell
from symrnn.reading import tree as read
from symrnn.reading.claim import Claim
from symrnn.reading.traversal import walk
from symrnn.zoo import __name__ as package
from symrnn.zoo import zoo

Needs = frozenset[tuple[str, bool]]  # names of signals, and whether their value at the step before is read


def namesake(claims: Iterable[Claim]) -> type[Cell] | None:
    """The oldest cell of the zoo that has every signal of the claims, as a state where it is read at t-1."""
    found = [n for claim in claims for side in (claim.left, claim.right) for n in walk(side)]
    names = [n for n in found if isinstance(n, read.Name) and n.time is not None]
    return _oldest(frozenset((n.name, n.time is not None and n.time.shift < 0) for n in names)) if names else None


@lru_cache(maxsize=64)
def _oldest(needs: Needs) -> type[Cell] | None:
    cells = [zoo[id] for id in zoo if _mentions(id, needs)]
    known = [cell for cell in cells if _has(cell, needs)]
    return min(known, key=lambda cell: (cell.year or "9999", len(cell.params), cell.id), default=None)


def _mentions(id: str, needs: Needs) -> bool:
    """Whether the file of a cell seems to define these names; only then it is imported."""
    text = (pkgutil.get_data(package, f"{id}.py") or b"").decode()
    return all(re.search(rf"^ +(?:\w+, )*{re.escape(name)}(?:, \w+)* = ", text, re.M) for name, _ in needs)


def _has(cell: type[Cell], needs: Needs) -> bool:
    states = {d.name for d in cell.record.states}
    known = states | {d.name for d in cell.record.inputs} | {e.name for e in cell.record.equations}
    return all(name in (states if before else known) for name, before in needs)
