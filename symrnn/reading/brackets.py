"""What a bracket or a matrix environment means: a group, a stack, a norm, an indicator, an interval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from symrnn.reading.diagnostics import ReadError
from symrnn.reading.source import Span
from symrnn.reading.tree import (
    Binary,
    Call,
    Function,
    Grid,
    Group,
    Indicator,
    Interval,
    Relation,
    Stack,
    Symbol,
    Transposed,
    Tree,
)

Change = Callable[[Any], Any]


def grouped(node: Group, change: Change) -> Any:
    """The value of a bracket."""
    items = tuple(change(item) for item in node.items)
    if node.bracket in ("|", "||"):
        return Call("magnitude" if node.bracket == "|" else "norm", items, span=node.span)
    if node.bracket in ("floor", "ceil"):
        return Call(node.bracket, items, span=node.span)
    if len(items) == 1:
        inner = items[0]
        if node.close and node.bracket != "<":
            raise ReadError("PARSE-ERROR", node.span, f"'{node.bracket}' is closed by '{node.close}'")
        if isinstance(inner, Relation):
            if node.bracket == "[":
                return Indicator(inner, span=node.span)
            raise ReadError("UNSUPPORTED", node.span, "a relation inside parentheses is not read")
        if node.bracket == "<":
            raise ReadError("UNSUPPORTED", node.span, "a mean over angle brackets is not read")
        return marked(inner)
    if node.bracket == "<" and len(items) == 2:
        return Binary("@", Transposed(items[0], span=items[0].span), items[1], span=node.span)
    if node.close:
        return Interval(items[0], items[1], (node.bracket == "[", node.close == "]"), span=node.span)
    if any(isinstance(item, Relation) for item in items):
        raise ReadError("UNSUPPORTED", node.span, "a list of relations is not read")
    return Stack(items, bracket=node.bracket, span=node.span)


def marked(value: Any) -> Any:
    """A product or sum remembers that the author put it in parentheses."""
    return replace(value, grouped=True) if isinstance(value, Binary) else value


def product_call(node: Call) -> Tree:
    """A product or a stack that is written as a function: ``dot(W, x)``, ``concatenate([h, x])``."""
    args = node.args
    if node.function == "concat":
        items = args[0].items if len(args) == 1 and isinstance(args[0], Stack) else args
        return Stack(items, span=node.span) if len(items) > 1 else node
    if len(args) != 2:
        raise ReadError("PARSE-ERROR", node.span, f"{node.function} takes two values, not {len(args)}")
    right = Transposed(args[1], span=args[1].span) if node.function == "outer" else args[1]
    sign = "odot" if node.function == "multiply" else "@"
    return Binary(sign, args[0], right, grouped=True, span=node.span)


def grid(node: Grid, change: Change) -> Any:
    """A column of values is a stack; a column of functions is applied part by part."""
    cells = node.rows
    if len(cells) == 1 and len(cells[0]) == 1:
        return marked(change(cells[0][0]))
    if all(len(row) == 1 for row in cells):
        return Stack(tuple(_entry(row[0], change) for row in cells), span=node.span)
    if len(cells) == 1:
        return Stack(tuple(change(cell) for cell in cells[0]), row=True, span=node.span)
    raise ReadError("UNSUPPORTED", node.span, "a matrix of blocks is not read; write its rows out")


def side_by_side(left: Any, right: Any, span: Span) -> Tree | None:
    r"""``\begin{bmatrix} W & U \end{bmatrix}`` times a column of as many parts: the sum of the products."""
    if not (isinstance(left, Stack) and left.row and isinstance(right, Stack) and not right.row):
        return None
    if len(left.items) != len(right.items) or len(left.items) < 2:
        return None
    terms: list[Any] = [Binary("juxtaposed", a, b, span=span) for a, b in zip(left.items, right.items, strict=True)]
    value: Binary = terms[0]
    for term in terms[1:]:
        value = Binary("+", value, term, span=span)
    return replace(value, grouped=True)


def _entry(cell: Tree, change: Change) -> Any:
    if isinstance(cell, Symbol) and cell.text == "sigma":
        return Function("sigmoid", span=cell.span)
    return change(cell)
