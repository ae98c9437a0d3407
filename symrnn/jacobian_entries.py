"""A Jacobian at given sizes as a matrix of scalars in SymPy's own functions, with the symbols of the cell's own view.

Values that the author did not name are written out, and functions replaced by their definitions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sympy

from symrnn.ir import topological
from symrnn.jacobian_factors import (
    Contraction,
    Diagonal,
    Differential,
    Factor,
    Identity,
    Matrix,
    Reference,
    Reshaped,
    Selection,
    Spread,
)
from symrnn.jacobian_grids import Grids, Where, node_of
from symrnn.jacobian_naming import Naming, parts
from symrnn.jacobian_terms import Terms
from symrnn.jacobian_values import tangent
from symrnn.primitives import Leaf, Shape

if TYPE_CHECKING:
    from symrnn.jacobian import Block

Expr = Any


def explicit(block: Block, sizes: Mapping[str, int]) -> sympy.ImmutableDenseMatrix:
    """The block at given sizes, as a matrix of scalars."""
    view = _ScalarView(Grids(Naming(block.step), sizes))
    for definition in block.definitions:
        r = definition.reference
        view.known[r] = view.total(definition.terms, r.rows, r.columns)
    return sympy.ImmutableDenseMatrix(view.total(block.terms, block.rows, block.columns))


class _ScalarView:
    """Matrices of scalars at given sizes, by the definitions of the operations."""

    def __init__(self, grids: Grids) -> None:
        self.grids = grids
        self.known: dict[Reference, sympy.Matrix] = {}

    def total(self, terms: Terms, rows: Shape, columns: Shape) -> sympy.Matrix:
        """The sum of the terms."""
        total = sympy.zeros(self._count(rows), self._count(columns))
        for term in terms:
            product = sympy.eye(self._count(term.columns)) * term.coefficient
            for factor in reversed(term.factors):
                product = self._matrix(factor) * product
            total += product
        return total

    def _count(self, shape: Shape) -> int:
        return len(self.grids.indices(shape))

    def _matrix(self, factor: Factor) -> sympy.Matrix:
        match factor:
            case Diagonal(expr, shape):
                return sympy.diag(*(self._expression(expr, where) for where in self.grids.indices(shape)))
            case Matrix(value, _, transposed):
                matrix = self.grids.grid(*node_of(self.grids.naming, value))
                return matrix.T if transposed else matrix
            case Identity() | Reshaped():
                return sympy.eye(self._count(factor.columns))
            case Spread(rows, axes):
                own = self.grids.indices(factor.columns)
                places = [own.index(tuple(w[a] for a in axes) or (0,)) for w in self.grids.indices(rows)]
                return sympy.Matrix(len(places), len(own), lambda i, j: int(places[int(i)] == int(j)))
            case Selection(start, stop, whole, placed):
                first, last = self.grids.extents((start, stop))
                chosen = sympy.eye(self._count((whole,)))[first:last, :]
                return chosen.T if placed else chosen
            case Reference():
                return self.known[factor]
        return self._moved(factor)

    def _moved(self, factor: Contraction | Differential) -> sympy.Matrix:
        """Column by column: what becomes of each unit direction."""
        moved, direction = tangent(factor)
        nodes, own = list(topological([moved])), self.grids.indices(factor.columns)
        fixed = {
            node: self.grids.grid(*node_of(self.grids.naming, sympy.Symbol(node.op.name)))
            for node in nodes
            if isinstance(node.op, Leaf) and node is not direction
        }
        columns = []
        for unit in own:
            shape = (*self.grids.extents(factor.columns), 1)[:2]
            known = {**fixed, direction: sympy.ImmutableDenseMatrix(*shape, [int(unit == where) for where in own])}
            for node in nodes:
                if node not in known:
                    known[node] = self.grids.apply(node, [known[a] for a in node.args])
            columns.append(sympy.Matrix(list(known[moved])))
        return sympy.Matrix.hstack(*columns)

    def _expression(self, expr: sympy.Expr, where: Where) -> Expr:
        """A scalar expression over symbols at one entry."""
        if isinstance(expr, sympy.Symbol):
            value = expr.name in self.grids.naming.nodes or parts(expr)[1]
            return self.grids.entry(expr, where) if value else self.grids.numbers[expr.name]
        return self.grids.composed(expr, [self._expression(a, where) for a in expr.args])
