"""Numbers as they are written, with an exponent or without."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from symrnn.reading.tree import Call, Group, Negative, Number, Scripted, Stack, Tree

if TYPE_CHECKING:
    from symrnn.reading.parser import Parser

MAX_EXPONENT = 300


def number(parser: Parser) -> Number:
    """A number; ``2 \\cdot 10^{-3}`` is one."""
    token = parser.take()
    value, span = Fraction(token.text), token.span
    ahead = [parser.peek(index) for index in range(4)]
    texts = [item.text if item is not None else "" for item in ahead]
    if texts[0] in ("cdot", "times") and texts[1] == "10" and texts[2] == "^":
        from symrnn.reading import atoms

        start = parser.at
        parser.at += 2
        power = atoms.scripted(parser, Number(Fraction(10), span=token.span))
        raised = power.sup[0] if isinstance(power, Scripted) and len(power.sup) == 1 else None
        exponent = -raised.arg.value if isinstance(raised, Negative) and isinstance(raised.arg, Number) else (
            raised.value if isinstance(raised, Number) else None)  # fmt: skip
        if exponent is not None and exponent.denominator == 1 and abs(exponent) <= MAX_EXPONENT:
            return Number(value * Fraction(10) ** int(exponent), span=span.to(power.span))
        parser.at = start
    return Number(value, span=span)


def signed(tree: Tree) -> Fraction | None:
    """The value of a number with or without a sign, None of anything else."""
    if isinstance(tree, Negative) and isinstance(tree.arg, Number):
        return -tree.arg.value
    return tree.value if isinstance(tree, Number) else None


def subscript(call: Call) -> Iterator[Tree]:
    """What stands below the name of a function, one by one, in a bracket or without: ``clip_{-2, 2}(v)``."""
    for item in dict(call.options).get("sub", ()):
        yield from item.items if isinstance(item, Stack | Group) else (item,)
