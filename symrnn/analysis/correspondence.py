"""A mapping worked out for two cells: what every name of b is in terms of a, and which sizes are which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import sympy

from symrnn.analysis.mapping import CONSTANT, INPUT, OUTPUT, PARAMETER, Mapped, kinds, resolved, spoken_of
from symrnn.analysis.sizes import Matching, in_sizes, renamed
from symrnn.cell_text import tree_text
from symrnn.errors import SymrnnError, UsageError
from symrnn.flat import flat
from symrnn.ir import SCALAR
from symrnn.lower import lower
from symrnn.record import Equation, Record, Shape
from symrnn.tree import Named, Param, Ref, Tree, fold, rebuilt, walk
from symrnn.unify import shape_text

VALUE = "value of the mapping"
MARK = "'"  # of the sizes of b, as long as they are not known to be those of a


@dataclass(frozen=True)
class Correspondence:
    """Two cells in common sizes, and what b's names are in terms of a.

    ``mapped`` has parameters, inputs, states and constants; in it ``Ref(h)`` is state h of a at the same time.
    ``returned`` has the outputs of b in terms of what a computes. ``free`` are the states of b that stand for
    themselves, ``tied`` the sizes of a that have to be equal for the mapping to fit.
    """

    a: Record
    b: Record
    mapped: dict[str, Tree]
    returned: dict[str, Tree]
    free: tuple[str, ...]
    tied: tuple[tuple[str, str], ...]

    def lines(self) -> tuple[tuple[str, str], ...]:
        """What is not mapped to its own name, as text: name of b, and what it is."""
        table = self.returned | self.mapped
        texts = {name: tree_text(fold(tree, _plain)) for name, tree in table.items()}
        return tuple((name, text) for name, text in texts.items() if name != text)


def correspondence(a: Record, b: Record, mapping: Mapped) -> Correspondence:
    """Work out a mapping. Raises UsageError where it leaves something open or does not fit."""
    mapped = resolved(mapping, a, b)
    own = kinds(b)
    missing = [name for name, kind in own.items() if kind in (PARAMETER, INPUT) and name not in mapped]
    if missing:
        first, there = missing[0], [name for name, kind in kinds(a).items() if kind == own[missing[0]]]
        example = f"{{{first!r}: 0}}" + "".join(f" or {{{first!r}: {name!r}}}" for name in there[:1])
        raise UsageError(
            f"{a.name} has no {', '.join(missing)} as {b.name} has; say what each comes from, e.g. {example}"
        )
    returned = _returned(a, b, mapped, spoken_of(mapping, b))
    mapped = {name: tree for name, tree in mapped.items() if own[name] != OUTPUT}
    apart = {size: sympy.Symbol(f"{size.name}{MARK}", **size.assumptions0) for size in b.sizes}
    matching = Matching(frozenset(apart.values()))
    b = renamed(b, apart)
    for name, tree in (*mapped.items(), *returned.items()):
        if own[name] != CONSTANT:
            _fit(matching, a, b, name, tree)
    found = {size: matching.resolved(size) for size in (*a.sizes, *apart.values())}
    table = {size: value for size, value in found.items() if size != value}
    return Correspondence(
        a=renamed(a, table),
        b=renamed(b, table),
        mapped={name: in_sizes(tree, table) for name, tree in mapped.items()},
        returned={name: in_sizes(tree, table) for name, tree in returned.items()},
        free=tuple(d.name for d in b.states if d.name not in mapped),
        tied=tuple((size.name, str(table[size])) for size in a.sizes if size in table),
    )


def _plain(node: Tree, parts: tuple[Tree, ...]) -> Tree:
    return Named(node.name) if isinstance(node, Ref | Param) else rebuilt(node, parts)


def _returned(a: Record, b: Record, mapped: Mapping[str, Tree], spoken: set[str]) -> dict[str, Tree]:
    """What each output of b is compared with: what the mapping says, the output of that name, the only one there is."""
    found: dict[str, Tree] = {}
    for name in b.outputs:
        if name in spoken:
            found[name] = mapped[name]
        elif name in a.outputs:
            found[name] = Ref(name)
        elif len(a.outputs) == len(b.outputs) == 1:
            found[name] = Ref(a.outputs[0])
        else:
            raise UsageError(
                f"{b.name} returns {name} and {a.name} returns {', '.join(a.outputs)}; say which of them it is, "
                f"e.g. {{{name!r}: {a.outputs[0]!r}}}"
            )
    return found


def _fit(matching: Matching, a: Record, b: Record, name: str, tree: Tree) -> None:
    """Match the shape of a name of b with that of what it is mapped to; a number fits every shape."""
    copies = {d.name for d in b.params if d.copies is not None}
    theirs = b.shape_of(name)[1:] if name in copies else b.shape_of(name)
    ours = _shape(a, name, tree)
    if ours != SCALAR and not matching.match(theirs or SCALAR, ours):
        shape = shape_text(theirs).replace(MARK, "")
        raise UsageError(
            f"{name} of {b.name} has shape {shape}, what it is mapped to has shape {shape_text(ours)}: "
            f"{tree_text(fold(tree, _plain))}"
        )


def _shape(a: Record, name: str, tree: Tree) -> Shape:
    """The shape of a value made of what a has."""
    copied = {d.name for d in a.params if d.copies is not None}
    complex_ = {d.name for d in (*a.params, *a.states) if d.complex} | {e.name for e in a.equations if e.complex}

    def first(node: Tree, parts: tuple[Tree, ...]) -> Tree:
        return Param(node.name, 0) if isinstance(node, Param) and node.name in copied else rebuilt(node, parts)

    reads = {node.name for node in walk(tree) if isinstance(node, Ref | Param)}
    value = Equation(VALUE, fold(tree, first), (), complex=bool(reads & complex_))
    record = flat(replace(a, equations=(*a.equations, value)))
    try:
        step = lower(replace(record, outputs=(f"{VALUE}.re" if value.complex else VALUE,)))
    except SymrnnError as error:
        raise UsageError(f"{name} is mapped to what has no value in {a.name}: {error}") from error
    return step.outputs[0][1].shape
