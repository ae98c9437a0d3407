"""A length as an author gives it: an int, a Size, sums and products of these, or a vector that stands for its own."""

from __future__ import annotations

from typing import Protocol, cast

import sympy

from symrnn.errors import CellError
from symrnn.record import Shape
from symrnn.scope import NoValue, Scope
from symrnn.tree import Arith, Named, Number, Param, Ref, Tree


class Sized(Protocol):
    """An expression of a cell, as far as lengths go."""

    shape: Shape
    scope: Scope
    tree: Tree

    def _check(self) -> None: ...


def length(value: object, call: str) -> sympy.Expr:
    """The length that ``value`` says, in sizes; ``call`` is what it was given to, for the message."""
    if isinstance(value, int) and not isinstance(value, bool):
        if value < 1:
            raise CellError(f"{call}({value}): a length is at least 1")
        return sympy.Integer(value)
    if isinstance(value, NoValue) or not hasattr(type(value), "compose"):
        raise CellError(f"{call}({value!r}): a length is an int, a Size, or a declared vector")
    return _of_expression(cast(Sized, value), call)


def _of_expression(value: Sized, call: str) -> sympy.Expr:
    value._check()
    if isinstance(value.tree, Ref | Param):
        if len(value.shape) != 1:
            raise CellError(f"{call}({value}): {value} is a matrix; only a vector can stand for its length")
        return value.shape[0]
    return _of_tree(value.tree, value, call)


def _of_tree(tree: Tree, value: Sized, call: str) -> sympy.Expr:
    match tree:
        case Named(name):
            size = value.scope.numbers[name]
            if not isinstance(size, float):
                return size if isinstance(size, sympy.Basic) else sympy.Integer(size)
        case Number(whole) if whole.denominator == 1:
            return sympy.Integer(whole.numerator)
        case Arith("+" | "-" | "*" as op, (left, right)):
            a, b = _of_tree(left, value, call), _of_tree(right, value, call)
            return a + b if op == "+" else a - b if op == "-" else a * b
        case Arith("**", (base, Number(whole))) if whole.denominator == 1 and whole > 0:
            return _of_tree(base, value, call) ** whole.numerator
    raise CellError(f"{call}({value}): a length is made of sizes and integers with + - *")
