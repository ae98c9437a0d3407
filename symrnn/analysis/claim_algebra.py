"""Values and linear maps in the sums and products of a claim, by what they are and not by the sign between them.

A matrix or a Jacobian is applied, a column times a row is an outer product, two columns go entry by entry, and a column
beside a Jacobian is the diagonal matrix that authors mean by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from symrnn.analysis import linear_maps
from symrnn.analysis.linear_maps import Map
from symrnn.errors import StepError, SymrnnError
from symrnn.ir import SCALAR, Node, Pointwise, Shape, contract, make, pointwise, repeat, slot
from symrnn.lower import PRODUCTS, TRANSPOSE
from symrnn.lower_whole import COLUMN, MATRIX, ROW, TRANSPOSED, Side, column_product
from symrnn.primitives import Concat


class Undecided(SymrnnError):
    """Why a claim is neither shown nor refuted."""


class Misfit(Undecided):
    """Shapes that do not fit: a claim that has them in every reading is false."""


@dataclass(frozen=True)
class Item:
    """A value and how it stands: a column, a row, a matrix or a transposed matrix. A scalar is a column."""

    node: Node
    side: Side = COLUMN

    @property
    def is_scalar(self) -> bool:
        """Whether it is one number."""
        return self.node.shape == SCALAR


Value = Item | Map


def constant(value: Any) -> Item:
    """A number."""
    return Item(pointwise(sympy.sympify(value, strict=True), ()))


def as_map(value: Value, shape: Shape) -> Map:
    """A value as the linear map that it stands for beside one: a column is a diagonal, a number a multiple of 1."""
    if isinstance(value, Map):
        return value
    if value.is_scalar and shape != SCALAR:
        return linear_maps.multiple(value.node, linear_maps.identity(shape))
    if value.side in (MATRIX, TRANSPOSED):
        return linear_maps.matrix(value.node, value.side)
    return linear_maps.diagonal(value.node)


def beside(value: Value, map: Map) -> Map:
    """A value as a map that is compared with another one; beside the derivative of a number a vector is the map from or
    to that number, as it stands."""
    vector = isinstance(value, Item) and len(value.node.shape) == 1 and not value.is_scalar
    if vector and isinstance(value, Item) and map.rows == SCALAR and map.columns != SCALAR:
        column = linear_maps.column(value.node)
        return column.transposed if value.side == ROW else column
    return as_map(value, map.rows)


def negated(value: Value) -> Value:
    """Minus the value."""
    if isinstance(value, Map):
        return linear_maps.negative(value)
    return Item(pointwise(-slot(0), (value.node,)), value.side)


def transposed(value: Value) -> Value:
    """The transpose."""
    return value.transposed if isinstance(value, Map) else Item(value.node, TRANSPOSE[value.side])


def stacked(values: list[Value]) -> Item:
    """Values one after the other; rows make a row."""
    items = [v for v in values if isinstance(v, Item) and len(v.node.shape) == 1]
    if len(items) < len(values):
        raise Undecided("only vectors are put one after the other")
    node = make(Concat(), *(i.node for i in items)) if len(items) > 1 else items[0].node
    return Item(node, ROW if all(i.side == ROW for i in items) else COLUMN)


def added(a: Value, b: Value) -> Value:
    """The sum; a column or a number beside a map stands for a diagonal."""
    if isinstance(a, Map) or isinstance(b, Map):
        rows = a.rows if isinstance(a, Map) else b.rows if isinstance(b, Map) else SCALAR
        left, right = as_map(a, rows), as_map(b, rows)
        if (left.rows, left.columns) != (right.rows, right.columns):
            raise Misfit("the terms have different shapes")
        return linear_maps.total(left, right)
    a, b = _alike(a, b)
    return Item(entrywise_value(slot(0) + slot(1), a.node, b.node), b.side if a.is_scalar else a.side)


def _alike(a: Item, b: Item) -> tuple[Item, Item]:
    """Two values that stand alike: a row beside a column is that column, a transposed matrix is written out."""
    if a.is_scalar or b.is_scalar or a.side == b.side:
        return a, b
    if len(a.node.shape) == len(b.node.shape) == 1:
        return a, Item(b.node, a.side)
    return _upright(a), _upright(b)


def _upright(item: Item) -> Item:
    return Item(contract("ij->ji", item.node), MATRIX) if item.side == TRANSPOSED else item


def entrywise_value(expr: sympy.Expr, a: Node, b: Node) -> Node:
    try:
        return pointwise(expr, (a, b))
    except StepError:
        shapes = " and ".join(f"({', '.join(map(str, n.shape))})" for n in (a, b))
        raise Misfit(f"shapes {shapes} do not fit") from None


def multiplied(a: Value, b: Value, entrywise: bool) -> Value:
    """The product of two values, by what they are."""
    if isinstance(a, Item) and isinstance(b, Item):
        return _items(a, b, entrywise)
    if isinstance(a, Item) and a.is_scalar:
        assert isinstance(b, Map)
        return linear_maps.multiple(a.node, b)
    if isinstance(b, Item) and b.is_scalar:
        assert isinstance(a, Map)
        return linear_maps.multiple(b.node, a)
    if isinstance(a, Map) and isinstance(b, Map):
        return _composed(a, b)
    if isinstance(a, Map):
        assert isinstance(b, Item)
        if b.side == COLUMN and not entrywise and a.columns == b.node.shape:
            return _whole(a.forward(b.node), COLUMN)
        return _composed(a, as_map(b, a.columns))
    assert isinstance(a, Item) and isinstance(b, Map)
    if a.side == ROW and a.node.shape == b.rows:
        return _whole(b.backward(a.node), ROW)
    return _composed(as_map(a, b.rows), b)


def _whole(node: Node, side: Side) -> Item:
    """What a map makes of a vector: a matrix, as the matrix has it that the map is a derivative by, or a vector."""
    return Item(node, MATRIX if len(node.shape) == 2 else side)


def _composed(a: Map, b: Map) -> Map:
    if a.columns != b.rows:
        raise Misfit(f"a map of {a.columns} columns is applied to {b.rows} rows")
    return linear_maps.product(a, b)


def _items(a: Item, b: Item, entrywise: bool) -> Item:
    if a.is_scalar or b.is_scalar:
        return Item(pointwise(slot(0) * slot(1), (a.node, b.node)), b.side if a.is_scalar else a.side)
    vectors = len(a.node.shape) == len(b.node.shape) == 1
    if vectors and (entrywise or a.side == b.side):
        return _vectors(a, b)
    if entrywise:
        return Item(entrywise_value(slot(0) * slot(1), _spread(a, b), _spread(b, a)), MATRIX)
    if (a.side, b.side) not in PRODUCTS:
        return _diagonal(a, b)
    spec, side = PRODUCTS[a.side, b.side]
    try:
        return Item(column_product(spec, a.node, b.node), side)
    except StepError:
        shapes = " and ".join(f"({', '.join(map(str, n.shape))})" for n in (a.node, b.node))
        raise Misfit(f"shapes {shapes} do not fit in a product") from None


def _vectors(a: Item, b: Item) -> Item:
    """Two vectors: entry by entry, or if their lengths differ the outer product."""
    if a.node.shape == b.node.shape:
        return Item(pointwise(slot(0) * slot(1), (a.node, b.node)), a.side)
    return Item(contract("i,j->ij", a.node, b.node), MATRIX)


def _spread(item: Item, other: Item) -> Node:
    """A column or row beside a matrix, repeated to its shape; a matrix as it is."""
    node = _upright(item).node
    shape = _upright(other).node.shape
    if len(node.shape) == 2 or len(shape) == 1:
        return node
    if node.shape[0] != shape[0 if item.side == COLUMN else 1]:
        raise Misfit("a vector and a matrix of different length are multiplied entry by entry")
    return repeat(node, "i->ij" if item.side == COLUMN else "j->ij", shape)


def _diagonal(a: Item, b: Item) -> Item:
    """A column before a matrix scales its rows, as the diagonal matrix that it stands for would."""
    if b.side in (MATRIX, TRANSPOSED):
        return Item(entrywise_value(slot(0) * slot(1), _spread(Item(a.node), b), _upright(b).node), MATRIX)
    raise Misfit("a matrix is applied to a row")


def divided(op: str, a: Value, b: Value) -> Item:
    """A quotient or a power, entry by entry."""
    if isinstance(a, Map) or isinstance(b, Map):
        raise Undecided("a Jacobian is neither divided nor raised to a power here")
    side = b.side if a.is_scalar else a.side
    if op == "/":
        return Item(entrywise_value(slot(0) / slot(1), a.node, b.node), side)
    exponent = b.node.op.expr if isinstance(b.node.op, Pointwise) and not b.node.args else slot(1)
    return Item(entrywise_value(slot(0) ** exponent, a.node, b.node), side)
