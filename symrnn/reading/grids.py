"""Matrices, columns and cases: environments inside an expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symrnn.reading.diagnostics import ReadError
from symrnn.reading.tree import Cases, Grid, Relation, Tree

if TYPE_CHECKING:
    from symrnn.reading.lexer import Token
    from symrnn.reading.parser import Parser

CASES = {"cases", "dcases", "rcases"}


def environment(parser: Parser) -> Tree:
    """The rows of an environment, each cell read by itself."""
    begin = parser.take()
    rows: list[list[list[Token]]] = [[[]]]
    depth = 0
    while True:
        if not parser.kind:
            message = f"\\begin{{{begin.text}}} is never closed"
            raise ReadError("PARSE-ERROR", parser.rest(begin.start), message)
        token = parser.take()
        if token.kind == "end" and not depth:
            break
        depth += {"begin": 1, "end": -1}.get(token.kind, 0)
        if depth == 0 and token.kind == "newline":
            rows.append([[]])
        elif depth == 0 and token.kind == "&":
            rows[-1].append([])
        else:
            rows[-1][-1].append(token)
    if token.text != begin.text:
        raise ReadError("PARSE-ERROR", begin.span.to(token.span), f"\\begin{{{begin.text}}} is closed by {token.text}")
    filled = [[cell for cell in row if cell] for row in rows]
    filled = [row for row in filled if row]
    if not filled:
        raise ReadError("PARSE-ERROR", begin.span.to(token.span), f"there is nothing in {begin.text}")
    span = begin.span.to(token.span)
    if begin.text in CASES:
        cases = tuple(_case(parser, row) for row in filled)
        for value, test in cases[:-1]:
            if test is None:
                raise ReadError("PARSE-ERROR", value.span, "only the last case may stand without a condition")
        return Cases(cases, span=span)
    cells = tuple(tuple(_cell(parser, cell) for cell in row) for row in filled)
    return Grid(begin.text, cells, span=span)


def _inner(parser: Parser, tokens: list[Token]) -> Parser:
    made = type(parser)(tokens, parser.context, tokens[-1].end)
    made.depth = parser.depth + 1
    made._trim()
    return made


def _cell(parser: Parser, tokens: list[Token]) -> Tree:
    inner = _inner(parser, tokens)
    value = inner.expression()
    if inner.at < len(inner.tokens):
        raise inner._surplus()
    return value


def _case(parser: Parser, row: list[list[Token]]) -> tuple[Tree, Relation | None]:
    """A value and the condition under which it holds; ``otherwise`` is none."""
    value = _cell(parser, row[0])
    rest = [token for cell in row[1:] for token in cell]
    if not rest:
        return value, None
    inner = _inner(parser, rest)
    if not inner.tokens:
        return value, None
    pairs = inner.statement().pairs()
    if len(pairs) != 1:
        raise ReadError("UNSUPPORTED", rest[0].span.to(rest[-1].span), "a case is read under one condition")
    return value, pairs[0]
