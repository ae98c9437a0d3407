"""The sizes of two cells under a mapping: which size of one is which of the other, and sizes in equations replaced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

import sympy

from symrnn.record import Record, Shape
from symrnn.tree import Arith, Named, Number, Structural, Tree, fold, rebuilt

Sizes = Mapping[sympy.Symbol, sympy.Expr]


@dataclass
class Matching:
    """Sizes in terms of others, found shape by shape; where there is a choice, one of ``given_up`` is expressed."""

    given_up: frozenset[sympy.Symbol]
    table: dict[sympy.Symbol, sympy.Expr] = field(default_factory=dict)

    def resolved(self, size: sympy.Expr) -> sympy.Expr:
        """A size with everything replaced that is known of it."""
        while (found := sympy.expand(size.xreplace(self.table))) != size:
            size = found
        return size

    def match(self, left: Shape, right: Shape) -> bool:
        """Make two shapes equal, if sizes can be chosen so."""
        return len(left) == len(right) and all(self._equal(a, b) for a, b in zip(left, right, strict=True))

    def _equal(self, left: sympy.Expr, right: sympy.Expr) -> bool:
        left, right = self.resolved(left), self.resolved(right)
        difference = sympy.expand(left - right)
        if difference == 0:
            return True
        for symbol in sorted(difference.free_symbols, key=lambda s: (s not in self.given_up, s.name)):
            rest = difference.coeff(symbol, 0)
            slope = difference.coeff(symbol, 1)
            value = sympy.expand(-rest / slope) if slope.is_number and slope != 0 else None
            if value is not None and difference == sympy.expand(slope * symbol + rest) and _is_size(value):
                self.table[symbol] = value
                return True
        return False


def _is_size(value: sympy.Expr) -> bool:
    """Whether a formula can be a length: a positive whole number, or a sum of products of lengths."""
    if value.is_number:
        return bool(value.is_Integer and value > 0)
    return all(c.is_Integer and c > 0 for c in value.as_coefficients_dict().values())


def renamed(record: Record, table: Sizes) -> Record:
    """A record with other sizes, in every shape and every equation."""

    def shape(old: Shape) -> Shape:
        return tuple(size.xreplace(table) for size in old)

    return replace(
        record,
        inputs=tuple(replace(d, shape=shape(d.shape)) for d in record.inputs),
        states=tuple(replace(d, shape=shape(d.shape)) for d in record.states),
        params=tuple(replace(d, shape=shape(d.shape)) for d in record.params),
        equations=tuple(replace(e, tree=in_sizes(e.tree, table), shape=shape(e.shape)) for e in record.equations),
        arrays=(),
        sizes=symbols(size.xreplace(table) for size in record.sizes),
    )


def symbols(sizes: Iterable[sympy.Expr]) -> tuple[sympy.Symbol, ...]:
    """The symbols that occur in sizes, in order."""
    found: dict[sympy.Symbol, None] = {}
    for size in sizes:
        found.update(dict.fromkeys(sorted(size.free_symbols, key=str)))
    return tuple(found)


def in_sizes(tree: Tree, table: Sizes) -> Tree:
    """A tree with other sizes, both as numbers in it and in the shapes that it names."""
    names = {symbol.name: size for symbol, size in table.items()}

    def changed(node: Tree, parts: tuple[Tree, ...]) -> Tree:
        match node:
            case Named(name) if name in names:
                return size_tree(names[name])
            case Structural(name, _, options):
                return Structural(
                    name,
                    parts,
                    tuple((k, tuple(s.xreplace(table) for s in v) if isinstance(v, tuple) else v) for k, v in options),
                )
        return rebuilt(node, parts)

    return fold(tree, changed)


def size_tree(size: sympy.Expr) -> Tree:
    """A size as a number in an equation."""
    if isinstance(size, sympy.Symbol):
        return Named(size.name)
    if size.is_Integer:
        return Number(Fraction(int(size)))
    if isinstance(size, sympy.Pow):
        return Arith("**", (size_tree(size.base), size_tree(size.exp)))
    op = "+" if isinstance(size, sympy.Add) else "*"
    first, *rest = (size_tree(part) for part in size.args)
    for part in rest:
        first = Arith(op, (first, part))
    return first
