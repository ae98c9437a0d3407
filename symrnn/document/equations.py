"""The step on the page: the author's equations, then one operation a line."""

from __future__ import annotations

from dataclasses import replace

from symrnn.document.authored import authored
from symrnn.document.breaking import lines
from symrnn.document.contractions import extent
from symrnn.document.draft import Draft, term
from symrnn.document.formula import Formula, Symbol
from symrnn.document.model import Equations, Row, Section, Term
from symrnn.ir import Node
from symrnn.notation import names_of


def step_sections(draft: Draft) -> list[Section]:
    """Both forms of the step."""
    return [
        Section("", draft.words("step"), ()),
        Section("", draft.words("as_written"), (draft.paragraph("as_written_text"), _as_written(draft)), 2),
        Section("", draft.words("canonical"), (draft.paragraph("canonical_text"), _canonical(draft)), 2),
    ]


def _as_written(draft: Draft) -> Equations:
    names = names_of(draft.record)
    rows = []
    for equation in draft.record.equations:
        left = Symbol(equation.name.partition("@")[0], "" if equation.static else "t")
        terms = broken(authored(equation.tree, names), extent(equation.shape))
        draft.authored[equation.name] = number = draft.number()
        rows.append(Row(left, terms, number))
    return Equations(tuple(rows))


def _canonical(draft: Draft) -> Equations:
    """One row for every value with a name; ``home`` learns where each value stands."""
    values = draft.values
    rows = []
    for _, node in draft.program.forward.equations:
        if values.written_out(node):
            continue
        number = draft.number()
        rows.append(Row(values.symbol(node), broken(values.body(node), extent(node.shape)), number))
        for shown in (node, *_inside(draft, node)):
            draft.home.setdefault(shown, []).append(number)
    return Equations((*rows, *_other_names(draft)))


def _other_names(draft: Draft) -> list[Row]:
    """What leaves the step under another name than that of the row above: a copy, or what is kept for a delay."""
    step, rows = draft.program.forward, []
    results = {**{c.name: c.write for c in step.carries}, **dict(step.outputs)}
    for name, node in results.items():
        if draft.values.refer(node) != Symbol(name, "t"):
            draft.shift[name] = [draft.number()]
            rows.append(Row(Symbol(name, "t"), broken(draft.values.refer(node), extent(node.shape)), draft.count))
    return rows


def _inside(draft: Draft, node: Node) -> list[Node]:
    """The operands that stand written out in the row of a node, and theirs."""
    found: dict[Node, None] = {}
    stack = [a for a in node.args if draft.values.written_out(a)]
    while stack:
        inner = stack.pop()
        if inner not in found:
            found[inner] = None
            stack += [a for a in inner.args if draft.values.written_out(a)]
    return list(found)


def broken(formula: Formula, shape: Formula | None) -> tuple[Term, ...]:
    """A formula as the lines of an equation, its shape beside the first."""
    return broken_term(term(formula, shape=shape))


def broken_term(whole: Term) -> tuple[Term, ...]:
    """A term as one or several lines; its rule and shape stand beside the first."""
    first, *rest = lines(whole.formula)
    return (replace(whole, formula=first), *(Term(line, 0) for line in rest))
