"""Gradients: of parameters as sums over time, of inputs at every step, of initial states.

What is computed from parameters alone has one adjoint per sequence, which stands before those of the parameters.
"""

from __future__ import annotations

from dataclasses import replace

from symrnn.adjoint import Line
from symrnn.document.adjoints import Adjoints
from symrnn.document.arithmetic import ONE, adjoint
from symrnn.document.contractions import extent
from symrnn.document.draft import Draft, term
from symrnn.document.equations import broken_term
from symrnn.document.formula import Formula, Paren, Repeated, Sum, Symbol
from symrnn.document.model import Block, Equations, Row, Section, Term
from symrnn.document.recursion import aliases, line_row, rule_text
from symrnn.ir import Node


def gradient_sections(draft: Draft, adjoints: Adjoints) -> list[Section]:
    """What is computed once per sequence, parameters, then what leaves the cell for others to use."""
    sections = [Section("", draft.words("gradients"), ())]
    blocks = [*_static(draft, adjoints), *_parameters(draft, adjoints)]
    leaving = [line_row(draft, adjoints, line) for line in adjoints.lines if line.kind == "input"]
    leaving += [_start_row(draft, carry.name) for carry in draft.program.forward.carries]
    if blocks:
        sections.append(Section("", draft.words("parameters"), tuple(blocks), 2))
    last = (draft.paragraph("sequences_text"), Equations(tuple(leaving)))
    return [*sections, Section("", draft.words("sequences"), last, 2)]


def _static(draft: Draft, adjoints: Adjoints) -> list[Block]:
    """The adjoints of values of the whole sequence: summed over time, then handed on once."""
    rows: list[Row] = []
    folded: dict[Node, list[Line]] = {}
    for line in adjoints.lines:
        if line.kind != "static":
            continue
        if adjoints.is_alias(line):
            folded.setdefault(line.uses[0].node, []).append(line)
            continue
        rows.append(_summed_row(draft, adjoints, line))
        adjoints.learn(line)
    if not rows:
        return []
    return [draft.paragraph("static_text"), Equations(tuple(rows)), *aliases(draft, adjoints, folded)]


def _parameters(draft: Draft, adjoints: Adjoints) -> list[Block]:
    rows = tuple(_summed_row(draft, adjoints, line) for line in adjoints.lines if line.kind == "parameter")
    both = any(line.kind == "static" for line in adjoints.lines)
    return [draft.paragraph("parameters_both" if both else "parameters_text"), Equations(rows)] if rows else []


def _summed_row(draft: Draft, adjoints: Adjoints, line: Line) -> Row:
    """A line whose uses at every step are summed over time; what comes once per sequence is not."""
    number = draft.number()
    terms: list[Term] = []
    for use in line.uses:
        formula, shape = adjoints.use(use)
        signed = term(formula, rule_text(draft, use), shape)
        terms += broken_term(signed if use.once else replace(signed, formula=over_time(draft, signed.formula)))
    return Row(adjoints.of(line.of), tuple(terms), number)


def over_time(draft: Draft, formula: Formula) -> Formula:
    """The sum of a formula over all steps."""
    return Repeated("sum", "t", ONE, draft.steps, Paren(formula) if isinstance(formula, Sum) else formula)


def _start_row(draft: Draft, state: str) -> Row:
    """The gradient of an initial state: what the first step hands on."""
    start = Symbol(state, "0")
    shape = next(c.read.shape for c in draft.program.forward.carries if c.name == state)
    return Row(adjoint(start), (term(adjoint(start, "+"), (), extent(shape)),), draft.number())
