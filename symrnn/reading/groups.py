"""Brackets of an expression: what stands between them, and what to say where one is never closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symrnn.reading.diagnostics import ReadError
from symrnn.reading.tree import Group, Relation, Tree

if TYPE_CHECKING:
    from symrnn.reading.lexer import Token
    from symrnn.reading.parser import Parser

CLOSING = {"(": ")", "[": "]", "{": "\\}", "<": "\\rangle", "floor": "\\rfloor", "ceil": "\\rceil"}


def unknown(token: Token) -> ReadError:
    """What to say about a command that is in no table."""
    return ReadError(
        "PARSE-ERROR", token.span, f"unknown command {token.text}; define it with \\newcommand or write it out"
    )


def braces(parser: Parser) -> Tree:
    """What stands between braces; the braces themselves say nothing."""
    opened = parser.take()
    if parser.kind == "rbrace":
        parser.take()
        raise ReadError("PARSE-ERROR", opened.span, "there is nothing between these braces")
    value = parser.expression()
    if parser.kind == "rel":
        relation = parser.take()
        right = parser.expression()
        value = Relation(relation.text, value, right, span=value.span.to(right.span))
    if parser.kind != "rbrace":
        if parser.kind in ("close", ",", ";") or parser.kind:
            raise _mismatch(parser, opened, "}")
        raise ReadError("PARSE-ERROR", parser.rest(opened.start), "unclosed '{' opened here")
    parser.take()
    return value


def group(parser: Parser) -> Tree:
    """A bracket with everything up to the one that closes it."""
    opened = parser.take()
    if opened.kind == "bar":
        return _between_bars(parser, opened)
    if opened.text == "[" and parser.kind == "close":
        raise ReadError("PARSE-ERROR", opened.span, "there is nothing between these brackets")
    items, semicolon, bars = [], False, parser.bars
    parser.bars = 0
    while True:
        items.append(_item(parser))
        if parser.kind not in (",", ";"):
            break
        semicolon |= parser.take().text == ";"
        if parser.kind == "quad":
            parser.take()
    parser.bars = bars
    if parser.kind != "close":
        if parser.kind:
            raise _mismatch(parser, opened, CLOSING[opened.text])
        shown = "\\{" if opened.text == "{" else "\\langle" if opened.text == "<" else opened.text
        raise ReadError("PARSE-ERROR", parser.rest(opened.start), f"'{shown}' is never closed")
    closed = parser.take()
    other = closed.text if closed.text != CLOSING[opened.text].lstrip("\\") else ""
    return Group(opened.text, tuple(items), other, semicolon, span=opened.span.to(closed.span))


def _item(parser: Parser) -> Tree:
    value = parser.expression()
    if parser.kind != "rel":
        return value
    relation = parser.take()
    right = parser.expression()
    return Relation(relation.text, value, right, span=value.span.to(right.span))


def _between_bars(parser: Parser, opened: Token) -> Tree:
    parser.bars += 1
    value = parser.expression()
    parser.bars -= 1
    if parser.kind != "bar":
        raise ReadError("PARSE-ERROR", parser.rest(opened.start), f"'{opened.text}' is never closed")
    closed = parser.take()
    return Group(opened.text, (value,), span=opened.span.to(closed.span))


def _mismatch(parser: Parser, opened: Token, wanted: str) -> ReadError:
    token = parser.tokens[parser.at]
    shown = "{" if opened.kind == "lbrace" else opened.text
    if token.kind in ("close", "rbrace"):
        text = f"'{token.text}' closes '{shown}', which '{wanted.lstrip(chr(92))}' should close"
        return ReadError("PARSE-ERROR", opened.span.to(token.span), text)
    return ReadError("PARSE-ERROR", token.span, f"'{token.text}' cannot stand inside '{shown}'")
