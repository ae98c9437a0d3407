"""What a correction asked for by the reader of a note is about: ``h_t'`` names the signal that is meant at t."""

from __future__ import annotations

from symrnn.errors import UsageError
from symrnn.reading.diagnostics import ReadError, Report
from symrnn.reading.lexemes import scan
from symrnn.reading.lexer import Lexer
from symrnn.reading.naming import Namer
from symrnn.reading.parser import Context, parse
from symrnn.reading.source import Source
from symrnn.reading.tree import Name


def name_of(text: str) -> str:
    """The name that a fix is about; UsageError where it is no name."""
    source = Source(text, "fix")
    try:
        tokens = Lexer(scan(text, 0, len(text))).run()
        statement = parse(tokens, Context(), len(text))
        name = Namer(frozenset("t"), Report(source)).tree(statement.values[0])
    except ReadError as error:
        raise UsageError(f"{text!r} cannot be read as what to fix: {error}") from error
    if not isinstance(name, Name):
        raise UsageError(f"{text!r} is no name with a time index, such as h_t'")
    return name.name
