"""A Jacobian as a SymPy matrix expression of symbolic size, with the symbols of the cell's own view.

Every diagonal is a ``DiagMatrix``, and products entry by entry are products of such matrices, so that ordinary matrix
algebra applies. Values that the author did not name are written out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.slice import MatrixSlice

from symrnn.errors import UsageError
from symrnn.ir import Broadcast, Contract, Leaf, Node, Pointwise, Shape, is_slot
from symrnn.jacobian_factors import (
    Contraction,
    Diagonal,
    Differential,
    Factor,
    Identity,
    Matrix,
    Reference,
    Selection,
    Spread,
)
from symrnn.jacobian_grids import node_of
from symrnn.jacobian_naming import Naming, parts
from symrnn.jacobian_terms import Term, Terms, size_of
from symrnn.ops import exp
from symrnn.primitives import Concat, LogSumExp, Slice, Solve
from symrnn.step import Step
from symrnn.sympy_view import EntrywiseFunction, timed

if TYPE_CHECKING:
    from symrnn.jacobian import Block


def symbolic(block: Block) -> sympy.MatrixExpr:
    """The block as a matrix expression of symbolic size, its definitions put in."""
    view = _MatrixView(block.step)
    for definition in block.definitions:
        r = definition.reference
        view.known[r] = view.total(definition.terms, r.rows, r.columns)
    return view.total(block.terms, block.rows, block.columns)


class _MatrixView:
    """Matrix expressions of symbolic size: a vector is a column, diag(…) a polynomial in diagonal matrices."""

    def __init__(self, step: Step) -> None:
        self.naming = Naming(step)
        self.known: dict[Reference, sympy.MatrixExpr] = {}

    def total(self, terms: Terms, rows: Shape, columns: Shape) -> sympy.MatrixExpr:
        """The sum of the terms."""
        products = [self._product(term) for term in terms]
        if not products:
            return sympy.ZeroMatrix(size_of(rows), size_of(columns))
        return sympy.MatAdd(*products) if len(products) > 1 else products[0]

    def _product(self, term: Term) -> sympy.MatrixExpr:
        factors: list[sympy.MatrixExpr] = []
        for factor in map(self._factor, term.factors):
            # A product is flattened, so that it prints without needless parentheses.
            factors += factor.args if isinstance(factor, sympy.MatMul) else (factor,)
        if term.coefficient != 1:
            factors.insert(0, term.coefficient)
        return sympy.MatMul(*factors) if len(factors) > 1 else factors[0]

    def _factor(self, factor: Factor) -> sympy.MatrixExpr:
        match factor:
            case Diagonal(expr, shape) if len(shape) == 1:
                return self.diagonal(expr, shape[0])
            case Matrix(value, _, transposed):
                matrix = self._symbol(value)
                return matrix.T if transposed else matrix
            case Identity(shape):
                return sympy.Identity(size_of(shape))
            case Spread(rows, ()) if len(rows) == 1:
                return sympy.OneMatrix(rows[0], 1)
            case Selection(start, stop, whole, placed):
                chosen = MatrixSlice(sympy.Identity(whole), (start, stop, 1), (0, whole, 1))
                return chosen.T if placed else chosen
            case Reference():
                return self.known[factor]
            case Contraction("i->"):
                return sympy.OneMatrix(1, factor.columns[0])
            case Contraction("i,i->", hole, operands):
                return self._symbol(operands[1 - hole]).T
            case Contraction("i,->i", 1, operands):
                return self._symbol(operands[0])
            case Differential(Solve(), 1, operands) if len(factor.columns) == 1:
                return sympy.Inverse(self._symbol(operands[0]))
            case Differential(LogSumExp(), 0, (v,), ((n,),), y):
                return self.column(exp.head(v - y), n).T
        raise UsageError(self._refusal(factor))

    def _refusal(self, factor: Factor) -> str:
        sizes = sorted({s.name for leaf in self.naming.step.leaves for n in leaf.shape for s in n.free_symbols})
        hint = f"give sizes, e.g. .sympy({', '.join(f'{size}=2' for size in sizes)})"
        if len(factor.rows) == 2 or len(factor.columns) == 2:
            return f"a matrix-valued state or value has no Jacobian of symbolic size in SymPy; {hint}"
        return f"the derivative of {type(getattr(factor, 'op', factor)).__name__} has no form of symbolic size; {hint}"

    def diagonal(self, expr: sympy.Expr, size: sympy.Expr) -> sympy.MatrixExpr:
        """diag(expr): sums and products entry by entry are sums and products of diagonal matrices."""
        if not any(self._is_value(s) for s in expr.free_symbols):
            one = sympy.Identity(size)
            return one if expr == 1 else sympy.MatMul(self._scalar(expr), one)
        if isinstance(expr, sympy.Add):
            return sympy.MatAdd(*(self.diagonal(a, size) for a in expr.args))
        if isinstance(expr, sympy.Mul):
            scalars = [a for a in expr.args if not any(self._is_value(s) for s in a.free_symbols)]
            rest = [self.diagonal(a, size) for a in expr.args if a not in scalars]
            return sympy.MatMul(*map(self._scalar, scalars), *rest)
        if isinstance(expr, sympy.Pow) and expr.exp.is_Integer:
            return sympy.MatPow(self.diagonal(expr.base, size), expr.exp)
        return sympy.DiagMatrix(self.column(expr, size))

    def column(self, expr: sympy.Expr, size: sympy.Expr) -> sympy.MatrixExpr:
        """A scalar expression entry by entry, as a column."""
        if isinstance(expr, sympy.Symbol) and self._is_value(expr):
            column = self._symbol(expr)
            return column if column.shape[0] == size else sympy.OneMatrix(size, 1) * column
        symbols = sorted((s for s in expr.free_symbols if self._is_value(s)), key=str)
        slots = [sympy.Symbol(f"z_{k}" if len(symbols) > 1 else "z") for k in range(len(symbols))]
        swap = dict(zip(symbols, slots, strict=True))
        function = sympy.Lambda(tuple(slots), self._scalar(expr).xreplace(swap))
        columns = [self.column(s, size) for s in symbols]
        if len(columns) == 1:
            return ElementwiseApplyFunction(function, columns[0])
        return EntrywiseFunction(function, *columns)

    def _is_value(self, symbol: sympy.Symbol) -> bool:
        return symbol.name in self.naming.nodes or bool(parts(symbol)[1])

    def _scalar(self, expr: sympy.Expr) -> sympy.Expr:
        """An expression with its named constants as real symbols, as in the view of a cell."""
        constants = {s for s in expr.free_symbols if not s.is_integer and not self._is_value(s)}
        return expr.xreplace({s: sympy.Symbol(s.name, real=True) for s in constants})

    def _symbol(self, symbol: sympy.Symbol) -> sympy.MatrixExpr:
        """The column or matrix of a value; one that the author did not name is written out."""
        node, earlier = node_of(self.naming, symbol)
        if not isinstance(node.op, Leaf) and self.naming.step.names[node] not in self.naming.authored:
            return self._written_out(node, earlier)
        return sympy.MatrixSymbol(label(symbol), *(*node.shape, 1)[:2])

    def _written_out(self, node: Node, lag: int) -> sympy.MatrixExpr:
        args = [self.naming.symbol(a, lag) for a in node.args]
        match node.op:
            case Contract("ij,j->i" | "ij,i->j" as spec):
                matrix = self._symbol(args[0])
                return sympy.MatMul(matrix.T if spec.endswith("j") else matrix, self._symbol(args[1]))
            case Contract("i,i->"):
                return sympy.MatMul(self._symbol(args[0]).T, self._symbol(args[1]))
            case Contract("i->"):
                return sympy.MatMul(sympy.OneMatrix(1, node.args[0].shape[0]), self._symbol(args[0]))
            case Contract("i->ii"):
                return sympy.DiagMatrix(self._symbol(args[0]))
            case Contract("ij->ji"):
                return sympy.Transpose(self._symbol(args[0]))
            case Broadcast((size,)):
                return sympy.OneMatrix(size, 1) * self._symbol(args[0])
            case Pointwise(expr):
                named = expr.xreplace({s: args[int(s.name[1:])] for s in expr.free_symbols if is_slot(s)})
                if len(node.shape) == 2:
                    return self._linear(named, node)
                terms = [self._vector(t, node.shape[0]) for t in sympy.Add.make_args(named)]
                return sympy.MatAdd(*terms) if len(terms) > 1 else terms[0]
            case Concat():
                return sympy.BlockMatrix([[self._symbol(a)] for a in args])
            case Slice(start, stop):
                return MatrixSlice(self._symbol(args[0]), (start, stop, 1), (0, 1, 1))
            case Solve():
                return sympy.MatMul(sympy.Inverse(self._symbol(args[0])), self._symbol(args[1]))
        raise UsageError(f"{self.naming.step.names[node]} has no form of symbolic size; give sizes, e.g. .sympy(n_h=2)")

    def _linear(self, expr: sympy.Expr, node: Node) -> sympy.MatrixExpr:
        """A sum of multiples of matrices."""
        terms = [term.as_coeff_Mul() for term in sympy.Add.make_args(expr)]
        if not all(isinstance(rest, sympy.Symbol) and self._is_value(rest) for _, rest in terms):
            raise UsageError(f"{self.naming.step.names[node]} has no form of symbolic size; give sizes instead")
        return sympy.MatAdd(*(c * self._symbol(rest) for c, rest in terms))

    def _vector(self, term: sympy.Expr, size: sympy.Expr) -> sympy.MatrixExpr:
        """A product entry by entry as diagonal matrices times a column."""
        factors = [a for a in sympy.Mul.make_args(term) if any(self._is_value(s) for s in a.free_symbols)]
        if not factors:
            return self._scalar(term) * sympy.OneMatrix(size, 1)
        scalar = self._scalar(term / sympy.Mul(*factors))
        diagonals = [self.diagonal(a, size) for a in factors[:-1]]
        product = [*diagonals, self.column(factors[-1], size)]
        return sympy.MatMul(*([] if scalar == 1 else [scalar]), *product)


def label(symbol: sympy.Symbol) -> str:
    """The name of a value's symbol in both views."""
    return timed(*parts(symbol))
