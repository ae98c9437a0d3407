"""The annotated copy of a note: one self-contained HTML file, without scripts and with nothing from elsewhere."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePath

from symrnn.analysis.claim_verdicts import WORDS
from symrnn.analysis.notes import Reading
from symrnn.annotation.formulas import Formula, Formulas, diagnostic_note
from symrnn.annotation.prose import paragraphs
from symrnn.document.html_printer import STYLE, plain
from symrnn.reading.extract import extract
from symrnn.reading.note import KINDS

OWN = """
.display { display: block; margin: 1rem 0 1.2rem; }
.row { display: block; overflow-x: auto; padding: 0.25rem 1.2rem; }
.notes { display: block; margin: 0.2rem 0 0 1.2rem; padding: 0.3rem 0 0.3rem 0.9rem;
  border-left: 2px solid var(--line); font-size: 0.88rem; line-height: 1.45; }
.reading, .claim, .said, .said > span:not(.severity):not(.place), .evidence > span { display: block; }
.reading .cell { color: var(--faint); padding-right: 0.6em; font-size: 0.82rem; }
.claim, .said { margin: 0.35rem 0; }
.evidence { display: block; color: var(--faint); margin-left: 0.9rem; }
.verdict, .severity { font-weight: 600; padding: 0.05rem 0.5em; margin-right: 0.6em; border-radius: 0.3em;
  font-size: 0.82rem; border: 1px solid; }
.place { color: var(--faint); font-size: 0.82rem; }
.fix { margin-left: 0.9rem; }
.holds { color: #1a7f4b; } .holds_with, .warning { color: #9a6700; }
.false, .error { color: #b3261e; } .undecided, .info, .hint, .question { color: var(--faint); }
.said { color: var(--ink); }
.mark { border-bottom: 2px solid; } mrow.mark { background: #ffe9a8; color: inherit; }
mrow.mark.error { background: #ffd0cc; } .mark.error { border-color: #b3261e; } .mark.warning { border-color: #9a6700; }
@media (prefers-color-scheme: dark) {
  .holds { color: #58c98d; } .holds_with, .warning { color: #e0b04a; } .false, .error { color: #ff8a80; }
  mrow.mark { background: #4a3d12; } mrow.mark.error { background: #5a2320; } }
code, pre { font-size: 0.9em; font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; }
pre { background: var(--mark); padding: 0.7rem 1rem; overflow-x: auto; }
blockquote { margin: 0.6rem 0; padding-left: 1rem; border-left: 3px solid var(--line); }
.summary { border: 1px solid var(--line); background: var(--mark); padding: 0.6rem 1rem; margin-bottom: 2rem; }
.summary p { margin: 0.2rem 0; }
"""


def page(reading: Reading) -> str:
    """The note with its readings, problems and verdicts."""
    source = reading.source
    suffix = PurePath(source.file).suffix.lower()
    blocks = extract(source, KINDS.get(suffix, ""))
    formulas = list(Formulas(reading, blocks).all())
    body = _body(source.text, formulas, suffix == ".tex" or "\\begin{document}" in source.text)
    shown = {id(d) for formula in formulas for d in formula.said}
    rest = [d for d in reading.diagnostics if id(d) not in shown and d.severity != "info"]
    title = plain(PurePath(source.file).name)
    head = [
        '<meta charset="utf-8"/>',
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>',
        f"<title>{title}, annotated</title>",
        f"<style>{STYLE}{OWN}</style>",
    ]
    parts = [_summary(reading), body]
    parts += [f'<h2>Elsewhere</h2><p class="notes">{"".join(map(diagnostic_note, rest))}</p>'] if rest else []
    parts += [f"<h2>Cells</h2>{''.join(f'<pre>{_lines(str(cell))}</pre>' for cell in reading.cells)}"] * bool(
        reading.cells
    )
    parts.append("<footer>written by symrnn check</footer>")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<!-- written by symrnn check -->\n'
        + "\n".join([*head, "</head>", "<body>", *parts, "</body>", "</html>"])
        + "\n"
    )


def _body(text: str, formulas: list[Formula], tex: bool) -> str:
    """The prose with formulas in their places."""
    number = 0
    while f"⟦{number}." in text:
        number += 1
    pieces, at = [], 0
    for place, formula in enumerate(formulas):
        if formula.start < at:
            continue
        pieces += [text[at : formula.start], f"⟦{number}.{place}⟧"]
        at = formula.end
    html = paragraphs("".join([*pieces, text[at:]]), tex)
    for place, formula in enumerate(formulas):
        html = html.replace(f"⟦{number}.{place}⟧", formula.html)
    return html


def _lines(text: str) -> str:
    return "\n".join(map(plain, text.rstrip().splitlines()))


def _summary(reading: Reading) -> str:
    """What was found, in a box on top."""
    names = ", ".join(plain(cell.name) for cell in reading.cells) or "none"
    lines = [f"Cells: {names}", f"Equations: {len(reading.equations)}"]
    if reading.claims:
        counts = Counter(judged.verdict for judged in reading.claims)
        said = (f'<span class="verdict {v}">{counts[v]} {WORDS[v]}</span>' for v in WORDS if counts[v])
        lines.append(f"Claims: {' '.join(said)}")
    grave = Counter(d.severity for d in reading.diagnostics if d.severity != "info")
    if grave:
        said = (f'<span class="severity {s}">{n} {s}</span>' for s, n in sorted(grave.items()))
        lines.append(f"To be seen to: {' '.join(said)}")
    return '<div class="summary">' + "".join(f"<p>{line}</p>" for line in lines) + "</div>"
