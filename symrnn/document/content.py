"""The document of a derivation: what stands in it, in order, built once for every format."""

from __future__ import annotations

import re
from dataclasses import replace

from symrnn.cell_text import title
from symrnn.document.adjoints import Adjoints
from symrnn.document.arithmetic import adjoint
from symrnn.document.draft import Derived, Draft
from symrnn.document.equations import step_sections
from symrnn.document.flow import flow_sections
from symrnn.document.folding import mapped
from symrnn.document.formula import Adjoint, Formula, ImaginaryUnit, Partial, Related, Scaled, Sign, Sum, Symbol
from symrnn.document.functions import functions_section
from symrnn.document.gradients import gradient_sections
from symrnn.document.model import Block, Document, Paragraph, Section
from symrnn.document.notation_table import notation_section
from symrnn.document.phrases import check_language
from symrnn.document.recursion import recursion_section
from symrnn.document.spelling import spelled
from symrnn.document.values import Values

LETTER = "∇"


def compose(derivation: Derived, lang: str = "en", stamp: str | None = None) -> Document:
    """The document of a derivation in a language; ``stamp`` is a verdict to print under the title."""
    record, program = derivation.cell.record, derivation.program
    draft = Draft(record, program, check_language(lang), Values(program.forward))
    adjoints = Adjoints(program, draft.values)
    sections = [*step_sections(draft), functions_section(draft), recursion_section(draft, adjoints)]
    sections += [*gradient_sections(draft, adjoints), *flow_sections(draft)]
    # First on the page, but it cites the numbers of all equations and explains the signs in them.
    sections.insert(0, notation_section(draft, [f for section in sections for f in section.formulas]))
    name = title(record.doc) or record.name
    origin = f"symrnn derive {record.id or record.name}"
    front = _front(draft, derivation.cell.reference, stamp)
    document = Document(draft.words("title", name=name), lang, origin, front, _numbered(sections))
    # A cell that has a δ of its own gets another letter for adjoints.
    return document if not any(spelled(n).base == "delta" for n in draft.taken) else document.mapped(_renamed)


def _renamed(formula: Formula) -> Formula:
    return mapped(formula, lambda part: replace(part, letter=LETTER) if isinstance(part, Adjoint) else part)


def _front(draft: Draft, reference: str, stamp: str | None) -> tuple[Block, ...]:
    """What stands between the title and the first section."""
    blocks: list[Block] = [Paragraph((text,)) for text in _remarks(draft.record.doc)]
    blocks += [draft.paragraph("reference", text=reference)] if reference else []
    blocks += [draft.paragraph("stamp", text=stamp)] if stamp else []
    jacobian, entry = Partial(Symbol("y"), Symbol("x")), Symbol("y", of="j")
    delta = Related((adjoint(Symbol("v")), Partial(Symbol("L"), Symbol("v"))), ("=",))
    blocks.append(draft.paragraph("origin"))
    blocks.append(draft.paragraph("conventions", jacobian=jacobian, entry=entry, odot=Sign("⊙")))
    blocks.append(draft.paragraph("adjoints", delta=delta))
    blocks += _complex(draft)
    return tuple(blocks)


def _complex(draft: Draft) -> list[Block]:
    """How complex values are handled, where there are any."""
    record = draft.record
    if not any(d.complex for d in (*record.states, *record.params)) and not any(e.complex for e in record.equations):
        return []
    z, re_, im = Symbol("z"), Symbol("z.re"), Symbol("z.im")
    whole = Related((z, Sum(((1, re_), (1, Scaled((ImaginaryUnit(), im)))))), ("=",))
    gradient = Sum(((1, Partial(Symbol("L"), re_)), (1, Scaled((ImaginaryUnit(), Partial(Symbol("L"), im))))))
    return [draft.paragraph("complex", whole=whole, gradient=Related((adjoint(z), gradient), ("=",)))]


def _remarks(doc: str) -> list[str]:
    """The paragraphs of a docstring after its first line, without those under a key such as ``Reference:``."""
    paragraphs = re.split(r"\n\s*\n", doc.strip().partition("\n")[2].strip())
    return [" ".join(p.split()) for p in paragraphs if p.strip() and not re.match(r"\s*[A-Z]\w*:\s", p)]


def _numbered(sections: list[Section]) -> tuple[Section, ...]:
    """Sections with their numbers, 1, 2, 2.1, …"""
    done, major, minor = [], 0, 0
    for section in sections:
        major, minor = (major + 1, 0) if section.level == 1 else (major, minor + 1)
        done.append(replace(section, number=f"{major}.{minor}" if minor else str(major)))
    return tuple(done)
