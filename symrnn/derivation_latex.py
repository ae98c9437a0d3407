"""A derivation for a notebook: a cell's equations and the adjoint rows of its document, in one environment."""

from __future__ import annotations

from symrnn.cell_latex import record_latex
from symrnn.document import composed
from symrnn.document.draft import Derived
from symrnn.document.formula import Adjoint
from symrnn.document.latex_math import latex
from symrnn.document.latex_text import lead
from symrnn.document.model import Row

END = r"\end{aligned}"


def derivation_latex(derivation: Derived) -> str:
    """The equations as written, then every adjoint, one a line."""
    rows = [row for row in composed(derivation).rows if isinstance(row.left, Adjoint)]
    equations = record_latex(derivation.cell.record).removesuffix(END).rstrip()
    return f"{equations} \\\\[1ex]\n" + " \\\\\n".join(map(_line, rows)) + f"\n{END}"


def _line(row: Row) -> str:
    """An adjoint and the sum of its uses; rules and shapes are left to the document."""
    terms = " ".join(f"{lead(row, term, place)} {latex(term.formula)}" for place, term in enumerate(row.terms))
    return f"{latex(row.left)} &{terms}"
