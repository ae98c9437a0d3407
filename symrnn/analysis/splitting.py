"""A weight that is applied to stacked vectors, written as one weight for each of them: W [h; x] = W_h h + W_x x.

This is an identity of block matrices, so the split cell computes what the cell computes, with the columns of W handed
out to the new weights in the order of the stack. Papers stack, libraries do not; equal cells become comparable.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import sympy

from symrnn.cell import Cell, cell_of
from symrnn.record import Array, Declaration, Record
from symrnn.tree import Arith, Param, Product, Ref, Structural, Tree, fold, rebuilt, walk


@dataclass(frozen=True)
class Split:
    """A cell without stacks, and which columns of which weight each new one is: ``W_f_h`` is ``W_f[:, 0:n_h]``."""

    cell: type[Cell]
    columns: tuple[tuple[str, str], ...]


def split_stacks(cell: type[Cell]) -> Split:
    """The same cell with every weight of a stack split; a weight that is also used otherwise stays whole."""
    record = cell.record
    stacks = _stacks(record)
    if not stacks:
        return Split(cell, ())
    made = {name: _blocks(record, name, stack) for name, stack in stacks.items()}
    params = tuple(new for d in record.params for new in made.get(d.name, (d,)))
    equations = tuple(replace(e, tree=_without(e.tree, stacks, made)) for e in record.equations)
    arrays = tuple(Array(d.name, d.shape, (d.name,)) for d in params)
    columns = [
        (new.name, f"{name}[:, {start}:{sympy.expand(start + new.shape[1])}]")
        for name, blocks in made.items()
        for new, start in zip(blocks, _starts(blocks), strict=True)
    ]
    return Split(cell_of(replace(record, params=params, equations=equations, arrays=arrays)), tuple(columns))


def _stacks(record: Record) -> dict[str, tuple[Tree, ...]]:
    """The weights that are applied to stacks of named vectors alone, each with the first such stack."""
    whole = {d.name for d in record.params if d.copies is not None}
    found: dict[str, tuple[Tree, ...]] = {}
    uses: dict[str, list[tuple[sympy.Expr, ...] | None]] = {}
    for equation in record.equations:
        inside: list[Tree] = []
        for node in walk(equation.tree):
            match node:
                case Product(Param(name, None) as weight, Structural("concat", parts)):
                    inside.append(weight)
                    found.setdefault(name, parts)
                    uses.setdefault(name, []).append(_lengths(record, parts))
                case Param(name) if not any(node is w for w in inside):
                    uses.setdefault(name, []).append(None)
    return {
        name: stack
        for name, stack in found.items()
        if name not in whole and len(set(uses[name])) == 1 and uses[name][0] is not None
    }


def _lengths(record: Record, parts: tuple[Tree, ...]) -> tuple[sympy.Expr, ...] | None:
    """The lengths of the parts of a stack, None where one of them is not told by its names."""
    found = []
    for part in parts:
        shapes = {record.shape_of(n.name) for n in walk(part) if isinstance(n, Ref)} - {(sympy.Integer(1),)}
        if len(shapes) != 1 or any(isinstance(n, Product) for n in walk(part)):
            return None
        found.append(next(iter(shapes))[0])
    return tuple(found)


def _blocks(record: Record, name: str, stack: tuple[Tree, ...]) -> tuple[Declaration, ...]:
    """The declarations of the new weights."""
    own = next(d for d in record.params if d.name == name)
    lengths = _lengths(record, stack) or ()
    taken = {d.name for d in record.params} | {e.name for e in record.equations}
    new = []
    for place, (part, length) in enumerate(zip(stack, lengths, strict=True)):
        label = f"{name}_{part.name}" if isinstance(part, Ref) else f"{name}_{place + 1}"
        while label in taken:
            label += "_"
        taken.add(label)
        new.append(replace(own, name=label, shape=(own.shape[0], length), family=None, block=None))
    return tuple(new)


def _starts(blocks: tuple[Declaration, ...]) -> list[sympy.Expr]:
    starts = [sympy.Integer(0)]
    for block in blocks[:-1]:
        starts.append(sympy.expand(starts[-1] + block.shape[1]))
    return starts


def _without(tree: Tree, stacks: dict[str, tuple[Tree, ...]], made: dict[str, tuple[Declaration, ...]]) -> Tree:
    """An equation with every product of a split weight and a stack as a sum of products."""

    def change(node: Tree, parts: tuple[Tree, ...]) -> Tree:
        new = rebuilt(node, parts)
        match new:
            case Product(Param(name), Structural("concat", items)) if name in stacks:
                terms = [Product(Param(d.name), item) for d, item in zip(made[name], items, strict=True)]
                total: Tree = terms[0]
                for term in terms[1:]:
                    total = Arith("+", (total, term))
                return total
        return new

    return fold(tree, change)
