"""The formulas of a note, block by block: set as their author wrote them, with what is to be said about each below.

Where a block cannot be parsed its source is shown, with the marks in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symrnn.analysis.claim_verdicts import Judged
from symrnn.analysis.notes import Reading
from symrnn.annotation.typeset import Mark, Typesetter
from symrnn.document.html_printer import plain
from symrnn.reading.diagnostics import INFO, Diagnostic, ReadError
from symrnn.reading.extract import INLINE, PLAIN, Block
from symrnn.reading.lexemes import Macro, expanded, macros, scan
from symrnn.reading.lexer import Lexer
from symrnn.reading.note import Equation
from symrnn.reading.parser import Context, parse
from symrnn.reading.rows import Piece, cut
from symrnn.reading.scan import context_of, with_adjoints
from symrnn.reading.source import Span

FENCES = (("$$", "$$"), ("\\[", "\\]"), ("\\(", "\\)"), ("$", "$"))


@dataclass(frozen=True)
class Formula:
    """A block of mathematics: the characters that it takes with its delimiters, and its element."""

    start: int
    end: int
    html: str
    said: tuple[Diagnostic, ...] = ()


class Formulas:
    """Sets the blocks of one reading."""

    def __init__(self, reading: Reading, blocks: Sequence[Block]) -> None:
        self.reading = reading
        self.text = reading.source.text
        known, _ = macros(self.text)
        self.pieces = [self._pieces(block, known) for block in blocks]
        together = [piece for own in self.pieces for piece in own or []]
        with_adjoints(together)
        self.context = context_of(together)
        self.blocks = blocks

    def _pieces(self, block: Block, known: dict[str, Macro]) -> list[Piece] | None:
        try:
            lexemes = expanded(scan(self.text, block.span.start, block.span.end), known)
            return cut(Lexer(lexemes, block.kind == PLAIN).run()).pieces
        except ReadError:
            return None

    def all(self) -> Iterator[Formula]:
        """Every block with its element, in the order of the text."""
        for block, pieces in zip(self.blocks, self.pieces, strict=True):
            said = tuple(d for d in self.reading.diagnostics if _within(d.span, block.span))
            start, end = self._outer(block)
            if block.kind == INLINE:
                yield Formula(start, end, self._inline(block, pieces, said), said)
            else:
                yield Formula(start, end, self._display(block, pieces, said), said)

    def _outer(self, block: Block) -> tuple[int, int]:
        """The characters of a block with the signs around it."""
        start, end = block.span.start, block.span.end
        for left, right in FENCES:
            if self.text.endswith(left, 0, start) and self.text.startswith(right, end):
                return start - len(left), end + len(right)
        line = self.text.rfind("\n", 0, max(start - 1, 0)) + 1
        if self.text[line:start].lstrip().startswith(("```", "~~~")):
            stop = self.text.find("\n", end)
            return line, len(self.text) if stop < 0 else stop
        return start, end

    def _inline(self, block: Block, pieces: list[Piece] | None, said: Sequence[Diagnostic]) -> str:
        grave = next((d.severity for d in said if d.severity != INFO), "")
        title = plain("; ".join(f"{d.code}: {d.message}" for d in said if d.severity != INFO))
        inner = " ".join(self._set(pieces, block, said))
        return f'<span class="{f"mark {grave}" if grave else "inline"}" title="{title}">{inner}</span>'

    def _display(self, block: Block, pieces: list[Piece] | None, said: Sequence[Diagnostic]) -> str:
        lines = [f'<span class="row">{line}</span>' for line in self._set(pieces, block, said)]
        equations = [e for e in self.reading.equations if _within(e.span, block.span)]
        claims = [j for j in self.reading.claims if _within(j.claim.span, block.span)]
        notes = [_equation(e) for e in equations] + [_claim(j) for j in claims]
        notes += [diagnostic_note(d) for d in said if d.severity != INFO and not d.code.startswith("CLAIM-")]
        notes += [diagnostic_note(d) for d in said if d.severity == INFO]
        inner = "".join(lines) + f'<span class="notes">{"".join(notes)}</span>' * bool(notes)
        return f'<span class="display">{inner}</span>'

    def _set(self, pieces: list[Piece] | None, block: Block, said: Sequence[Diagnostic]) -> list[str]:
        """The statements of a block as formulas, or its source where it cannot be parsed."""
        marks = [Mark(d.span, d.severity) for d in said if d.severity != INFO]
        if pieces is None:
            return [self._source(block.span, marks)]
        context = context_of(pieces, self.context)
        return [self._statement(piece, context, block, marks) for piece in pieces]

    def _statement(self, piece: Piece, context: Context, block: Block, marks: Sequence[Mark]) -> str:
        try:
            found = parse(piece.tokens, context, block.span.end)
        except ReadError:
            return self._source(piece.span, marks)
        return Typesetter(marks).chain(found.values, [token.text for token in found.relations], piece.role)

    def _source(self, span: Span, marks: Sequence[Mark]) -> str:
        """The source of a span with the first mark in it."""
        mark = next((m for m in marks if _within(m.span, span)), None)
        if mark is None:
            return f"<code>{plain(self.text[span.start : span.end])}</code>"
        before, marked, after = (
            plain(self.text[a:b])
            for a, b in ((span.start, mark.span.start), (mark.span.start, mark.span.end), (mark.span.end, span.end))
        )
        return f'<code>{before}<span class="mark {mark.severity}">{marked}</span>{after}</code>'


def _within(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _equation(equation: Equation) -> str:
    cell = f'<span class="cell">{plain(equation.cell)}</span>' if equation.cell else ""
    return f'<span class="reading">{cell}<code>{plain(equation.text)}</code></span>'


def _claim(judged: Judged) -> str:
    """A claim with its verdict, the evidence folded away."""
    evidence = "".join(f"<span>{plain(line)}</span>" for line in judged.evidence.lines())
    head = f'<span class="verdict {judged.verdict}">{plain(judged.head)}</span>'
    text = f"<code>{plain(judged.text.removeprefix('claim: '))}</code>"
    return f'<span class="claim">{head}{text}<span class="evidence">{evidence}</span></span>'


def diagnostic_note(diagnostic: Diagnostic) -> str:
    message = "".join(f"<span>{plain(line)}</span>" for line in diagnostic.message.splitlines())
    fix = f'<span class="fix">fix: <code>{plain(diagnostic.fix)}</code></span>' if diagnostic.fix else ""
    where = f"{diagnostic.line}:{diagnostic.column}"
    head = f'<span class="severity {diagnostic.severity}">{plain(diagnostic.severity)} {plain(diagnostic.code)}</span>'
    return f'<span class="said {diagnostic.severity}">{head} <span class="place">{where}</span>{message}{fix}</span>'
