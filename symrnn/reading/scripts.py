"""Subscripts and superscripts: labels, time indices, powers, transposes, as far as they can be told by themselves."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from symrnn.reading.diagnostics import ReadError
from symrnn.reading.source import Span
from symrnn.reading.tree import Binary, Group, Number, Relation, Scripted, Symbol, Tree

if TYPE_CHECKING:
    from symrnn.reading.lexer import Token
    from symrnn.reading.parser import Parser

LABEL = {"letter", "greek", "word", "num", "style", "lbrace", "rbrace", "gap", "fn", "accent", "text", "dots"}
POSITIVE = {">": "pos", ">=": "nonneg"}
MARKS = {"star": "star", "+": "plus", "-": "minus", "odot": "circ", "!": "bang", "%": "mod"}


def script(parser: Parser, value: Tree) -> Tree:
    """The value with one more script or prime."""
    base = value if isinstance(value, Scripted) else Scripted(value, span=value.span)
    token = parser.take()
    if token.kind == "'":
        return replace(base, primes=base.primes + 1, span=base.span.to(token.span))
    items, span = _content(parser, token)
    primes = sum(_is_prime(item) for item in items)
    base = replace(base, primes=base.primes + primes, span=base.span.to(span))
    items = tuple(item for item in items if not _is_prime(item))
    if token.kind == "_":
        leading = base.leading if base.sub else len(base.sup)
        return replace(base, sub=base.sub + items, leading=leading)
    # A power, where a subscript would be a label: \alpha^{\Delta t}.
    items = tuple(Symbol("Delta_t", "compound", span=item.span)
                  if isinstance(item, Symbol) and item.text == "Deltat" else item for item in items)  # fmt: skip
    return replace(base, sup=base.sup + items)


def _is_prime(item: Tree) -> bool:
    return isinstance(item, Symbol) and item.text == "'"


def _content(parser: Parser, sign: Token) -> tuple[tuple[Tree, ...], Span]:
    """What stands in a script: in braces a list, without braces one token."""
    if parser.kind == "lbrace":
        opened = parser.take()
        inside = _braced(parser, opened)
        closed = parser.tokens[parser.at - 1]
        return tuple(item for piece in _split(inside) for item in _piece(parser, piece)), opened.span.to(closed.span)
    if not parser.kind:
        raise ReadError("PARSE-ERROR", sign.span, f"'{sign.text}' has nothing behind it")
    token = parser.take()
    if sign.text == "**":
        parser.at -= 1
        value = parser.expression(40)
        return (value,), value.span
    if token.kind == "rel" and token.text == "<":
        raise ReadError("PARSE-ERROR", token.span, f"'{sign.text}' takes only '<'; write {sign.text}{{<t>}}")
    if token.kind == "open":
        return _bracketed(parser, token)
    if token.kind in ("close", "rbrace", "&", "newline", "rel", ",", "end", "_", "^"):
        raise ReadError("PARSE-ERROR", sign.span, f"'{sign.text}' has nothing behind it")
    if token.kind == "style" and parser.kind in ("letter", "lbrace", "greek", "word", "num"):
        return _content(parser, token)
    if token.kind in ("cmd", "accent", "fn", "begin") and token.text in ("frac", "sqrt", "hat", "tilde", "bar"):
        parser.at -= 1
        value = parser.expression(40)
        return (value,), value.span
    return tuple(_piece(parser, [token])), token.span


def _bracketed(parser: Parser, opened: Token) -> tuple[tuple[Tree, ...], Span]:
    """``^\\langle t\\rangle`` without braces, and ``^(t)``."""
    depth, first = 1, parser.at
    while parser.at < len(parser.tokens) and depth:
        token = parser.take()
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
    if depth:
        raise ReadError("PARSE-ERROR", parser.rest(opened.start), f"'{opened.text}' is never closed")
    inner = parser.tokens[first : parser.at - 1]
    closed = parser.tokens[parser.at - 1]
    items = tuple(item for piece in _split(inner) for item in _piece(parser, piece))
    return (Group(opened.text, items, span=opened.span.to(closed.span)),), opened.span.to(closed.span)


def _braced(parser: Parser, opened: Token) -> list[Token]:
    depth, first = 1, parser.at
    while parser.at < len(parser.tokens):
        token = parser.take()
        depth += {"lbrace": 1, "rbrace": -1}.get(token.kind, 0)
        if not depth:
            return parser.tokens[first : parser.at - 1]
    raise ReadError("PARSE-ERROR", parser.rest(opened.start), "unclosed '{' opened here")


def _split(tokens: list[Token]) -> list[list[Token]]:
    """The pieces of a script between commas."""
    pieces: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += {"lbrace": 1, "open": 1, "rbrace": -1, "close": -1}.get(token.kind, 0)
        if token.kind in (",", ";") and depth == 0:
            pieces.append([])
        elif token.kind not in ("quad", "gap"):
            pieces[-1].append(token)
    return [piece for piece in pieces if piece]


def _piece(parser: Parser, tokens: list[Token]) -> list[Tree]:
    """One piece of a script: a mark, a bracket, a label, a time index, or an expression."""
    span = tokens[0].span.to(tokens[-1].span)
    first, last = tokens[0], tokens[-1]
    if len(tokens) == 1:
        return [_single(first)]
    angle = first.kind == "rel" and first.text == "<" and last.kind == "rel" and last.text == ">"
    if angle or (first.kind == "open" and last.kind == "close" and _closes(tokens)):
        items = tuple(item for piece in _split(tokens[1:-1]) for item in _piece(parser, piece))
        return [Group("<" if angle else first.text, items, span=span)]
    after = _after_bracket(tokens)
    if after:
        return [*_piece(parser, tokens[:after]), *_piece(parser, tokens[after:])]
    if all(token.kind in LABEL for token in tokens):
        return [_label(tokens, span)]
    if all(token.text in ("'", "prime") for token in tokens):
        return [Symbol("'", span=token.span) for token in tokens]
    if first.kind == "-" and len(tokens) == 2 and last.text in ("top", "T"):
        return [Number(Fraction(-1), span=first.span), Symbol("T", span=last.span)]
    if tokens[-1].text in ("'", "prime") and all(token.kind in LABEL for token in tokens[:-1]):
        return [_label(tokens[:-1], span), Symbol("'", span=last.span)]
    if first.kind == "rel" and first.text in POSITIVE and len(tokens) == 2 and last.text == "0":
        return [Symbol(POSITIVE[first.text], "mark", span=span)]
    if first.kind == "sign" and first.text == "odot":
        return [Group("odot", tuple(_piece(parser, tokens[1:])), span=span)]
    return [_expression(parser, tokens)]


def _after_bracket(tokens: list[Token]) -> int:
    """Where a script goes on behind a bracket that it begins with, as ``(t-1)\\top`` does; 0 where it does not."""
    if tokens[0].kind != "open":
        return 0
    depth = 0
    for index, token in enumerate(tokens):
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
        if not depth:
            rest = tokens[index + 1 :]
            plain = all(t.kind in LABEL or t.text in ("top", "'", "prime") for t in rest)
            return index + 1 if rest and plain else 0
    return 0


def _closes(tokens: list[Token]) -> bool:
    """Whether the last token closes what the first one opens."""
    depth = 0
    for token in tokens[:-1]:
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
        if not depth:
            return False
    return True


def _single(token: Token) -> Tree:
    if token.kind == "num":
        return Number(Fraction(token.text), span=token.span)
    if token.text in ("'", "prime"):
        return Symbol("'", span=token.span)
    if token.text in ("top", "intercal"):
        return Symbol("T", "top", span=token.span)
    if token.text in ("infty",):
        return Symbol("infty", span=token.span)
    if token.kind in ("rel", "cmd"):
        return Symbol({"to": "rightarrow"}.get(token.text, token.text), "mark", span=token.span)
    if token.kind == "unknown":
        return Symbol(token.text.lstrip("\\"), "mark", span=token.span)
    return Symbol(MARKS.get(token.text, token.text), "mark" if token.text in MARKS else "", span=token.span)


def _label(tokens: list[Token], span: Span) -> Tree:
    """Letters and digits side by side are one label."""
    words = [token.text for token in tokens if token.kind not in ("style", "lbrace", "rbrace", "gap", "accent", "dots")]
    accents = [token.text for token in tokens if token.kind == "accent"]
    if len(words) == 1 and words[0].replace(".", "").isdecimal():
        return Number(Fraction(words[0]), span=span)
    return Symbol("".join(words + accents) or "none", span=span)


def _expression(parser: Parser, tokens: list[Token]) -> Tree:
    """A script that is an expression of its own, such as ``t-1``, ``n+1`` or ``c r_t``."""
    from symrnn.reading.parser import Parser as Inner

    inner = Inner(tokens, parser.context, tokens[-1].end)
    inner.depth = parser.depth + 1
    value = inner.expression()
    if inner.kind == "rel" and inner.text == "=":
        inner.take()
        right = inner.expression()
        value = Relation("=", value, right, span=value.span.to(right.span))
    if inner.at < len(inner.tokens):
        token = inner.tokens[inner.at]
        if token.kind == ":":
            span = tokens[0].span.to(tokens[-1].span)
            raise ReadError("UNSUPPORTED", span, "a range of steps or entries is not read")
        raise ReadError("PARSE-ERROR", token.span, f"'{token.text}' cannot stand in a script")
    return value


def time_pattern(parser: Parser, at: int) -> tuple[Tree, int] | None:
    """``(t)``, ``[t-1]``, ``(t, k)``: the index in a bracket behind a name, and where it ends."""
    tokens = parser.tokens
    opened = tokens[at]
    wanted = {"(": ")", "[": "]", "<": ">"}[opened.text]
    if at + 2 >= len(tokens) or tokens[at + 1].kind != "letter" or tokens[at + 1].text not in parser.context.times:
        return None
    letter = Symbol(tokens[at + 1].text, span=tokens[at + 1].span)
    if tokens[at + 2].kind == "close" and tokens[at + 2].text == wanted:
        return letter, at + 3
    if at + 4 < len(tokens) and tokens[at + 2].kind in ("+", "-") and tokens[at + 4].kind == "close":
        step = tokens[at + 3]
        if step.kind == "num" and tokens[at + 4].text != wanted and opened.text + tokens[at + 4].text in ("[)", "(]"):
            message = f"'{opened.text}' is closed by '{tokens[at + 4].text}'"
            raise ReadError("PARSE-ERROR", opened.span.to(tokens[at + 4].span), message)
        if step.kind in ("num", "letter") and tokens[at + 4].text == wanted:
            by: Tree = Number(Fraction(step.text)) if step.kind == "num" else Symbol(step.text, span=step.span)
            return Binary(tokens[at + 2].text, letter, by, span=letter.span.to(step.span)), at + 5
    return None
