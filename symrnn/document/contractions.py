"""Einstein sums as products of matrices, columns and rows, with the shape of every factor as it stands there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import sympy

from symrnn.document.arithmetic import bare, product, scaled, total, transposed, without_parens
from symrnn.document.expressions import size
from symrnn.document.formula import (
    Diagonal,
    Einstein,
    Extent,
    Formula,
    Hadamard,
    Identity,
    Ones,
    Product,
    WholeCall,
)
from symrnn.ir import Shape


@dataclass(frozen=True)
class Factor:
    """A factor of a matrix product: its formula and its shape there; a column has one length, a row is 1 by it."""

    formula: Formula
    shape: Shape


ONE = sympy.Integer(1)


def contraction(spec: str, operands: Sequence[tuple[Formula, Shape]]) -> tuple[Factor, ...]:
    """The factors, in reading order, whose product is the Einstein sum; one factor where no product says it."""
    words, output = spec.split("->")
    everything = [(word, formula, shape) for word, (formula, shape) in zip(words.split(","), operands, strict=True)]
    scalars = [formula for word, formula, _ in everything if not word]
    parts = [part for part in everything if part[0]]
    written = _product(parts, output)
    if written is None:
        sizes = {letter: length for word, _, shape in parts for letter, length in zip(word, shape, strict=False)}
        return (Factor(Einstein(spec, tuple(f for f, _ in operands)), tuple(sizes[k] for k in output)),)
    return (Factor(scaled(scalars, written[0].formula), written[0].shape), *written[1:])


def extents(factors: Sequence[Factor]) -> Formula:
    """The shapes of factors side by side."""
    shapes = tuple(extent(factor.shape) for factor in factors)
    return shapes[0] if len(shapes) == 1 else Product(shapes)


def extent(shape: Shape) -> Extent:
    """One shape; a scalar is (1)."""
    return Extent(tuple(size(length) for length in shape or (ONE,)))


def multiplied(factors: Sequence[Factor], sign: int = 1) -> Formula:
    """The product of factors."""
    return total([(sign, product([factor.formula for factor in factors]))])


def contracted(spec: str, operands: Sequence[tuple[Formula, Shape]]) -> tuple[int, tuple[Factor, ...]]:
    """The factors of an Einstein sum, and the sign of the whole, to which a minus in front of an operand goes."""
    signs, formulas = zip(*(bare(formula) for formula, _ in operands), strict=True)
    shapes = [shape for _, shape in operands]
    return math.prod(signs), contraction(spec, list(zip(formulas, shapes, strict=True)))


Part = tuple[str, Formula, Shape]


def _product(parts: list[Part], output: str) -> tuple[Factor, ...] | None:
    """The cases that products of two factors, and of ones, can say."""
    if len(parts) == 1:
        return _single(*parts[0], output)
    if len(parts) != 2:
        return None
    (left, right), shared = parts, set(parts[0][0]) & set(parts[1][0])
    # The factor that has the first index of the result stands first.
    if output and output[0] not in left[0]:
        left, right = right, left
    free = [set(word) - shared for word, _, _ in (left, right)]
    if len(shared) > 1 or shared & set(output) or sorted(output) != sorted(free[0] | free[1]):
        return None
    if any(len(f) > 1 for f in free):
        return None
    middle = shared.pop() if shared else ""
    return (
        _turned(left, output[:1] if free[0] else "", middle, ends=True),
        _turned(right, middle, "".join(free[1]), ends=False),
    )


def _turned(part: Part, row: str, column: str, ends: bool) -> Factor:
    """A factor with ``row`` as its first and ``column`` as its second index, transposed where it must be."""
    word, formula, shape = part
    if len(word) == 2:
        if word == row + column:
            return Factor(formula, shape)
        return Factor(transposed(formula), (shape[1], shape[0]))
    # A vector that is summed over, or gives the columns of an outer product, stands as a row.
    lies = (ends and bool(column) and not row) or (not ends and not row)
    return Factor(transposed(formula), (ONE, shape[0])) if lies else Factor(formula, shape)


def _single(word: str, formula: Formula, shape: Shape, output: str) -> tuple[Factor, ...] | None:
    """A transpose, or a sum over components written with columns of ones."""
    if output == word:
        return (Factor(formula, shape),)
    if len(word) == 2 and output == word[::-1]:
        return (Factor(transposed(formula), (shape[1], shape[0])),)
    ones = [Factor(Ones(), (length,)) for length in shape]
    row = [Factor(transposed(Ones()), (ONE, length)) for length in shape]
    match word, output:
        case ("i", "") if isinstance(formula, Hadamard) and len(formula.factors) == 2:
            # The sum of a product entry by entry is a dot product.
            left, right = formula.factors
            return Factor(transposed(left), (ONE, *shape)), Factor(right, shape)
        case ("i", ""):
            return row[0], Factor(formula, shape)
        case ("i", "ii") if isinstance(formula, Ones):
            return (Factor(Identity(formula.size), (*shape, *shape)),)
        case ("i", "ii"):
            return (Factor(Diagonal(formula), (*shape, *shape)),)
        case ("ii", "i"):
            return (Factor(WholeCall("diagonal", (formula,)), shape[:1]),)
        case ("ij", "") if isinstance(formula, Hadamard) and len(formula.factors) == 2:
            return (Factor(WholeCall("inner", tuple(map(without_parens, formula.factors))), (ONE,)),)
        case ("ij", ""):
            return row[0], Factor(formula, shape), ones[1]
        case ("ij", "i"):
            return Factor(formula, shape), ones[1]
        case ("ij", "j"):
            return Factor(transposed(formula), (shape[1], shape[0])), ones[0]
    return None
