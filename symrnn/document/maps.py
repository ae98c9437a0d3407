"""The factors of a Jacobian as matrices: of values that are flattened by rows, with Kronecker products.

Sources: Magnus & Neudecker, Matrix Differential Calculus, for vec and the commutation matrix; flattening by rows
instead of columns exchanges the two sides of a Kronecker product: vec(A M Bᵀ) = (A ⊗ B) vec(M).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy

from symrnn import jacobian_factors as linear
from symrnn.document.arithmetic import (
    inverse,
    is_column_scale,
    is_row_scale,
    kronecker,
    product,
    total,
    transposed,
    without_parens,
)
from symrnn.document.expressions import size
from symrnn.document.formula import Diagonal, Formula, Identity, Kronecker, Ones, Sign, WholeCall
from symrnn.document.operations import entries, written
from symrnn.document.vocabulary import COMMUTATION
from symrnn.ir import leaf, make
from symrnn.primitives import CumSum, LogSumExp, Shape, Solve

Refer = Callable[[sympy.Symbol], Formula]


def identity(shape: Shape) -> Formula:
    """The identity on the entries of a value."""
    return kronecker([Identity(size(n)) for n in shape])


def diagonal(entries: Formula, shape: Shape, inner: Callable[[Formula], Formula] = lambda formula: formula) -> Formula:
    """diag(v), with ``inner`` put around v; of a matrix whose rows or columns are all the same it is diag(v) ⊗ I."""
    if len(shape) == 1:
        return Diagonal(inner(entries))
    if is_row_scale(entries):
        return kronecker([Diagonal(inner(entries.factors[0])), Identity(size(shape[1]))])
    if is_column_scale(entries):
        return kronecker([Identity(size(shape[0])), Diagonal(inner(transposed(entries.factors[1])))])
    return Diagonal(WholeCall("vec", (inner(entries),)))


def spread(factor: linear.Spread) -> Formula:
    """A value repeated along new axes."""
    parts = [Identity(size(n)) if axis in factor.axes else Ones(size(n)) for axis, n in enumerate(factor.rows)]
    return kronecker([part for part, n in zip(parts, factor.rows, strict=True) if n != 1] or parts[:1])


def selection(factor: linear.Selection) -> Formula:
    """Rows of an identity matrix, or its columns where the entries are placed."""
    rows = entries(Identity(size(factor.whole)), factor.start, factor.stop)
    return transposed(rows) if factor.placed else rows


def differential(factor: linear.Differential, refer: Refer) -> Formula:
    """The derivative of a function of whole values."""
    match factor.op:
        case CumSum(axis, reverse):
            matrix: Formula = WholeCall("cumsum", (), None, (size(factor.columns[axis]),))
            parts: list[Formula] = [Identity(size(n)) for n in factor.columns]
            parts[axis] = transposed(matrix) if reverse else matrix
            return kronecker(parts)
        case Solve():
            solved, matrix = len(factor.shapes[1]) == 2, inverse(refer(factor.operands[0]))
            if factor.hole == 1:
                return kronecker([matrix, Identity(size(factor.shapes[1][1]))]) if solved else matrix
            return total([(-1, kronecker([matrix, transposed(refer(factor.value))]))])
        case LogSumExp(axis):
            shares = WholeCall("softmax", (refer(factor.operands[0]),), axis if len(factor.columns) == 2 else None)
            if len(factor.columns) == 1:
                return transposed(shares)
            sums = [Identity(size(n)) if k != axis else transposed(Ones(size(n))) for k, n in enumerate(factor.columns)]
            return product([kronecker(sums), diagonal(shares, factor.columns)])
    return _with_hole(factor, refer)


def contraction(factor: linear.Contraction, refer: Refer) -> Formula:
    """An Einstein sum in one operand: a Kronecker product of what becomes of each of its indices."""
    words, output = factor.spec.split("->")
    letters = words.split(",")
    hole = letters[factor.hole]
    others = [
        (word, refer(s)) for k, (word, s) in enumerate(zip(letters, factor.operands, strict=True)) if k != factor.hole
    ]
    sizes = {
        x: n for word, shape in zip(letters, factor.shapes, strict=True) for x, n in zip(word, shape, strict=False)
    }
    parts = _indices(hole, others, output, sizes)
    if parts is None:
        return _with_hole(factor, refer)
    made = "".join(letter for letter, _ in parts)
    matrix = kronecker([formula for _, formula in parts])
    if made == output:
        return matrix
    if made[::-1] != output:
        return _with_hole(factor, refer)
    turn: Formula = WholeCall(COMMUTATION, (), None, tuple(size(sizes[letter]) for letter in made))
    plain = all(isinstance(formula, Identity) for _, formula in parts)
    return turn if plain else product([turn, matrix])


def _indices(
    hole: str, others: Sequence[tuple[str, Formula]], output: str, sizes: dict[str, sympy.Expr]
) -> list[tuple[str, Formula]] | None:
    """What becomes of each index of the operand: the index of the result, if any, and a matrix that leads there."""
    word, other = others[0] if others else ("", None)
    if len(others) > 1 or len(set(hole)) < len(hole) or len(set(output)) < len(output):
        return None
    parts: list[tuple[str, Formula]] = []
    for letter in hole:
        if letter in output and letter not in word:
            parts.append((letter, Identity(size(sizes[letter]))))
        elif letter in output:
            return None
        elif letter not in word or other is None:
            parts.append(("", transposed(Ones(size(sizes[letter])))))
        else:
            kept = word.replace(letter, "")
            if kept and kept in hole:
                return None
            parts.append((kept, transposed(other) if not kept or word == letter + kept else other))
    loose = "".join(x for x in word if x not in hole and x not in "".join(p for p, _ in parts))
    if other is not None and loose:
        if loose != word:
            return None
        column = other if len(word) == 1 else WholeCall("vec", (other,))
        if word + "".join(p for p, _ in parts) == output:
            parts.insert(0, (word, column))
        else:
            parts.append((word, column))
    return parts or ([("", other)] if other is not None else None)


def _with_hole(factor: linear.Contraction | linear.Differential, refer: Refer) -> Formula:
    """A linear map by what it does to ``·``."""
    operands = [leaf(f"operand {k}", "tape", shape) for k, shape in enumerate(factor.shapes)]
    symbols = [Sign("·") if k == factor.hole else refer(s) for k, s in enumerate(factor.operands)]
    return written(make(factor.op, *operands), symbols)


def simplified(factors: Sequence[Formula]) -> list[Formula]:
    """Neighbours of the form (A ⊗ I)(B ⊗ I) as (AB) ⊗ I, and the same on the other side."""
    found: list[Formula] = []
    for factor in factors:
        merged = _merged(found[-1], factor) if found else None
        if merged is None:
            found.append(factor)
        else:
            found[-1] = merged
    return found


def _merged(left: Formula, right: Formula) -> Formula | None:
    if not (isinstance(left, Kronecker) and isinstance(right, Kronecker)):
        return None
    (a, b), (c, d) = left.factors, right.factors
    if isinstance(b, Identity) and b == d:
        return kronecker([product([without_parens(a), without_parens(c)]), b])
    if isinstance(a, Identity) and a == c:
        return kronecker([a, product([without_parens(b), without_parens(d)])])
    return None
