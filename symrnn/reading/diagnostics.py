"""What a reader has to say about a text: a code, a severity, a place, a message and, where there is one, a fix."""

from __future__ import annotations

from dataclasses import dataclass, field

from symrnn.reading.source import Source, Span

ERROR, WARNING, QUESTION, HINT, INFO = "error", "warning", "question", "hint", "info"
ORDER = {ERROR: 0, WARNING: 1, QUESTION: 2, HINT: 3, INFO: 4}

# The severity that a code has unless it is reported with another one.
CODES = {
    "PARSE-ERROR": ERROR, "UNDEFINED-SYMBOL": ERROR, "SHAPE": ERROR, "ALGEBRAIC-LOOP": ERROR, "NAME-CLASH": WARNING,
    "UNKNOWN-FUNCTION": QUESTION, "UNSUPPORTED": ERROR, "CLAIM-FALSE": ERROR,
    "INTERMEDIATE-AT-PREVIOUS-STEP": WARNING, "STATE-READ-LATE": WARNING, "INPUT-AT-PREVIOUS-STEP": WARNING,
    "UNUSED-DEFINITION": WARNING, "PARAM-REUSED": WARNING, "NAMING-ASYMMETRY": HINT, "MIXED-TIME-STYLE": WARNING,
    "UNEQUAL-TIME": INFO, "CLAIM-PARTIAL-ONLY": WARNING,
    "DERIV-CLAIM-NOT-EQUATION": INFO, "NOT-AN-EQUATION": INFO, "NO-TIME-INDEX": INFO, "FORWARD-INDEX": INFO,
    "ROW-CONVENTION": INFO, "TRANSPOSED-CONCAT": INFO, "COMPONENT-FORM": INFO, "INDEX-NOTATION": INFO,
    "STAR-IS-MATMUL": QUESTION, "STAR-IS-CONV": QUESTION, "CDOT-BY-SHAPE": INFO, "JUXTAPOSED-VECTORS": INFO,
    "PRECEDENCE": INFO, "SUPERSCRIPT-IS-POWER": INFO, "SUBSCRIPTED-FUNCTION": INFO, "FUNCTION-DEFINITION": INFO,
    "FUNCTION-OR-TIME": INFO, "LHS-IS-FUNCTION": INFO, "BARE-FUNCTION-NAME": INFO, "ANONYMOUS-LINEAR": INFO,
    "COMPOUND-NAME": INFO, "CHAINED-EQUALITY": INFO, "DIAGONAL-A": QUESTION, "MATRIX-EXP": QUESTION,
    "TRAILING-NEWLINE": INFO,
}  # fmt: skip


@dataclass(frozen=True)
class Diagnostic:
    """One thing to say about a place in a text.

    ``fix`` is what could be written instead, empty where none is known; ``given_up`` is the whole statement where it
    could not be read, so that nothing of it is in the reading.
    """

    code: str
    severity: str
    message: str
    file: str
    line: int
    column: int
    span: Span
    excerpt: str = field(repr=False)
    fix: str = ""
    given_up: Span | None = field(default=None, repr=False)

    def __str__(self) -> str:
        head = f"{self.file}:{self.line}:{self.column}: {self.severity} {self.code}"
        source = "".join(f"\n    {line}" for line in self.excerpt.splitlines())
        return f"{head}{source}\n  {self.message}" + (f"\n  fix: {self.fix}" if self.fix else "")


def excerpt(source: Source, span: Span, width: int = 160) -> str:
    """The source line of a span and, under it, carets from its first to its last character on that line."""
    line, column = source.place(span.start)
    text = source.line(line)
    end = min(column - 1 + max(span.end - span.start, 1), len(text))
    start = max(0, column - 1 - width // 2)
    shown = "".join(letter if letter.isprintable() else " " for letter in text[start : start + width])
    carets = max(1, min(end, start + width) - (column - 1))
    return f"{shown}\n{' ' * (column - 1 - start)}{'^' * carets}"


class Report:
    """Collects what is said about one source, each thing once, in the order of the text."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: dict[tuple[str, Span, str, Span | None], Diagnostic] = {}

    def add(
        self, code: str, span: Span, message: str, fix: str = "", severity: str = "", given_up: Span | None = None
    ) -> None:
        """Say something about a span."""
        key = (code, span, message, given_up)
        if key not in self.found:
            line, column = self.source.place(span.start)
            level = severity or CODES[code]
            shown = excerpt(self.source, span)
            place = (self.source.file, line, column, span, shown)
            self.found[key] = Diagnostic(code, level, message, *place, fix, given_up)

    def refuse(self, error: ReadError, statement: Span) -> None:
        """Say why a statement cannot be read."""
        self.add(error.code, error.span, str(error), error.fix, given_up=statement)

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything that was said, in the order of the text, what is graver first."""
        return tuple(sorted(self.found.values(), key=lambda d: (d.line, d.column, ORDER[d.severity], d.code)))


class ReadError(ValueError):
    """A place that cannot be read further; its statement is given up, the rest of the text is not."""

    def __init__(self, code: str, span: Span, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.span = span
        self.fix = fix
