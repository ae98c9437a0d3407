"""What the form of a one-step Jacobian says about gradients over many steps, read off its terms.

Nothing here is measured: a term without a matrix is a path that no weight scales, its factor's range follows from the
functions in it, and the norm of a sum of products is at most the sum of the products of norms.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import sympy

from symrnn import jacobian_factors as linear
from symrnn.document import maps
from symrnn.document.arithmetic import ZERO, power, scaled
from symrnn.document.draft import Draft, term
from symrnn.document.equations import broken_term
from symrnn.document.expressions import size
from symrnn.document.formula import (
    Formula,
    Identity,
    Interval,
    Kronecker,
    Norm,
    Paren,
    Partial,
    Product,
    Related,
    Repeated,
    Sign,
    Sum,
    Symbol,
    Transposed,
)
from symrnn.document.model import Block, Equations, Paragraph, Row, Section, Term
from symrnn.document.ranges import Ranges, groups
from symrnn.document.text_math import plain
from symrnn.jacobian import StepJacobian
from symrnn.jacobian_naming import parts
from symrnn.jacobian_terms import Term as Jacobian
from symrnn.jacobian_terms import size_of
from symrnn.primitives import CumSum, LogSumExp

if TYPE_CHECKING:
    from symrnn.document.flow import JacobianWriter

AFTER = Symbol("k+1")
LONG = 48  # of a term that is repeated in a sentence


def long_run_section(draft: Draft, jacobian: StepJacobian, writer: JacobianWriter) -> Section:
    """The product over time, paths without weights, and the bound."""
    j = draft.letter("J")
    name = jacobian.states[0] if len(jacobian.states) == 1 else draft.letter("s")
    end = draft.steps.name
    whole = Partial(Symbol(name, end), Symbol(name, "k"))
    factors = (Symbol(j, end), Symbol(j, f"{end}-1"), Sign("⋯"), Symbol(j, "k+1"))
    chain = Row(whole, (term(Product(factors)),), draft.number())
    blocks: list[Block] = [draft.paragraph("over_time"), Equations((chain,))]
    ranges = Ranges(draft.values.naming)
    blocks += _closed_paths(draft, jacobian)
    for state in jacobian.states:
        blocks += _own_path(draft, jacobian, writer, ranges, state)
    if not any(block.terms for line in jacobian.blocks for block in line):
        return Section("", draft.words("long_run"), tuple(blocks), 2)
    rows = _bounds(draft, jacobian, writer, ranges)
    norm, largest = Norm(Symbol("A")), Norm(Symbol("v"), "∞")
    gain = Symbol(draft.letter("gamma"), "t")
    growth = Row(Norm(whole), (term(_over(draft, gain)),), draft.number(), "≤")
    blocks += [
        draft.paragraph("bound_text", norm=norm, largest=largest),
        Equations(tuple(rows)),
        draft.paragraph("gain_text", jacobian=Symbol(j, "t"), gain=gain),
        Equations((growth,)),
    ]
    return Section("", draft.words("long_run"), tuple(blocks), 2)


def _over(draft: Draft, formula: Formula) -> Repeated:
    """The product of a factor over the steps k+1 to T."""
    return Repeated("product", "t", AFTER, draft.steps, formula)


def _closed_paths(draft: Draft, jacobian: StepJacobian) -> list[Paragraph]:
    """The states that a gradient cannot stay in."""
    closed = [state for state in jacobian.states if not jacobian.block(state, state).terms]
    if not closed:
        return []
    shown = [Partial(Symbol(state, "t"), Symbol(state, "t-1")) for state in closed]
    states = draft.several([Symbol(state, "t") for state in closed])
    return [draft.paragraph("zero_path", state=states, block=Related((*shown, ZERO), ("=",) * len(shown)))]


def _own_path(
    draft: Draft, jacobian: StepJacobian, writer: JacobianWriter, ranges: Ranges, state: str
) -> list[Paragraph]:
    """What becomes of a gradient that stays in one state: along a term without weights, or through weights only."""
    block = jacobian.block(state, state)
    shown = Partial(Symbol(state, "t"), Symbol(state, "t-1"))
    if not block.terms:
        return []
    if not any(all(f.thin for f in item.factors) for item in block.terms):
        return [draft.paragraph("through_weights", block=shown)]
    free = [t for t in block.terms if all(isinstance(f, linear.Diagonal | linear.Identity) for f in t.factors)]
    return [_carried(draft, shown, item, writer, ranges) for item in free]


def _carried(draft: Draft, block: Formula, item: Jacobian, writer: JacobianWriter, ranges: Ranges) -> Paragraph:
    """What a term without weights does to a gradient, as far as the range of its entries tells."""
    entries = sympy.Mul(item.coefficient, *(f.expr for f in item.factors if isinstance(f, linear.Diagonal)))
    formula = writer.expression(entries)
    if all(writer.is_scalar(symbol) for symbol in entries.free_symbols):
        path = scaled(
            [_repeated(draft, entries, formula)], None if size_of(item.rows) == 1 else maps.identity(item.rows)
        )
    else:
        path = maps.diagonal(formula, item.rows, lambda inner: _repeated(draft, entries, inner))
    found = ranges.of(entries)
    interval = Interval(size(found.low), size(found.high), found.closed) if found.bounded else ZERO
    if entries == 1:
        key, path_shown = "carried_one", writer.term(item)
    else:
        key, path_shown = "carried_free", path
    if entries != 1 and found.within(-1, 1):
        key = "carried_inside" if found.within(0, 1) else "carried_bounded"
    shown = writer.term(item)
    if len(plain(shown)) > LONG:
        text = draft.phrase("carried_long", block=block)
    else:
        text = draft.phrase("carried", block=block, term=shown, product=path_shown)
    space = "" if draft.lang == "zh" else " "
    return Paragraph((*text, space, *draft.phrase(key, range=interval)))


def _repeated(draft: Draft, entries: sympy.Expr, formula: Formula) -> Formula:
    """The product of a factor over the steps; a power of one that is the same at every step."""
    if any(parts(symbol)[1] is not None for symbol in entries.free_symbols):
        return _over(draft, Paren(formula) if isinstance(formula, Sum) else formula)
    return power(formula, Sum(((1, draft.steps), (-1, Symbol("k")))))


def without_identity(formula: Formula) -> Formula:
    """What has the same norm: A for Aᵀ and for A ⊗ I."""
    if isinstance(formula, Transposed):
        return without_identity(formula.arg.arg if isinstance(formula.arg, Paren) else formula.arg)
    if not isinstance(formula, Kronecker):
        return formula
    rest = [f for f in formula.factors if not isinstance(f, Identity)]
    return without_identity(rest[0]) if len(rest) == 1 else formula


def _bounds(draft: Draft, jacobian: StepJacobian, writer: JacobianWriter, ranges: Ranges) -> list[Row]:
    """A bound for every block that is not 0, after those of the Jacobians that it refers to."""
    rows: dict[Formula, Row] = {}
    for block in (block for line in jacobian.blocks for block in line if block.terms):
        for definition in block.definitions:
            left = Norm(writer.factor(definition.reference))
            if left not in rows:
                rows[left] = _bound(draft, writer, ranges, left, definition.terms)
        left = Norm(Partial(Symbol(block.of, "t"), Symbol(block.wrt, "t-1")))
        rows[left] = _bound(draft, writer, ranges, left, block.terms)
    return list(rows.values())


def _bound(draft: Draft, writer: JacobianWriter, ranges: Ranges, left: Formula, terms: Sequence[Jacobian]) -> Row:
    """The sum of the bounds of terms."""
    written = [line for item in terms for line in broken_term(Term(_term_bound(item, writer, ranges)))]
    return Row(left, tuple(written), draft.number(), "≤")


def _term_bound(item: Jacobian, writer: JacobianWriter, ranges: Ranges) -> Formula:
    """The product of the norms of a term's factors, numbers as far as they are known."""
    coefficient: sympy.Expr = abs(item.coefficient)
    norms: list[Formula] = []
    for factor in item.factors:
        match factor:
            case linear.Diagonal(expr):
                for group in groups(expr):
                    largest = ranges.of(group).largest
                    if largest.is_finite:
                        coefficient *= largest
                    else:
                        norms.append(Norm(writer.expression(group), "∞"))
            case linear.Spread():
                coefficient *= sympy.sqrt(size_of(factor.rows) / size_of(factor.columns))
            case linear.Contraction("i->" | "ij->" | "ij->i" | "ij->j"):
                coefficient *= sympy.sqrt(size_of(factor.columns) / size_of(factor.rows))
            case linear.Identity() | linear.Reshaped() | linear.Selection():
                pass  # of norm 1
            case linear.Differential(CumSum(axis)):
                coefficient *= factor.rows[axis]  # no entry is larger than 1
            case linear.Differential(LogSumExp()):
                pass  # shares that add up to 1: of norm 1 at most
            case _:
                norms.append(Norm(without_identity(writer.factor(factor))))
    return scaled([size(coefficient), *norms[:-1]], norms[-1] if norms else None)
