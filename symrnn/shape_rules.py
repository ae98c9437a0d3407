"""The shape of a result from the shapes of its operands, and the messages where they do not fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from symrnn.errors import CellError
from symrnn.record import Shape
from symrnn.scope import Scope
from symrnn.tree import Param, Tree
from symrnn.unify import ONE, is_scalar


class Operand(Protocol):
    """An operand with its shape; printed as the author wrote it."""

    shape: Shape
    scope: Scope
    tree: Tree


def joint_shape(parts: Sequence[Operand], op: str) -> Shape:
    """The shape of an elementwise result: scalars broadcast, all others have one rank and equal lengths."""
    result = parts[0]
    for part in parts[1:]:
        sizes = part.scope.sizes
        # A scalar adds nothing to the shape and fixes nothing that is still open.
        if is_scalar(sizes.resolve_shape(part.shape)):
            continue
        if is_scalar(sizes.resolve_shape(result.shape)):
            result = part
        elif not sizes.unify_shapes(result.shape, part.shape):
            raise CellError(_mismatch(result, part, op))
    return result.shape


def _mismatch(left: Operand, right: Operand, op: str) -> str:
    extents = [part.scope.extent(part.shape) for part in (left, right)]
    if len(left.shape) == len(right.shape) == 1:
        brought = left.scope.sizes.brought
        other = left if brought & left.shape[0].free_symbols else right
        example = f"({other})" if " " in str(other) else str(other)
        return (
            f"{left} has {extents[0]} but {right} has {extents[1]}; "
            f"map one into the other with a weight, e.g. W.k @ {example}"
        )
    if op == "*" and len(right.shape) == 2 and len(left.shape) == 1:
        return (
            f"{left} has {extents[0]} but {right} has {extents[1]}; * and @ bind equally from the left, "
            "so write a*(M @ x); to scale rows write diag(v) @ M"
        )
    if op == "*" and len(left.shape) == 2 and len(right.shape) == 1:
        return f"{left} has {extents[0]} but {right} has {extents[1]}; a matrix acts on a vector by @, not by *"
    return f"{left} has {extents[0]} but {right} has {extents[1]}; the operands of {op} need one shape, or one a scalar"


def product_shape(left: Operand, right: Operand) -> Shape:
    """The shape of ``left @ right``: a matrix acts on a column or a matrix; a column acts on a row only."""
    if len(left.shape) == len(right.shape) == 1:
        raise CellError(
            f"{left} and {right} are both vectors (columns); write a * b elementwise, "
            "a.T @ b for their dot product, a @ b.T for their outer product"
        )
    scope = left.scope
    if len(left.shape) == 1 and isinstance(right.tree, Param) and scope.sizes.resolve(right.shape[0]) != ONE:
        raise CellError(f"{left} is a vector (a column) and {right} a matrix, which stands left of it: {right} @ v")
    rows, inner = left.shape if len(left.shape) == 2 else (left.shape[0], ONE)
    if not scope.sizes.unify(inner, right.shape[0]):
        raise CellError(_misfit(left, right))
    if len(right.shape) == 2:
        return (rows, right.shape[1])
    # A row times a column is a scalar, which is a vector of length 1: (1, n) @ (n) has rows = 1 already.
    return (rows,)


def _misfit(left: Operand, right: Operand) -> str:
    scope = left.scope
    if len(left.shape) == 1:
        return (
            f"{left} is a vector (a column) of {scope.extent(left.shape)}, so what stands right of its @ is a row, "
            f"e.g. v.T; {right} has {scope.extent(right.shape)}"
        )
    columns = scope.length_text(left.shape[1])
    if len(right.shape) == 1:
        return f"{left} takes a vector of length {columns}, but {right} has {scope.extent(right.shape)}"
    return f"{left} has {columns} columns, but {right} has {scope.length_text(right.shape[0])} rows"
