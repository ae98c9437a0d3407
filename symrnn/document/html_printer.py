"""A derivation as one HTML file: MathML, its own style, no script and nothing from elsewhere.

The file is well-formed XML too, so that any XML tool can read it.
"""

from __future__ import annotations

from html import escape

from symrnn.document.mathml import mathml
from symrnn.document.mathml_names import mo
from symrnn.document.model import Block, Document, Equations, Paragraph, Row, Table, Term, Text

FORMAT = "html"
STYLE = """
:root { color-scheme: light dark;
  --ink: #1b1b1b; --paper: #fdfdfb; --faint: #6d6d6d; --line: #dcdcd6; --mark: #f3f3ee; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e2dc; --paper: #17181a; --faint: #9a9a94; --line: #36383b; --mark: #202225; }
}
html { background: var(--paper); color: var(--ink); }
body { max-width: 60rem; margin: 2.5rem auto 5rem; padding: 0 1.25rem; overflow-wrap: anywhere;
  font: 1.03rem/1.55 "Latin Modern Roman", "STIX Two Text", "Iowan Old Style", Charter, Georgia, serif; }
h1 { font-size: 1.7rem; line-height: 1.25; font-weight: 600; margin: 0 0 1.2rem; }
h2 { font-size: 1.3rem; margin: 2.6rem 0 0.7rem; padding-top: 0.7rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.08rem; margin: 1.8rem 0 0.5rem; }
h2 > span, h3 > span { color: var(--faint); font-weight: 400; padding-right: 0.7em; }
p { margin: 0.6rem 0; max-width: 46rem; }
math { font-size: 1.06em; }
.scroll { overflow-x: auto; margin: 0.7rem 0 1.1rem; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: baseline; }
table.words td, table.words th { padding: 0.22rem 1rem 0.22rem 0; border-bottom: 1px solid var(--line); }
table.words th { font-size: 0.9rem; border-bottom: 1px solid var(--faint); }
table.words td { min-width: 4rem; overflow-wrap: normal; }
table.equations td { padding: 0.2rem 0; white-space: nowrap; }
table.equations tbody:hover, table.equations tbody:target { background: var(--mark); }
table.equations td.number { width: 3rem; font-size: 0.85rem; }
table.equations td.left { text-align: right; width: 1%; }
table.equations td.sign { text-align: center; width: 1.9em; min-width: 1.9em; }
table.equations td.shape, table.equations td.rule { padding-left: 1.6rem; width: 1%; font-size: 0.85rem; }
td.number, td.shape, td.rule, footer { color: var(--faint); }
footer { margin-top: 3rem; font-size: 0.85rem; }
@media print { body { margin: 0; max-width: none; } tbody { break-inside: avoid; } }
"""


def write(document: Document) -> str:
    """The whole document."""
    body = [f"<h1>{plain(document.title)}</h1>", *(block(b) for b in document.front)]
    for section in document.sections:
        tag = f"h{section.level + 1}"
        body.append(f'<{tag} id="s{section.number}"><span>{section.number}</span>{plain(section.title)}</{tag}>')
        body += [block(b) for b in section.blocks]
    body.append(f"<footer>written by {plain(document.origin)}</footer>")
    head = [
        '<meta charset="utf-8"/>',
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>',
        f"<title>{plain(document.title)}</title>",
        f"<style>{STYLE}</style>",
    ]
    return (
        f'<!DOCTYPE html>\n<html lang="{document.lang}">\n<head>\n<!-- written by {plain(document.origin)} -->\n'
        + "\n".join([*head, "</head>", "<body>", *body, "</body>", "</html>"])
        + "\n"
    )


def plain(text: str) -> str:
    """Text without markup, and without the control characters that XML forbids."""
    return escape("".join(c if c.isprintable() else " " for c in text))


def prose(text: Text) -> str:
    """A paragraph with its formulas."""
    return "".join(plain(piece) if isinstance(piece, str) else mathml(piece) for piece in text)


def block(item: Block) -> str:
    """A paragraph, equations or a table."""
    match item:
        case Paragraph(text):
            return f"<p>{prose(text)}</p>"
        case Equations(rows):
            lines = "\n".join(_row(row) for row in rows)
            return f'<div class="scroll"><table class="equations">\n{lines}\n</table></div>'
        case Table(head, body):
            cells = [_line("th", head), *(_line("td", line) for line in body)]
            return '<div class="scroll"><table class="words">\n' + "\n".join(cells) + "\n</table></div>"


def _line(tag: str, cells: tuple[Text, ...]) -> str:
    return "<tr>" + "".join(f"<{tag}>{prose(cell)}</{tag}>" for cell in cells) + "</tr>"


def _row(row: Row) -> str:
    """An equation, one term a line: number, left side, sign, term, shape, rule."""
    lines = []
    for place, term in enumerate(row.terms):
        number = f"({row.number})" if row.number and place == 0 else ""
        cells = {
            "number": number,
            "left": mathml(row.left, display=True) if place == 0 else "",
            "sign": _sign(row, term, place),
            "term": ("<math><mo>−</mo></math>" if place == 0 and term.sign < 0 else "") + _term(term),
            "shape": mathml(term.shape) if term.shape else "",
            "rule": prose(term.rule),
        }
        lines.append("<tr>" + "".join(f'<td class="{name}">{text}</td>' for name, text in cells.items()) + "</tr>")
    anchor = f' id="e{row.number}"' if row.number else ""
    return f"<tbody{anchor}>" + "\n".join(lines) + "</tbody>"


def _sign(row: Row, term: Term, place: int) -> str:
    """What stands before a term: the relation of the equation, its own, or the sign of a later term."""
    sign = term.relation or (row.relation if place == 0 else {1: "+", -1: "−", 0: ""}[term.sign])
    return f"<math>{mo(sign)}</math>" if sign else ""


def _term(term: Term) -> str:
    return mathml(term.formula, display=True)
