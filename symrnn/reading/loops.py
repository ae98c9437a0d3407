r"""``for l = 1, …, L:`` with the rows below it, unrolled: the index becomes a number in each copy of the rows.

An index in a superscript, ``R^{(l)}``, names a copy of a parameter; anywhere else it is the number itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from symrnn.reading.diagnostics import ReadError
from symrnn.reading.lexer import Token
from symrnn.reading.rows import Piece
from symrnn.reading.source import Span

MAX_STEPS = 100


def unrolled(pieces: list[Piece], constants: Mapping[str, float], times: frozenset[str]) -> list[Piece]:
    """The statements with every loop written out, a loop over the time left out; ReadError where the number of steps is
    not known."""
    result: list[Piece] = []
    at = 0
    while at < len(pieces):
        head = _head(pieces[at])
        if head is None:
            result.append(pieces[at])
            at += 1
            continue
        letter, bound = head
        body = at + 1
        if letter in times:
            at += 1
            continue
        while body < len(pieces) and pieces[body].indented:
            body += 1
        steps = _steps(bound, pieces[at].span, constants)
        for step in range(1, steps + 1):
            for piece in pieces[at + 1 : body]:
                result.append(replace(piece, tokens=list(_copied(piece.tokens, letter, step))))
        at = body
    return result


def _head(piece: Piece) -> tuple[str, Token] | None:
    """The index and the last step of ``for l = 1, \\dots, L``."""
    tokens = [token for token in piece.tokens if token.kind not in (":", "quad", "gap", "&")]
    if not piece.after.startswith("for") or len(tokens) < 5 or tokens[0].kind != "letter":
        return None
    between = [token.kind for token in tokens[3:-1]]
    counted = tokens[1].text == "=" and tokens[2].text == "1" and "dots" in between
    return (tokens[0].text, tokens[-1]) if counted else None


def _steps(bound: Token, span: Span, constants: Mapping[str, float]) -> int:
    value = float(bound.text) if bound.kind == "num" else constants.get(bound.text)
    if value is None:
        message = f"how many steps the loop makes has to be said: constants={{'{bound.text}': 3}}"
        raise ReadError("UNSUPPORTED", span, message)
    if not float(value).is_integer() or not 1 <= value <= MAX_STEPS:
        raise ReadError("UNSUPPORTED", span, f"a loop makes a whole number of steps from 1 to {MAX_STEPS}")
    return int(value)


def _copied(tokens: list[Token], letter: str, step: int) -> Iterator[Token]:
    """The tokens of one step."""
    at = 0
    while at < len(tokens):
        token = tokens[at]
        inner = [t.text for t in tokens[at + 1 : at + 6]]
        if token.kind == "^" and inner == ["{", "(", letter, ")", "}"]:
            yield token._replace(kind="_", text="_")
            yield tokens[at + 1]
            yield tokens[at + 3]._replace(kind="num", text=str(step - 1))
            yield tokens[at + 5]
            at += 6
            continue
        if token.text == letter and token.kind == "letter":
            yield token._replace(kind="num", text=str(step))
        else:
            yield token
        at += 1
