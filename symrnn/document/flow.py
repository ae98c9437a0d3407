"""The Jacobian of one step on the page, and what its form says about gradients over many steps."""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from symrnn import jacobian_factors as linear
from symrnn.document import maps
from symrnn.document.arithmetic import ZERO, product, scaled, total, transposed
from symrnn.document.contractions import extent
from symrnn.document.draft import Draft, term
from symrnn.document.equations import broken_term
from symrnn.document.expressions import Operand, expression, number
from symrnn.document.formula import Formula, Matrix, Partial, Symbol, WholeCall
from symrnn.document.long_run import long_run_section
from symrnn.document.model import Block, Equations, Row, Section, Term
from symrnn.ir import SCALAR, Shape
from symrnn.jacobian import Block as JacobianBlock
from symrnn.jacobian import Jacobians, StepJacobian
from symrnn.jacobian_terms import Term as Jacobian
from symrnn.jacobian_terms import size_of

WIDEST = 4  # states whose blocks are shown as one matrix


def flow_sections(draft: Draft) -> list[Section]:
    """The block matrix, its blocks, total derivatives where they differ, and the product over time."""
    if not draft.program.forward.carries:
        return []
    jacobians = Jacobians(draft.program.forward)
    jacobian = jacobians.all()
    writer = JacobianWriter(draft)
    overview = (draft.paragraph("flow_text"), Equations((writer.overview(jacobian),)))
    blocks: list[Block] = [draft.paragraph("blocks_text"), Equations(writer.rows(jacobian))]
    if not all(block.terms for line in jacobian.blocks for block in line):
        blocks.append(draft.paragraph("zero_blocks"))
    if any(len(carry.read.shape) == 2 for carry in draft.program.forward.carries):
        blocks.insert(1, draft.paragraph("flattened"))
    for state in jacobian.states:
        whole = jacobians.block(state, state, "total")
        if whole.terms != jacobian.block(state, state).terms:
            symbol = Symbol(state, "t-1")
            blocks += [draft.paragraph("total_text", state=symbol), Equations(tuple(writer.block_rows(whole)))]
    return [
        Section("", draft.words("flow"), overview),
        Section("", draft.words("blocks"), tuple(blocks), 2),
        long_run_section(draft, jacobian, writer),
    ]


class JacobianWriter:
    """How the terms of a Jacobian are written, for one document."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.naming = draft.values.naming
        equations = [name for name, _ in draft.program.forward.equations]
        # From the result inwards, as the chain rule goes; what comes from outside stands last.
        self.places = {name: len(equations) - place for place, name in enumerate(equations)}

    def overview(self, jacobian: StepJacobian) -> Row:
        """J_t as the matrix of its blocks."""
        draft = self.draft
        state, j = draft.letter("s"), draft.letter("J")
        left = Symbol(j, "t")
        if len(jacobian.states) == 1:
            return Row(left, (term(partial(jacobian.states[0], jacobian.states[0])),), draft.number())
        whole = Partial(Symbol(state, "t"), Symbol(state, "t-1"))
        if len(jacobian.states) > WIDEST:
            return Row(left, (term(whole),), draft.number())
        entries = [[partial(b.of, b.wrt) if b.terms else ZERO for b in line] for line in jacobian.blocks]
        return Row(left, (term(whole), Term(Matrix(tuple(map(tuple, entries))), 1, relation="=")), draft.number())

    def rows(self, jacobian: StepJacobian) -> tuple[Row, ...]:
        """One equation for every block that is not 0, after those of the Jacobians that it refers to."""
        done: dict[Formula, None] = {}
        rows: list[Row] = []
        for block in (block for line in jacobian.blocks for block in line):
            rows += self.block_rows(block, done) if block.terms else []
        return tuple(rows)

    def block_rows(self, block: JacobianBlock, done: dict[Formula, None] | None = None) -> list[Row]:
        """A block, and before it the definitions that stand nowhere above; it may be one of those itself."""
        done = {} if done is None else done
        rows = []
        lines: list[tuple[Formula, Sequence[Jacobian], JacobianBlock | linear.Reference]] = [
            (self.factor(d.reference), d.terms, d.reference) for d in block.definitions
        ]
        left = partial(block.of, block.wrt, "total" if block.path == "total" else "")
        for shown, terms, of in [*lines, (left, block.terms, block)]:
            if shown not in done:
                done[shown] = None
                rows.append(self._row(shown, terms, of))
        return rows

    def _row(self, left: Formula, terms: Sequence[Jacobian], of: JacobianBlock | linear.Reference) -> Row:
        shape = extent((size_of(of.rows), size_of(of.columns)))
        written: list[Term] = []
        for place, item in enumerate(terms):
            written += broken_term(term(self.term(item), shape=shape if place == 0 else None))
        return Row(left, tuple(written) or (term(total([]), shape=shape),), self.draft.number())

    def term(self, item: Jacobian) -> Formula:
        """A number times a product of factors."""
        scalars = [f for f in item.factors if isinstance(f, linear.Diagonal) and self._repeats(f)]
        rest = [f for f in item.factors if f not in scalars]
        single = size_of(item.rows) == size_of(item.columns) == 1
        body = product(self._factors(rest)) if rest else None if single else maps.identity(item.rows)
        numbers = [number(item.coefficient), *(self.expression(f.expr) for f in scalars)]
        whole = scaled(numbers, body)
        return total([(-1, whole)]) if item.coefficient.is_negative else whole

    def _repeats(self, factor: linear.Diagonal) -> bool:
        """Whether a diagonal is one number all along, a multiple of the identity."""
        return all(map(self.is_scalar, factor.expr.free_symbols))

    def is_scalar(self, symbol: sympy.Symbol) -> bool:
        """Whether the value of a symbol is one number."""
        return self._operand(symbol).scalar

    def _factors(self, factors: Sequence[linear.Factor]) -> list[Formula]:
        """Factors side by side; a diagonal beside ones is the column or row of its entries."""
        found: list[Formula] = []
        rest = list(factors)
        while rest:
            match rest:
                case [linear.Diagonal(expr, shape), linear.Spread(_, ()), *more]:
                    found.append(self._column(expr, shape))
                case [linear.Contraction("i->" | "ij->"), linear.Diagonal(expr, shape), *more]:
                    found.append(transposed(self._column(expr, shape)))
                case [linear.Reshaped(), *more] if len(factors) > 1:
                    pass  # both shapes are flattened alike
                case [first, *more]:
                    found.append(self.factor(first))
            rest = more
        return maps.simplified(found)

    def _column(self, expr: sympy.Expr, shape: Shape) -> Formula:
        entries = self.expression(expr)
        return entries if len(shape) == 1 else WholeCall("vec", (entries,))

    def factor(self, factor: linear.Factor) -> Formula:
        """One factor."""
        match factor:
            case linear.Diagonal(expr, shape):
                return maps.diagonal(self.expression(expr), shape)
            case linear.Matrix(value, _, turned):
                return transposed(self._symbol(value)) if turned else self._symbol(value)
            case linear.Identity() | linear.Reshaped():
                return maps.identity(factor.columns)
            case linear.Spread():
                return maps.spread(factor)
            case linear.Selection():
                return maps.selection(factor)
            case linear.Reference(of, wrt):
                return Partial(self._symbol(of), self._symbol(wrt))
            case linear.Contraction():
                return maps.contraction(factor, self._symbol)
            case linear.Differential():
                return maps.differential(factor, self._symbol)

    def expression(self, expr: sympy.Expr) -> Formula:
        """The entries of a diagonal."""
        return expression(expr, self._operand)

    def _symbol(self, symbol: sympy.Symbol) -> Formula:
        return self.draft.values.named(symbol.name)

    def _operand(self, symbol: sympy.Symbol) -> Operand:
        node = self.draft.values.node(symbol.name)
        last = len(self.places) + 1
        place = self.places.get(symbol.name.removesuffix("[t]"), last)
        return Operand(self._symbol(symbol), node is None or node.shape == SCALAR, place)


def partial(of: str, wrt: str, kind: str = "") -> Partial:
    """∂of_t/∂wrt_{t-1}."""
    return Partial(Symbol(of, "t"), Symbol(wrt, "t-1"), kind)
