"""A cell's equations as the author wrote them: a small closed tree of plain data, without shapes.

The class body and (later) the LaTeX reader both produce these; the printers, the oracle and ``lower`` read them.
Shapes are not stored here: names have shapes (in the record), and every rule that needs the shape of a
subexpression derives it, so that two cells with the same equations compare equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeVar

import sympy


@dataclass(frozen=True)
class Ref:
    """The value of a signal or state ``lag`` steps ago: ``x[t]`` is lag 0, ``h[t-1]`` lag 1."""

    name: str
    lag: int = 0


@dataclass(frozen=True)
class Param:
    """A parameter by its full name (``W_i``); ``copy`` is the index into its leading axis, if it has one."""

    name: str
    copy: int | None = None


@dataclass(frozen=True)
class Named:
    """A number with a name: a Constant or a Size."""

    name: str


@dataclass(frozen=True)
class Number:
    """A number written in the equation; decimals are exact (0.2 is 1/5)."""

    value: Fraction


@dataclass(frozen=True)
class Imaginary:
    """The imaginary unit; ``2j`` in an equation is 2 times it."""


@dataclass(frozen=True)
class Arith:
    """``+ - * / % **`` with two arguments, or ``neg`` with one; the remainder has the sign of the divisor."""

    op: str
    args: tuple[Tree, ...]


@dataclass(frozen=True)
class Apply:
    """An elementwise function by name; arguments after its arity are Numbers."""

    op: str
    args: tuple[Tree, ...]


@dataclass(frozen=True)
class Compare:
    """``< <= > >= ==`` of two values, entry by entry: 1 where it holds, else 0."""

    op: str
    left: Tree
    right: Tree


@dataclass(frozen=True)
class Structural:
    """A function of whole values, by its name in the closed list of ``symrnn.ops.structural``.

    ``options`` are what is no value: an axis, an exponent, which part of how many, a shape in sizes. Equal calls are
    equal trees.
    """

    name: str
    args: tuple[Tree, ...]
    options: tuple[tuple[str, Option], ...] = ()

    def option(self, key: str) -> Any:
        """One of the options, None where it is not given."""
        return dict(self.options).get(key)


@dataclass(frozen=True)
class Product:
    """The matrix product ``left @ right``; a vector is a column."""

    left: Tree
    right: Tree


@dataclass(frozen=True)
class Transpose:
    """``arg.T``: a matrix transposed, or a column made a row."""

    arg: Tree


Option = int | Fraction | tuple[sympy.Expr, ...]
Tree = Ref | Param | Named | Number | Imaginary | Arith | Apply | Compare | Structural | Product | Transpose


def children(tree: Tree) -> tuple[Tree, ...]:
    """The direct subexpressions, from left to right."""
    match tree:
        case Arith(_, args) | Apply(_, args) | Structural(_, args):
            return args
        case Product(left, right) | Compare(_, left, right):
            return (left, right)
        case Transpose(arg):
            return (arg,)
    return ()


def walk(tree: Tree) -> Iterator[Tree]:
    """Every subexpression, parents first; iterative, so that depth is no limit."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(children(node)))


def rebuilt(tree: Tree, parts: tuple[Tree, ...]) -> Tree:
    """The same operation on other operands; a leaf as it is."""
    match tree:
        case Arith(op):
            return Arith(op, parts)
        case Apply(op):
            return Apply(op, parts)
        case Structural(name, _, options):
            return Structural(name, parts, options)
        case Compare(op):
            return Compare(op, *parts)
        case Product():
            return Product(*parts)
        case Transpose():
            return Transpose(*parts)
    return tree


R = TypeVar("R")


def fold(tree: Tree, combine: Callable[[Tree, tuple[R, ...]], R]) -> R:
    """The result at the root, where ``combine`` makes that of a node from those of its children; iterative."""
    stack = [(tree, False)]
    done: list[R] = []
    while stack:
        node, ready = stack.pop()
        parts = children(node)
        if parts and not ready:
            stack.append((node, True))
            stack.extend((part, False) for part in reversed(parts))
        else:
            start = len(done) - len(parts)
            done[start:] = [combine(node, tuple(done[start:]))]
    return done[0]
