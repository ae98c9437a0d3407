"""The equations of a cell as SymPy matrix expressions of symbolic size, for printing and algebra.

They are unevaluated and in the author's order. A vector is a column, a scalar a matrix of one row and one column. A few
functions of whole values have no form in SymPy at a symbolic size; the explicit view of ``sympy_entries`` has them all.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.slice import MatrixSlice

from symrnn.errors import CellError
from symrnn.ops import REGISTRY
from symrnn.record import Record, Shape
from symrnn.tree import (
    Apply,
    Arith,
    Compare,
    Imaginary,
    Named,
    Number,
    Param,
    Product,
    Ref,
    Structural,
    Transpose,
    Tree,
    fold,
)

SLOTS = tuple(sympy.Symbol(name) for name in ("z", "w", "v"))
RELATIONS = {"<": sympy.Lt, "<=": sympy.Le, ">": sympy.Gt, ">=": sympy.Ge, "==": sympy.Eq}


class EntrywiseFunction(sympy.MatrixExpr):  # type: ignore[misc]  # SymPy is untyped
    """A function of several matrices of one shape, entry by entry: SymPy's own ``applyfunc`` takes one matrix only."""

    def __new__(cls, function: sympy.Lambda, *matrices: sympy.MatrixExpr) -> EntrywiseFunction:
        made: EntrywiseFunction = super().__new__(cls, function, *matrices)
        return made

    @property
    def function(self) -> sympy.Lambda:
        """The function of one entry of each matrix."""
        return self.args[0]

    @property
    def shape(self) -> tuple[sympy.Expr, sympy.Expr]:
        """The shape that all of the matrices have."""
        rows, columns = self.args[1].shape
        return rows, columns

    def _entry(self, i: Any, j: Any, **hints: Any) -> sympy.Expr:
        return self.function(*(matrix[i, j] for matrix in self.args[1:]))


def matrix_equations(record: Record) -> tuple[sympy.Eq, ...]:
    """The symbolic view: ``i_t = …`` with matrix symbols ``x_t``, ``h_{t-1}``, ``W_i`` of symbolic size."""
    view = _MatrixView(record)
    signals = {timed(item.name, 0): item.name for item in record.equations if not item.static}
    for item in record.params:
        if item.name in signals:
            raise CellError(
                f"{record.name}: parameter {item.name} and signal {signals[item.name]} would be one symbol in SymPy"
            )
    left = [view.symbol(timed(item.name, None if item.static else 0), item.shape) for item in record.equations]
    right = [view.matrix(item.tree) for item in record.equations]
    return tuple(sympy.Eq(*sides, evaluate=False) for sides in zip(left, right, strict=True))


def timed(name: str, lag: int | None) -> str:
    """The name of a symbol in both views: ``h_t``, ``h_{t-1}``, or the bare name where nothing depends on time."""
    return name if lag is None else f"{name}_{{t-{lag}}}" if lag else f"{name}_t"


class _MatrixView:
    """Builds unevaluated matrix expressions; numbers and named numbers stay scalars until a shape is asked of them."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.static = {item.name for item in record.equations if item.static}
        self.sizes = {str(size): size for size in record.sizes}

    def symbol(self, name: str, shape: Shape) -> sympy.MatrixSymbol:
        """The matrix symbol of a signal or parameter; a vector has one column."""
        rows, columns = shape if len(shape) == 2 else (shape[0], sympy.S.One)
        return sympy.MatrixSymbol(name, rows, columns)

    def matrix(self, tree: Tree) -> sympy.MatrixExpr:
        """An expression as a matrix; a number alone is a matrix of one entry."""
        return as_matrix(fold(tree, self._node))

    def _node(self, tree: Tree, parts: tuple[Any, ...]) -> Any:
        """A node as a matrix, or as a scalar where it is a number, a named number or a scalar parameter."""
        match tree:
            case Ref(name, lag):
                return self.symbol(timed(name, None if name in self.static else lag), self.record.shape_of(name))
            case Param(name, copy):
                return self._parameter(name, copy)
            case Named(name):
                return self.sizes.get(name, sympy.Symbol(name, real=True))
            case Imaginary():
                return sympy.I
            case Number(value):
                return rational(value)
            case Transpose():
                return sympy.Transpose(as_matrix(parts[0]))
            case Product():
                return sympy.MatMul(*map(as_matrix, parts))
            case Apply(op):
                return _applied(REGISTRY[op].head, list(parts))
            case Compare(op):
                return _compared(op, list(parts))
            case Structural():
                return self._structural(tree, parts)
            case Arith("%"):
                return _applied(REGISTRY["mod"].head, list(parts))
            case Arith(op):
                return _arithmetic(op, parts)
        raise AssertionError(tree)

    def _parameter(self, name: str, copy: int | None) -> Any:
        """The symbol of a parameter; that of a copy carries its index, ``R_H[0]``."""
        shape = self.record.shape_of(name)
        label = name if copy is None else f"{name}[{copy}]"
        own = shape if copy is None else shape[1:]
        if own:
            return self.symbol(label, own)
        return sympy.Symbol(label, real=not any(item.name == name and item.complex for item in self.record.params))

    def _structural(self, call: Structural, parts: tuple[Any, ...]) -> sympy.MatrixExpr:
        """What SymPy can hold at a symbolic size."""
        shape, args = call.option("shape"), [as_matrix(part) for part in parts]
        match call.name:
            case "ones":
                return sympy.OneMatrix(shape[0], 1)
            case "eye":
                return sympy.Identity(shape[0])
            case "diag":
                return sympy.DiagMatrix(args[0])
            case "solve":
                return sympy.MatMul(sympy.Inverse(args[0]), args[1])
            case "concat":
                return sympy.BlockMatrix([[arg] for arg in args])
            case "split":
                part, length = call.option("part"), args[0].shape[0] / call.option("parts")
                return MatrixSlice(args[0], (part * length, (part + 1) * length, 1), (0, 1, 1))
            case "real" | "imag":
                return _applied(sympy.re if call.name == "real" else sympy.im, args)
        raise CellError(
            f"{call.name}() has no form in SymPy at a symbolic size; the explicit view has, "
            f"e.g. {self.record.name}.sympy({', '.join(f'{size}=2' for size in self.record.sizes)})"
        )


def _arithmetic(op: str, parts: tuple[Any, ...]) -> sympy.MatrixExpr:
    if op == "neg":
        return sympy.MatMul(-1, as_matrix(parts[0]))
    left, right = parts
    shape = _joint(list(parts))
    if op == "*" and left.is_Matrix != right.is_Matrix and -1 not in (left, right):
        return sympy.MatMul(left, right)
    if op == "**" and not right.is_Matrix:
        return sympy.HadamardPower(spread(left, shape), right)
    left, right = spread(left, shape), spread(right, shape)
    match op:
        case "+":
            return sympy.MatAdd(left, right)
        case "-":
            return sympy.MatAdd(left, sympy.MatMul(-1, right))
        case "*":
            return sympy.HadamardProduct(left, right)
        case "/":
            return sympy.HadamardProduct(left, sympy.HadamardPower(right, -1))
    return sympy.HadamardPower(left, right)


def _compared(op: str, values: list[Any]) -> sympy.MatrixExpr:
    """A comparison as 1 or 0. SymPy would compare a matrix of one entry as a matrix, so entries only are compared."""
    return _applied(lambda a, b: sympy.Piecewise((1, RELATIONS[op](a, b)), (0, True)), values, entries_only=True)


def _applied(head: Callable[..., Any], values: list[Any], entries_only: bool = False) -> sympy.MatrixExpr:
    """Matrices become the arguments of a Lambda, numbers stay inside it."""
    if not any(value.is_Matrix for value in values):
        values[0] = as_matrix(values[0])
    matrices = [value for value in values if value.is_Matrix]
    shape = _joint(matrices)
    slots = iter(SLOTS)
    inner = [next(slots) if value.is_Matrix else value for value in values]
    function = sympy.Lambda(SLOTS[: len(matrices)], head(*inner))
    if len(matrices) == 1 and not entries_only:
        return ElementwiseApplyFunction(function, matrices[0])
    return EntrywiseFunction(function, *(spread(matrix, shape) for matrix in matrices))


def as_matrix(value: Any) -> sympy.MatrixExpr:
    """A scalar as a matrix of one entry; a matrix as it is."""
    return spread(value, (sympy.S.One, sympy.S.One))


def _joint(values: list[Any]) -> tuple[sympy.Expr, sympy.Expr]:
    """The shape of the first value that is not a scalar; that of one entry if all are."""
    shapes = [value.shape for value in values if value.is_Matrix]
    return next((shape for shape in shapes if shape != (1, 1)), (sympy.S.One, sympy.S.One))


def spread(value: Any, shape: tuple[sympy.Expr, sympy.Expr]) -> sympy.MatrixExpr:
    """A scalar in every entry of a matrix of ones; what has the shape already as it is."""
    if value.is_Matrix:
        if value.shape == shape or value.shape != (1, 1):
            return value
        rows = sympy.OneMatrix(shape[0], 1)
        return sympy.MatMul(rows, value, *([sympy.OneMatrix(1, shape[1])] if shape[1] != 1 else []))
    ones = sympy.OneMatrix(*shape)
    return ones if value == 1 else sympy.MatMul(value, ones)


def rational(value: Fraction) -> sympy.Rational:
    """A fraction as SymPy's own."""
    return sympy.Rational(value.numerator, value.denominator)
