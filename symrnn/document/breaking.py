"""Formulas that are too wide for a line, broken before signs: outside parentheses first, sums before products.

What is broken is the plain text of a formula, whose length stands for its width in every format; so all formats break
at the same place and none of them leaves it to an engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from symrnn.document.formula import (
    ATOMS,
    Call,
    Diagonal,
    Formula,
    Hadamard,
    Norm,
    Number,
    Paren,
    Product,
    Quotient,
    Repeated,
    Run,
    Scaled,
    Sign,
    Sum,
)
from symrnn.document.text_math import plain

LIMIT = 72
TERMS = (Sign("+"), Sign("-"))


@dataclass(frozen=True)
class _Piece:
    """A piece of a formula; a line may start at it, the more readily the lower its ``depth``."""

    item: Formula
    depth: int | None = None


def lines(formula: Formula, limit: int = LIMIT) -> tuple[Formula, ...]:
    """The formula whole where it fits, else in lines that do, as far as it has signs to break before."""
    if len(plain(formula)) <= limit:
        return (formula,)
    pieces = list(_pieces(formula))
    depths = sorted({p.depth for p in pieces if p.depth is not None})
    split = [pieces]
    for depth in depths:
        split = [
            part for line in split for part in (_filled(_cut(line, depth), limit) if _width(line) > limit else [line])
        ]
    return tuple(Run(tuple(p.item for p in line)) for line in split)


def _cut(line: list[_Piece], depth: int) -> list[list[_Piece]]:
    """The line cut before every piece of that depth."""
    cuts = [k for k, piece in enumerate(line) if k and piece.depth == depth]
    return [line[a:b] for a, b in zip([0, *cuts], [*cuts, len(line)], strict=True)]


def _filled(parts: list[list[_Piece]], limit: int) -> list[list[_Piece]]:
    """The parts of a line, factors put together again as far as they fit; a term of a sum keeps its line."""
    filled = parts[:1]
    for part in parts[1:]:
        if part[0].item not in TERMS and _width(filled[-1] + part) <= limit:
            filled[-1] = filled[-1] + part
        else:
            filled.append(part)
    return filled


def _width(line: list[_Piece]) -> int:
    return len(plain(Run(tuple(piece.item for piece in line))))


def _pieces(formula: Formula) -> Iterator[_Piece]:
    """The pieces of a formula from left to right; iterative, because authors nest as deep as they like."""
    stack: list[tuple[Formula | _Piece, int]] = [(formula, 0)]
    while stack:
        item, depth = stack.pop()
        if isinstance(item, _Piece):
            yield item
        else:
            stack.extend(reversed(_opened(item, depth)))


def _opened(item: Formula, depth: int) -> list[tuple[Formula | _Piece, int]]:
    """A formula taken apart by one level; what cannot be is one piece."""
    opened: list[tuple[Formula | _Piece, int]] = []
    match item:
        case Sum(terms):
            for place, (sign, part) in enumerate(terms):
                if place or sign < 0:
                    opened.append((_Piece(Sign("+" if sign > 0 else "-"), depth if place else None), 0))
                opened.append((part, depth + 1))
        case Hadamard(factors) | Product(factors) | Scaled(factors):
            sign_text = {Hadamard: "⊙", Product: "", Scaled: "·"}[type(item)]
            for place, part in enumerate(factors):
                if place:
                    # A number stays with what it multiplies.
                    tied = isinstance(factors[place - 1], Number)
                    opened.append((_Piece(Sign(sign_text), None if tied else depth), 0))
                opened.append((part, depth + 1))
        case Paren(arg):
            opened = [(_Piece(Sign("(")), 0), (arg, depth + 2), (_Piece(Sign(")")), 0)]
        case Norm(arg, kind) if kind:
            opened = [(_Piece(Sign("‖")), 0), (arg, depth + 2), (_Piece(Sign(f"‖{kind}")), 0)]
        case Quotient(over, under) if max(len(plain(over)), len(plain(under))) > LIMIT:
            # Too wide for a fraction: both sides in parentheses, a stroke between them.
            brackets = (
                over if isinstance(over, ATOMS) else Paren(over),
                under if isinstance(under, ATOMS) else Paren(under),
            )
            opened = [(brackets[0], depth + 1), (_Piece(Sign("/"), depth), 0), (brackets[1], depth + 1)]
        case Diagonal(arg):
            opened = [(_Piece(Sign("diag")), 0), (_Piece(Sign("(")), 0), (arg, depth + 2), (_Piece(Sign(")")), 0)]
        case Repeated(arg=arg) if not isinstance(arg, Run):
            opened = [(_Piece(replace(item, arg=Run(()))), 0), (arg, depth + 1)]
        case Call(op, args, ()) if len(args) == 1 and op not in ("sqrt", "magnitude"):
            opened = [(_Piece(Call(op, ())), 0), (_Piece(Sign("(")), 0), (args[0], depth + 2), (_Piece(Sign(")")), 0)]
        case _:
            opened = [(_Piece(item), depth)]
    return opened
