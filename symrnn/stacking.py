"""The parameters of a finished body in order of first use, their copies, and how they are stacked into arrays.

A kernel reads its sizes off the shapes of its parameters. Where stacks of blocks of different lengths hide a size (an
array of 2 n_k + n_v rows and no other that has n_k), only blocks of one length are stacked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import sympy

from symrnn.errors import CellError
from symrnn.record import Array, Declaration, Shape
from symrnn.recorder import Body
from symrnn.scope import Parameter
from symrnn.size_reading import readings
from symrnn.tree import Param, walk

Settle = Callable[[Shape, str, int], Shape]


def parameters(body: Body, cell: str, settle: Settle) -> tuple[Declaration, ...]:
    """Every parameter that an equation reads; ``settle`` decides what is still open in a shape."""
    used: dict[str, set[int | None]] = {}
    for entry in body.entries:
        for node in walk(entry.tree):
            if isinstance(node, Param):
                used.setdefault(node.name, set()).add(node.copy)
    items = ((body.scope.params[name], _copies(name, seen, body, cell)) for name, seen in used.items())
    return tuple(_declaration(item, copies, settle) for item, copies in items)


def _copies(name: str, seen: set[int | None], body: Body, cell: str) -> int | None:
    """How many copies a parameter has: all of 0..L-1 are used, or it has no copies at all."""
    indices = {index for index in seen if index is not None}
    if not indices:
        return None
    line = body.scope.params[name].line
    if None in seen:
        raise CellError(
            f"{cell}: {name} (line {line}) is used with an index and without; an index names one of its copies, "
            f"so write {name}[0], {name}[1], … everywhere"
        )
    missing = set(range(max(indices))) - indices
    if missing:
        raise CellError(
            f"{cell}: copy {min(missing)} of {name} (line {line}) is never used, but copy {max(indices)} is; "
            "copies are numbered from 0 without gaps"
        )
    return len(indices)


def _declaration(item: Parameter, copies: int | None, settle: Settle) -> Declaration:
    shape = settle(item.shape, item.name, item.line)
    return Declaration(
        name=item.name,
        role="parameter",
        shape=shape if copies is None else (sympy.Integer(copies), *shape),
        domain=item.options.domain,
        fixed=item.options.fixed,
        init=item.options.init,
        family=item.family,
        block=item.block,
        kind=item.kind,
        copies=copies,
        complex=item.options.complex,
    )


def arrays(params: tuple[Declaration, ...], cell: str, sizes: Iterable[sympy.Symbol]) -> tuple[Array, ...]:
    """Stack the blocks of each family by rows, those with equal columns and equally many copies together.

    Copies stay the leading axis. A group of one block keeps the name of the block; the first larger group has the name
    of the family, a further one that of its first block.
    """
    wanted = tuple(sizes)
    made = _stacked(params, by_length=False)
    if len(readings(wanted, made)) < len(wanted):
        apart = _stacked(params, by_length=True)
        made = apart if len(readings(wanted, apart)) > len(readings(wanted, made)) else made
    for index, array in enumerate(made):
        if array.name in {other.name for other in made[:index]}:
            raise CellError(f"{cell}: two arrays of parameters would be called {array.name}; rename a family")
    return made


def _stacked(params: tuple[Declaration, ...], *, by_length: bool) -> tuple[Array, ...]:
    """The arrays; ``by_length`` keeps blocks of different lengths apart."""
    groups: dict[object, list[Declaration]] = {}
    for item in params:
        rows = _rows(item)
        length = item.shape[rows] if by_length and item.shape else None
        key = (item.family, item.shape[:rows], item.shape[rows + 1 :], length) if item.family is not None else item.name
        groups.setdefault(key, []).append(item)
    made: list[Array] = []
    shared: set[str] = set()
    for group in groups.values():
        name, family = group[0].name, group[0].family
        if len(group) > 1 and family is not None and family not in shared:
            name = family
            shared.add(family)
        shape, rows = group[0].shape, _rows(group[0])
        if len(group) > 1:
            total = sum((item.shape[rows] for item in group), sympy.Integer(0))
            shape = (*shape[:rows], total, *shape[rows + 1 :])
        made.append(Array(name, shape, tuple(item.name for item in group)))
    return tuple(made)


def _rows(item: Declaration) -> int:
    """Which axis of a parameter its rows are."""
    return 0 if item.copies is None else 1
