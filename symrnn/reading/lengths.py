r"""The lengths that a text gives by the way: ``$S_t \in \mathbb{R}^{d_k \times d_v}$`` beside the equations.

Every text has letters of its own for them. The length of the first state is called n_h, that of an input x n_x, as
everywhere in this package; all others keep their letter. What a text says so is not always meant for a cell of one
example (it may count a batch, or rows for columns): where the lengths do not fit the equations, they are left out, and
the reading says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import sympy

from symrnn.errors import CellError, UsageError
from symrnn.names import check_name
from symrnn.reading.declared import Facts
from symrnn.reading.kinds import MATRIX, default
from symrnn.reading.roles import Roles
from symrnn.reading.sets import size_of, space_of
from symrnn.reading.statements import SHAPE, Item
from symrnn.reading.tree import Name
from symrnn.unify import HIDDEN, ONE, size_symbol

Shape = tuple[sympy.Expr, ...]


def memberships(items: Iterable[Item], headings: tuple[str, ...], names: set[str]) -> dict[str, Item]:
    """What a text says of some names: under their own heading, or else once and for all."""
    found: dict[str, list[Item]] = {}
    for item in items:
        if item.purpose == SHAPE and isinstance(item.left, Name) and item.left.name in names:
            found.setdefault(item.left.name, []).append(item)
    own = {name: [item for item in said if item.block.headings == headings] or said for name, said in found.items()}
    return {name: said[0] for name, said in own.items() if len({item.right for item in said}) == 1}


def mark_batches(items: Iterable[Item]) -> None:
    """Mark the length that counts the examples of a batch: all signals have it, in one place, and nothing else does."""
    said = [item for item in items if item.purpose == SHAPE and isinstance(item.left, Name)]
    shapes = {id(item): [getattr(length, "name", "") for length in space.lengths]
              for item in said if (space := space_of(item.right)) is not None}  # fmt: skip
    signals = [item for item in said if item.left.time is not None and id(item) in shapes]
    others = {name for item in said if item.left.time is None for name in shapes.get(id(item), ())}
    for place in (0, 1):
        letters = {shapes[id(item)][place] if len(shapes[id(item)]) == 2 else "" for item in signals}
        rest = {shapes[id(item)][1 - place] for item in signals if len(shapes[id(item)]) == 2}
        letter = letters.pop() if len(letters) == 1 else ""
        if letter and letter not in others | rest and len({item.left.name for item in signals}) > 1:
            for item in signals:
                item.batch = letter


def with_lengths(facts: Facts, roles: Roles, said: dict[str, Item], row: bool) -> Facts:
    """The facts with the lengths of a text added where nothing else is known; the same facts where it says none."""
    shapes = {name: shape for name, item in said.items()
              if facts.of(name).shape is None for shape in _shapes(item, name, roles, row)}  # fmt: skip
    usual = dict(_usual(shapes, roles))
    letters = {symbol for shape in shapes.values() for length in shape for symbol in length.free_symbols}
    if len({usual.get(symbol, symbol) for symbol in letters}) < len(letters):
        # Another length of the text has the name that one of these would get.
        return facts
    found = facts.copy()
    for name, shape in shapes.items():
        made = tuple(length.xreplace(usual) for length in shape)
        found.names[name] = replace(facts.of(name), shape=made)
        for symbol in sorted({symbol for length in made for symbol in length.free_symbols}, key=str):
            if symbol not in usual.values() and str(symbol) not in found.sizes:
                found.sizes.append(str(symbol))
    return found if shapes else facts


def _shapes(item: Item, name: str, roles: Roles, row: bool) -> Iterator[Shape]:
    """The shape that one membership says; none where it is no shape of a cell's value."""
    space = space_of(item.right)
    if space is None or space.copies or space.domain not in ("real", "positive"):
        return
    try:
        shape = tuple(size_of(length, _named) for length in space.lengths)
    except (UsageError, CellError):
        return
    signal = name in (*roles.states, *roles.inputs)
    if item.batch:
        shape = tuple(length for length in shape if length != _named(item.batch))
    if not signal and len(shape) == 2 and ONE in shape and default(item.left) != MATRIX:
        shape = tuple(length for length in shape if length != ONE)
    if signal and (len(shape) == 2 and ONE in shape):
        shape = tuple(length for length in shape if length != ONE) or (ONE,)
    elif row and not signal and len(shape) == 2:
        shape = shape[::-1]
    if len(shape) < 3:
        yield shape or ((ONE,) if signal else ())


def _named(name: str) -> sympy.Symbol:
    """The size that a text calls ``m`` or ``d_k``."""
    return size_symbol(f"n_{name}" if len(name) == 1 else check_name(name))


def _usual(shapes: dict[str, Shape], roles: Roles) -> Iterator[tuple[sympy.Symbol, sympy.Symbol]]:
    """The letters of a text whose meaning has a name here."""
    called = [(name, HIDDEN) for name in roles.states[:1]]
    called += [(name, size_symbol(f"n_{name}")) for name in roles.inputs]
    taken: set[sympy.Symbol] = set()
    for name, size in called:
        shape = shapes.get(name, ())
        if len(shape) == 1 and shape[0].is_Symbol and shape[0] not in taken:
            taken.add(shape[0])
            yield shape[0], size
