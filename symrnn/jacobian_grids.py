"""The values of a step at given sizes as matrices of scalars in SymPy's own functions, by definitions of operations.

A vector is a column, a scalar has one row and one column. Leaves and values that the author named are symbols, those of
the cell's own explicit view; all else is written out.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import sympy

from symrnn.errors import CellError, UsageError
from symrnn.flat import Place, pasts, places
from symrnn.ir import Leaf, Node, is_slot
from symrnn.jacobian_naming import Naming, parts
from symrnn.ops.elementwise import Head
from symrnn.primitives import (
    SCALAR,
    Broadcast,
    Concat,
    Contract,
    CumSum,
    Expm,
    LogSumExp,
    Pointwise,
    Reshape,
    Shape,
    Slice,
    Softmax,
    Solve,
)
from symrnn.record import Record
from symrnn.scope import exact
from symrnn.sympy_view import rational, timed
from symrnn.sympy_whole import WHOLE

Grid = Any
Expr = Any
Where = tuple[int, ...]


class Grids:
    """The values of one step at given sizes, each computed once."""

    def __init__(self, naming: Naming, sizes: Mapping[str, int]) -> None:
        record = naming.step.origin
        assert isinstance(record, Record)
        expected = {s.name for leaf in naming.step.leaves for size in leaf.shape for s in size.free_symbols}
        if set(sizes) != expected:
            raise UsageError(f"a Jacobian takes no sizes or all of them: {', '.join(sorted(expected))}")
        self.naming, self.sizes = naming, dict(sizes)
        self.numbers = {name: rational(exact(value)) for name, value in record.constants}
        self.numbers |= {name: sympy.Integer(size) for name, size in sizes.items()}
        self.places = places(record)
        self.held = {f"{d.name}_past": 1 for d in record.states} | {f"{d.name}_past": 0 for d in record.inputs}
        self.held = {name: lag for name, lag in self.held.items() if name.removesuffix("_past") in pasts(record)}
        self.bare = {p.name for p in record.params if p.shape == () or (p.copies is not None and len(p.shape) == 1)}
        self.known: dict[tuple[Node, int], Grid] = {}

    def extents(self, shape: Shape) -> tuple[int, ...]:
        """A shape in numbers."""
        swap = {name: sympy.Integer(size) for name, size in self.sizes.items()}
        return tuple(int(size.xreplace({s: swap[s.name] for s in size.free_symbols})) for size in shape)

    def indices(self, shape: Shape) -> list[Where]:
        """The indices of a value's entries, by rows."""
        return list(itertools.product(*map(range, self.extents(shape))))

    def entry(self, symbol: sympy.Symbol, where: Where) -> Expr:
        """One entry of the value behind a symbol of a Jacobian."""
        node, lag = node_of(self.naming, symbol)
        return self.grid(node, lag)[(0, 0) if node.shape == SCALAR else (*where, 0)[:2]]

    def grid(self, node: Node, lag: int = 0) -> Grid:
        """A value, ``lag`` ticks ago."""
        if (node, lag) not in self.known:
            if isinstance(node.op, Leaf) or self.naming.step.names.get(node) in self.naming.authored:
                self.known[node, lag] = self._symbols(node, lag)
            else:
                self.known[node, lag] = self.apply(node, [self.grid(a, lag) for a in node.args])
        return self.known[node, lag]

    def _symbols(self, node: Node, lag: int) -> Grid:
        """The symbols of a value's entries: ``h_t_0``, ``z_{t-1}_0_re``; the index of a copy comes first."""
        name, own = parts(self.naming.symbol(node, lag))
        whole, _, part = name.partition(".")
        place = self.places.get(name, Place(whole, None, part or None))
        first = "" if place.index is None else f"_{place.index}"
        label = place.name
        if label in self.held and own is not None and place.index is not None:
            # What is kept for a delay is an older value of the signal itself.
            own, label, first = own + place.index + self.held[label], label.removesuffix("_past"), ""
        label = timed(label, own) + first
        last = f"_{place.part}" if place.part else ""
        bare = place.name in self.bare
        names = [
            "".join([label, *(f"_{i}" for i in ([] if bare else where)), last]) for where in self.indices(node.shape)
        ]
        return self._filled(node.shape, [sympy.Symbol(n, real=True) for n in names])

    def apply(self, node: Node, args: Sequence[Grid]) -> Grid:
        """What a primitive makes of its operands."""
        match node.op:
            case Pointwise(expr):
                return self._filled(node.shape, [self._scalar(expr, args, w) for w in self.indices(node.shape)])
            case Contract(spec):
                return self._sum(spec, node, args)
            case Broadcast(_, axes):
                kept = [([where[axis] for axis in axes] + [0, 0])[:2] for where in self.indices(node.shape)]
                return self._filled(node.shape, [args[0][i, j] for i, j in kept])
            case Slice(start, stop):
                first, last = self.extents((start, stop))
                return args[0][first:last, :]
            case Reshape(shape):
                return WHOLE["reshape"](args[0], shape=self.extents(shape))
            case CumSum(axis, True):
                turned = WHOLE["cumsum"](_turned(args[0], axis), axis=axis)
                return _turned(turned, axis)
            case Softmax(axis) | LogSumExp(axis) | CumSum(axis):
                return WHOLE[type(node.op).__name__.lower()](args[0], axis=axis)
            case Concat() | Solve() | Expm():
                return self._plain(type(node.op).__name__.lower(), args)
        raise UsageError(
            "the derivative of a matrix exponential has no closed form in SymPy; use .evaluate() for its numbers"
        )

    def _plain(self, name: str, args: Sequence[Grid]) -> Grid:
        try:
            return WHOLE[name](*args)
        except CellError as error:
            raise UsageError(f"{error}; use .evaluate() for the numbers of a Jacobian") from error

    def _filled(self, shape: Shape, entries: Sequence[Expr]) -> Grid:
        rows, *columns = self.extents(shape)
        return sympy.ImmutableDenseMatrix(rows, *(columns or [1]), list(entries))

    def _scalar(self, expr: Expr, args: Sequence[Grid], where: Where) -> Expr:
        """A scalar expression over slots at one entry, functions by their definitions."""
        if isinstance(expr, sympy.Symbol):
            if not is_slot(expr):
                return self.numbers[expr.name]
            grid = args[int(expr.name[1:])]
            return grid[0, 0] if grid.shape == (1, 1) else grid[(*where, 0)[:2]]
        return self.composed(expr, [self._scalar(a, args, where) for a in expr.args])

    def composed(self, expr: Expr, arguments: Sequence[Expr]) -> Expr:
        """An expression with other arguments; functions by their definitions."""
        if expr.is_Atom:
            return expr
        return expr.op.definition(*arguments) if isinstance(expr, Head) else expr.func(*arguments)

    def _sum(self, spec: str, node: Node, args: Sequence[Grid]) -> Grid:
        """An Einstein sum, entry by entry."""
        words, output = spec.split("->")
        totals: dict[Where, Expr] = {}
        for at in self.assignments(spec, [a.shape for a in node.args]):
            pairs = zip(words.split(","), args, strict=True)
            product = sympy.Mul(*(grid[(*(at[x] for x in word), 0, 0)[:2]] for word, grid in pairs))
            where = tuple(at[x] for x in output) or (0,)
            totals[where] = totals.get(where, sympy.Integer(0)) + product
        return self._filled(node.shape, [totals.get(where, sympy.Integer(0)) for where in self.indices(node.shape)])

    def assignments(self, spec: str, shapes: Sequence[Shape]) -> list[dict[str, int]]:
        """Every value that the indices of an Einstein sum can have together."""
        ranges: dict[str, int] = {}
        for word, shape in zip(spec.split("->")[0].split(","), shapes, strict=True):
            ranges |= dict(zip(word, self.extents(shape), strict=False))
        return [dict(zip(ranges, at, strict=True)) for at in itertools.product(*map(range, ranges.values()))]


def _turned(grid: Grid, axis: int) -> Grid:
    """The entries along an axis in reverse."""
    return grid[::-1, :] if axis == 0 else grid[:, ::-1]


def node_of(naming: Naming, symbol: sympy.Symbol) -> tuple[Node, int]:
    """The value behind a symbol, and how many ticks ago it was computed."""
    if symbol.name in naming.nodes:
        return naming.nodes[symbol.name], 0
    name, lag = parts(symbol)
    assert lag
    earlier = sympy.Symbol(f"{name}[t-{lag - 1}]" if lag > 1 else f"{name}[t]")
    return naming.nodes[earlier.name], 1
