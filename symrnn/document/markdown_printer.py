"""A derivation as Markdown for GitHub: formulas where it leaves them alone, in ```` ```math ```` and $`…`$."""

from __future__ import annotations

import re

from symrnn.document.formula import Formula
from symrnn.document.latex_math import latex
from symrnn.document.latex_text import escaped as latex_escaped
from symrnn.document.latex_text import lead
from symrnn.document.latex_text import prose as latex_prose
from symrnn.document.model import Block, Document, Equations, Paragraph, Row, Section, Table, Text

FORMAT = "md"


def write(document: Document) -> str:
    """The whole document."""
    parts = [f"<!-- written by {document.origin} -->", f"# {escaped(document.title)}"]
    parts += [block(b) for b in document.front]
    for section in document.sections:
        parts.append(_heading(section))
        parts += [block(b) for b in section.blocks]
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """Text without markup of its own."""
    return re.sub(r"([\\`*_{}\[\]<>#|$&])", r"\\\1", text)


def _heading(section: Section) -> str:
    return f"{'#' * (section.level + 1)} {section.number} {escaped(section.title)}"


def prose(text: Text) -> str:
    """A paragraph with its formulas."""
    return latex_prose(text, lambda formula: f"$`{portable(formula)}`$", escaped)


def block(item: Block) -> str:
    """A paragraph, equations or a table."""
    match item:
        case Paragraph(text):
            return prose(text)
        case Equations(rows):
            lines = r" \\[4pt]".join(line for row in rows for line in _row(row))
            return "```math\n\\begin{aligned}" + lines + "\n\\end{aligned}\n```"
        case Table(head, body):
            table = [head, *body]
            cells = ["| " + " | ".join(prose(c).replace("\n", " ") or " " for c in line) + " |" for line in table]
            return "\n".join([cells[0], "|" + " --- |" * len(head), *cells[1:]])


def _row(row: Row) -> list[str]:
    """An equation, one term a line: number, left side, the term behind its sign, shape, rule."""
    lines = []
    for place, term in enumerate(row.terms):
        number = rf"\text{{({row.number})}}\quad " if row.number and place == 0 else ""
        left = f"{mathematics(row.left)} " if place == 0 else ""
        shape = rf" && \quad {mathematics(term.shape)}" if term.shape else ""
        rule = rf" && \quad \text{{{latex_prose(term.rule, _dollars, latex_escaped)}}}" if term.rule else ""
        lines.append(f"\n{number}&& {left}&{lead(row, term, place)} {mathematics(term.formula)}{shape}{rule}")
    return lines


def _dollars(formula: str) -> str:
    """A formula within words that stand in mathematics."""
    return f"${formula}$"


def mathematics(formula: Formula) -> str:
    """LaTeX in the macros that GitHub allows, which operatorname is not one of."""
    return portable(latex(formula))


def portable(formula: str) -> str:
    """The same LaTeX without operatorname."""
    return formula.replace(r"\operatorname{", r"\mathrm{")
