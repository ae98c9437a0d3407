"""A derivation as a LaTeX document for pdflatex: packages of the base installation, one more where it is there."""

from __future__ import annotations

from symrnn.document.folding import walk
from symrnn.document.formula import Formula, Partial, Quotient, Related
from symrnn.document.latex_math import latex
from symrnn.document.latex_text import escaped, lead
from symrnn.document.latex_text import prose as latex_prose
from symrnn.document.model import Block, Document, Equations, Paragraph, Row, Section, Table, Term, Text
from symrnn.document.text_math import plain
from symrnn.errors import UsageError

FORMAT = "tex"
# Columns of the plain text of a line that fit beside each other; of a left side before it gets a line of its own.
WIDE, WIDE_LEFT = 104, 34
PREAMBLE = r"""\documentclass[10pt,a4paper]{article}
\usepackage[utf8]{inputenc}
\usepackage{amsmath,array,longtable,color}
\IfFileExists{microtype.sty}{\usepackage{microtype}}{}
\setlength{\hoffset}{-1in}
\setlength{\voffset}{-1in}
\setlength{\oddsidemargin}{20mm}
\setlength{\textwidth}{170mm}
\setlength{\topmargin}{20mm}
\setlength{\headheight}{0pt}
\setlength{\headsep}{0pt}
\setlength{\textheight}{250mm}
\setlength{\parindent}{0pt}
\setlength{\parskip}{6pt plus 2pt}
\setlength{\LTleft}{0pt}
\setlength{\LTright}{0pt}
\setlength{\LTpre}{4pt}
\setlength{\LTpost}{4pt}
\renewcommand{\arraystretch}{1.2}
\definecolor{faint}{gray}{0.4}
\newcommand{\note}[1]{\textcolor{faint}{\footnotesize #1}}
\newcommand{\strutted}{\rule[-2.6ex]{0pt}{6.4ex}}
\raggedbottom
\emergencystretch=4em
"""


def write(document: Document) -> str:
    """The whole document; Chinese needs other fonts and another engine, and is refused."""
    if document.lang != "en":
        raise UsageError(f"TeX is written in English only; use --to html, md or txt for --lang {document.lang}")
    parts = [f"% written by {document.origin}", PREAMBLE + r"\begin{document}"]
    parts.append(rf"{{\Large\bfseries\raggedright {escaped(document.title)}\par}}\medskip")
    parts += [block(b) for b in document.front]
    for section in document.sections:
        parts.append(_heading(section))
        parts += [block(b) for b in section.blocks]
    return "\n\n".join([*parts, r"\end{document}"]) + "\n"


def _heading(section: Section) -> str:
    return rf"\{'sub' * (section.level - 1)}section*{{{section.number}\quad {escaped(section.title)}}}"


def prose(text: Text) -> str:
    """A paragraph with its formulas."""
    return latex_prose(text, lambda formula: f"${formula}$", escaped)


def block(item: Block) -> str:
    """A paragraph, equations or a table."""
    match item:
        case Paragraph(text) if all(isinstance(piece, str) for piece in text):
            # Titles and numbers of papers do not break.
            return rf"{{\raggedright {prose(text)}\par}}"
        case Paragraph(text):
            return prose(text)
        case Equations(rows):
            return _equations(rows)
        case Table():
            return _table(item)


def _equations(rows: tuple[Row, ...]) -> str:
    r"""Equations that may break across pages: number, left side, a term a line, its shape and its rule."""
    columns = (
        r"@{}>{\color{faint}}r@{\quad}>{$\displaystyle}r<{$}@{\;}>{$\displaystyle}l<{$}"
        r"@{\extracolsep{\fill}}l@{\extracolsep{0pt}\quad}l@{}"
    )
    left = max((w for w in (len(plain(row.left)) for row in rows) if w <= WIDE_LEFT), default=0)
    room = WIDE - left - max(len(_plain_note(term)) for row in rows for term in row.terms)
    lines = [rf"\begin{{longtable}}{{{columns}}}"]
    for row in rows:
        for place, term in enumerate(row.terms):
            lines += _line(row, term, place, room)
    return "\n".join([*lines, r"\end{longtable}"])


def _line(row: Row, term: Term, place: int, room: int) -> list[str]:
    """A term's line; a left side, or a note, for which there is no room beside it gets one of its own."""
    number = f"({row.number})" if row.number and place == 0 else ""
    left = latex(row.left) if place == 0 else ""
    # All lines of an equation but the last stay on its page.
    end = r"\\" if place == len(row.terms) - 1 else r"\\*"
    right = f"{lead(row, term, place)} {latex(term.formula)}"
    strut = r"\strutted " if _tall(term.formula) or (left and _tall(row.left)) else ""
    shape = rf"\note{{${latex(term.shape)}$}}" if term.shape else ""
    rule = rf"\note{{{prose(term.rule)}}}" if term.rule else ""
    lines = []
    if left and len(plain(row.left)) > WIDE_LEFT:
        lines.append(rf"{number} & \multicolumn{{4}}{{l}}{{$\displaystyle {left}$}} \\*")
        number = left = ""
    if len(plain(term.formula)) > room:
        # Over all columns to its right, so that it does not push them out of the page.
        note = [rf" & & & {shape} & {rule} {end}"] if shape or rule else []
        wide = rf"{strut}{number} & {left} & \multicolumn{{3}}{{@{{}}l@{{}}}}{{$\displaystyle {right}$}}"
        return [*lines, f"{wide} {end if not note else chr(92) * 2 + '*'}", *note]
    return [*lines, rf"{strut}{number} & {left} & {right} & {shape} & {rule} {end}"]


def _plain_note(term: Term) -> str:
    return "".join(piece if isinstance(piece, str) else plain(piece) for piece in (*term.rule, term.shape or ""))


def _tall(formula: Formula) -> bool:
    """Whether a formula has a fraction in it."""
    return any(isinstance(part, Partial | Quotient) for part in walk(formula))


def _table(table: Table) -> str:
    """A table whose columns share the width, lines with fractions in full size."""
    total = sum(table.widths)
    columns = "".join(rf">{{\raggedright\arraybackslash}}p{{{150 * w // total}mm}}" for w in table.widths)
    lines = [rf"\begin{{longtable}}{{@{{\extracolsep{{\fill}}}}{columns}@{{}}}}"]
    lines.append(" & ".join(map(_bold, table.head)) + r" \\ \hline \noalign{\vskip 3pt}")
    for line in table.body:
        lines += _table_line(line)
    return "\n".join([*lines, r"\end{longtable}"])


def _table_line(line: tuple[Text, ...]) -> list[str]:
    """A line of a table; a first cell too wide for its column takes the whole width."""
    tall = any(_tall(piece) for cell in line for piece in cell if isinstance(piece, Related))
    strut = r"\strutted " if tall else ""
    cells = [_displayed(cell) if tall else prose(cell) for cell in line]
    wide = "".join(piece if isinstance(piece, str) else plain(piece) for piece in line[0])
    if len(wide) > WIDE_LEFT and not tall:
        return [rf"\multicolumn{{{len(line)}}}{{@{{}}l@{{}}}}{{{cells[0]}}} \\*", " & ".join(["", *cells[1:]]) + r" \\"]
    return [strut + " & ".join(cells) + r" \\"]


def _displayed(cell: Text) -> str:
    """A cell with its formulas in full size."""
    return "".join(escaped(piece) if isinstance(piece, str) else rf"$\displaystyle {latex(piece)}$" for piece in cell)


def _bold(text: Text) -> str:
    return rf"\textbf{{{prose(text)}}}"
