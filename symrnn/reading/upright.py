"""Words in upright letters: a function, a name, or prose between formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symrnn.reading.lexemes import Lexeme
from symrnn.reading.meanings import function_of, is_prose

if TYPE_CHECKING:
    from symrnn.reading.lexer import Lexer


def upright(lexer: Lexer, name: str, start: int, end: int) -> None:
    """Upright letters are one word: a function, a name, or prose."""
    pieces, end = lexer.argument(start, end)
    if not pieces and lexer.at < len(lexer.lexemes):
        while lexer.at < len(lexer.lexemes) - 1 and lexer.lexemes[lexer.at].text.isspace():
            lexer.at += 1
        piece = lexer.lexemes[lexer.at]
        if piece.text[0].isalnum():
            lexer.at += 1
            lexer.put("word", piece.text, piece.start, piece.end)
        return
    word = "".join(piece.text for piece in pieces)
    stripped = word.strip()
    compact = stripped.replace(" ", "").replace("-", "").replace("\\_", "_").replace("_", "")
    between = is_prose(stripped) and (name.startswith("text") or name in ("mbox", "hbox"))
    if not between and (function_of(stripped) or function_of(compact)):
        lexer.put("fn", stripped if function_of(stripped) else compact, start, end)
    elif not stripped:
        lexer.gap = True
    elif compact.isalnum() and compact.isascii() and (" " not in stripped) and not is_prose(stripped):
        as_it_is = stripped.replace("\\_", "_") if "\\_" in stripped and "-" not in stripped else compact
        lexer.put("num" if compact.isdecimal() else "word", as_it_is, start, end)
    elif name.startswith("text") or name in ("mbox", "hbox") or compact.isalpha():
        prose(lexer, pieces, word, start, end)
    else:
        inside(lexer, pieces, start, end)


def prose(lexer: Lexer, pieces: list[Lexeme], word: str, start: int, end: int) -> None:
    """Words in an equation; mathematics between dollars in them is read."""
    if "$" not in word:
        lexer.put("text", word.strip(), start, end)
        return
    inside = False
    for piece in pieces:
        if piece.text == "$":
            inside = not inside
        elif inside:
            lexer.lexeme(piece)
        elif not piece.text.isspace():
            lexer.put("text", piece.text, piece.start, piece.end)


def inside(lexer: Lexer, pieces: list[Lexeme], start: int, end: int) -> None:
    """What stands in the braces, as tokens of its own."""
    lexer.put("lbrace", "{", start, start)
    lexer.tokens += type(lexer)(pieces, lexer.plain).run()
    lexer.put("rbrace", "}", end, end)
