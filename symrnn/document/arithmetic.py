"""Formulas put together: parentheses where two kinds of product meet, numbers in front, nothing twice."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import TypeGuard

from symrnn.document.formula import (
    ATOMS,
    Adjoint,
    Call,
    Diagonal,
    Formula,
    Hadamard,
    Identity,
    Inverse,
    Kronecker,
    Number,
    Ones,
    Paren,
    Partial,
    Power,
    Product,
    Quotient,
    Scaled,
    Sum,
    Symbol,
    Transposed,
)

ZERO, ONE = Number(Fraction(0)), Number(Fraction(1))


def total(terms: Sequence[tuple[int, Formula]]) -> Formula:
    """A sum; nothing is 0, one positive term is itself, sums within are taken apart."""
    flat: list[tuple[int, Formula]] = []
    for sign, term in terms:
        if isinstance(term, Sum):
            flat += [(sign * own, inner) for own, inner in term.terms]
        else:
            flat.append((sign, term))
    if not flat:
        return ZERO
    return flat[0][1] if len(flat) == 1 and flat[0][0] > 0 else Sum(tuple(flat))


def hadamard(factors: Sequence[Formula]) -> Formula:
    """An elementwise product; numbers in front of factors are taken to the front of the whole.

    A matrix times one whose columns, or rows, are all the same has its rows, or columns, scaled by a diagonal matrix.
    """
    numbers: list[Formula] = []
    flat: list[Formula] = []
    minus = False
    for factor in factors:
        # A minus in front of a factor is a minus in front of the whole.
        if isinstance(factor, Sum) and len(factor.terms) == 1:
            minus, factor = not minus, factor.terms[0][1]
        if isinstance(factor, Scaled):
            numbers += factor.factors[:-1]
            factor = factor.factors[-1]
        flat += factor.factors if isinstance(factor, Hadamard) else [factor]
    flat = [f for f in flat if not isinstance(f, Ones)] or flat[:1]
    body = _entrywise([f for f in flat if not is_row_scale(f) and not is_column_scale(f)])
    rows = _entrywise([f.factors[0] for f in flat if is_row_scale(f)])
    columns = _entrywise([transposed(f.factors[1]) for f in flat if is_column_scale(f)])
    if body is None and (rows is None or columns is None):
        whole = _entrywise(flat)
    elif body is None and rows is not None and columns is not None:
        whole = product([rows, transposed(columns)])
    else:
        parts = (rows and Diagonal(without_parens(rows)), body, columns and Diagonal(without_parens(columns)))
        whole = product([part for part in parts if part is not None])
    assert whole is not None
    return total([(-1, scaled(numbers, whole))]) if minus else scaled(numbers, whole)


def _entrywise(factors: Sequence[Formula]) -> Formula | None:
    """The plain product of factors; None where there are none."""
    loose = (Quotient, Power, Adjoint, Transposed, Inverse)
    if len(factors) < 2:
        return factors[0] if factors else None
    below = [f.under for f in factors if isinstance(f, Quotient) and f.over == ONE]
    above = [f for f in factors if not (isinstance(f, Quotient) and f.over == ONE)]
    if not below or not above:
        return Hadamard(tuple(_enclosed(f, loose) for f in factors))
    over, under = _entrywise(above), _entrywise(below)
    assert over is not None and under is not None
    return Quotient(over, under)


def is_row_scale(factor: Formula) -> TypeGuard[Product]:
    """v 1ᵀ: a column repeated, which scales rows."""
    match factor:
        case Product((_, Transposed(Ones()))):
            return True
    return False


def is_column_scale(factor: Formula) -> TypeGuard[Product]:
    """1 vᵀ: a row repeated, which scales columns."""
    match factor:
        case Product((Ones(), _)):
            return True
    return False


def scaled(numbers: Sequence[Formula], body: Formula | None) -> Formula:
    """Numbers and scalars times a value; a value of None is 1. What is 1 over something goes below the whole."""
    signed = [bare(formula) for formula in (*numbers, *([] if body is None else [body]))]
    if math.prod(sign for sign, _ in signed) < 0:
        plain = [formula for _, formula in signed]
        return total([(-1, scaled(plain, None) if body is None else scaled(plain[:-1], plain[-1]))])
    kept = [f for n in numbers for f in (n.factors if isinstance(n, Scaled) else (n,)) if f != ONE]
    if body is not None and body != ONE:
        kept += body.factors if isinstance(body, Scaled) else [body]
    below = [f.under for f in kept if isinstance(f, Quotient) and f.over == ONE]
    kept = [f for f in kept if not (isinstance(f, Quotient) and f.over == ONE)]
    loose = (Number, Quotient, Power, Adjoint, Transposed, Inverse)
    if len(kept) < 2:
        whole = kept[0] if kept else ONE
    else:
        front = [_enclosed(n, loose) for n in kept[:-1]]
        whole = Scaled((*front, _enclosed(kept[-1], (*loose, Hadamard, Product))))
    return Quotient(whole, scaled(below[:-1], below[-1])) if below else whole


def product(factors: Sequence[Formula]) -> Formula:
    """A product of matrices; products within are taken apart, and numbers in front of factors go to the front."""
    numbers: list[Formula] = []
    flat: list[Formula] = []
    for factor in factors:
        if isinstance(factor, Scaled) and not isinstance(factor.factors[-1], Hadamard):
            numbers += factor.factors[:-1]
            factor = factor.factors[-1]
        flat += factor.factors if isinstance(factor, Product) else [factor]
    loose = (Adjoint, Transposed, Inverse, Partial)
    return scaled(numbers, flat[0] if len(flat) == 1 else Product(tuple(_enclosed(f, loose) for f in flat)))


def transposed(arg: Formula) -> Formula:
    """The transpose: that of a transpose is the original, that of a product the product of transposes in reverse."""
    match arg:
        case Transposed(inner):
            return inner
        case Paren(Product() | Transposed() as inner):
            return transposed(inner)
        case Product(factors):
            return product([transposed(f) for f in reversed(factors)])
        case Scaled((*numbers, Product() | Transposed() | Symbol() as last)):
            return scaled(numbers, transposed(last))
        case Inverse(inner):
            return inverse(transposed(inner))
        case Identity() | Diagonal():
            return arg
    return turned(arg)


def turned(arg: Formula) -> Formula:
    """The transpose as an author writes it, whatever it is of."""
    return Transposed(_enclosed(arg))


def inverse(arg: Formula) -> Formula:
    """The inverse of a matrix."""
    return Inverse(_enclosed(arg, (Transposed,)))


def kronecker(factors: Sequence[Formula]) -> Formula:
    """A Kronecker product; one factor is itself."""
    loose = (Adjoint, Transposed, Inverse, Partial)
    return factors[0] if len(factors) == 1 else Kronecker(tuple(_enclosed(f, loose) for f in factors))


def power(base: Formula, exponent: Formula) -> Formula:
    """A power of an atom or of something in parentheses; a root squared is what the root is of."""
    if isinstance(base, Call) and base.op == "sqrt" and exponent == Number(Fraction(2)):
        return base.args[0]
    return Power(_enclosed(base, (Number,)), exponent)


def remainder(arg: Formula, by: Formula) -> Formula:
    """The remainder of a division."""
    return Call("mod", (_enclosed(arg, (Number,)), _enclosed(by, (Number,))))


def without_parens(arg: Formula) -> Formula:
    """What stands in parentheses, where other brackets take their place."""
    return arg.arg if isinstance(arg, Paren) else arg


def bare(arg: Formula) -> tuple[int, Formula]:
    """The sign in front of a formula, and the formula without it."""
    return arg.terms[0] if isinstance(arg, Sum) and len(arg.terms) == 1 else (1, arg)


def adjoint(arg: Formula, kind: str = "") -> Adjoint:
    """The adjoint of a symbol or of a value that is written out, which then stands in parentheses."""
    return Adjoint(arg if isinstance(arg, Symbol) else Paren(arg), kind)


def _enclosed(formula: Formula, more: tuple[type, ...] = ()) -> Formula:
    """The formula, in parentheses unless it is an atom or one of ``more``."""
    return formula if isinstance(formula, (*ATOMS, *more)) else Paren(formula)
