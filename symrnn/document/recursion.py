"""The adjoint recursion: the trace of a differentiation, line by line, with the rule beside every term."""

from __future__ import annotations

from symrnn.adjoint import Line, Use
from symrnn.document.adjoints import Adjoints
from symrnn.document.arithmetic import ZERO, adjoint
from symrnn.document.contractions import extent
from symrnn.document.draft import Draft, listed, term
from symrnn.document.equations import broken_term
from symrnn.document.formula import Formula, Related, Symbol
from symrnn.document.model import Block, Equations, Row, Section, Term, Text
from symrnn.document.phrases import rule_name
from symrnn.ir import Node


def recursion_section(draft: Draft, adjoints: Adjoints) -> Section:
    """Adjoints of all values of the step, then what leaves it for the step before."""
    rows: list[Row] = []
    folded: dict[Node, list[Line]] = {}
    for line in adjoints.lines:
        if line.kind != "adjoint":
            continue
        if adjoints.is_alias(line):
            folded.setdefault(line.node, []).append(line)
            continue
        rows.append(line_row(draft, adjoints, line))
        adjoints.learn(line)
    blocks: list[Block] = [draft.paragraph("recursion_text"), *_arrivals(draft), Equations(tuple(rows))]
    blocks += aliases(draft, adjoints, folded)
    blocks += _leaving(draft, adjoints)
    return Section("", draft.words("recursion"), tuple(blocks))


def aliases(draft: Draft, adjoints: Adjoints, folded: dict[Node, list[Line]]) -> list[Block]:
    """What has no name and the adjoint of something else, all of one adjoint in one equation."""
    if not folded:
        return []
    equal = tuple(_alias_row(draft, adjoints, lines) for lines in folded.values())
    return [draft.paragraph("aliases"), Equations(equal)]


def line_row(draft: Draft, adjoints: Adjoints, line: Line) -> Row:
    """A line of the trace as an equation with a term for every use."""
    number = draft.number()
    terms: list[Term] = []
    for use in line.uses:
        formula, shape = adjoints.use(use)
        terms += broken_term(term(formula, rule_text(draft, use), shape))
    return Row(adjoints.of(line.of), tuple(terms), number)


def rule_text(draft: Draft, use: Use) -> Text:
    """The rule of a use, and the equations in which the value is used."""
    name = rule_name(draft.lang, use.rule)
    through = draft.equations.get(use.through)
    numbers = draft.home.get(through, []) if through is not None else []
    return (f"{name} {listed(numbers)}" if numbers else name,)


def _arrivals(draft: Draft) -> list[Block]:
    """What δʸ and δ⁺ are, for this cell's outputs and states."""
    states = [adjoint(Symbol(c.name, "t"), "+") for c in draft.program.forward.carries]
    outputs = [adjoint(Symbol(name, "t"), "y") for name, _ in draft.program.forward.outputs]
    if not states:
        return [draft.paragraph("cotangents", cotangent=draft.several(outputs))]
    return [draft.paragraph("arrivals", cotangent=draft.several(outputs), arrival=draft.several(states))]


def _alias_row(draft: Draft, adjoints: Adjoints, lines: list[Line]) -> Row:
    """``δ(W x) = δ(U h) = δa``: products that are terms of one sum."""
    first, *rest = [adjoints.of(line.of) for line in lines]
    owner = adjoints.known[lines[0].uses[0].node]
    chain: Formula = Related((*rest, owner), ("=",) * len(rest)) if rest else owner
    rule = rule_text(draft, lines[0].uses[0])
    return Row(first, tuple(broken_term(term(chain, rule, extent(lines[0].node.shape)))), draft.number())


def _leaving(draft: Draft, adjoints: Adjoints) -> list[Block]:
    """One equation for every state, 0 for one that the step does not read."""
    lines = {line.of: line for line in adjoints.lines if line.kind == "carry"}
    rows = []
    for carry in draft.program.forward.carries:
        if carry.read in lines:
            rows.append(line_row(draft, adjoints, lines[carry.read]))
        else:
            zero = term(ZERO, (), extent(carry.read.shape))
            rows.append(Row(adjoints.of(carry.read), (zero,), draft.number()))
        draft.leaving.append(rows[-1].number)
    arrival = draft.several([adjoint(Symbol(c.name, "t"), "+") for c in draft.program.forward.carries])
    return [draft.paragraph("leaving", arrival=arrival), Equations(tuple(rows))] if rows else []
