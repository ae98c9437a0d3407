"""Scripts that are not written with braces: Unicode's own, and the subscripts of plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symrnn.reading import lexicon as lex
from symrnn.reading.lexemes import Lexeme

if TYPE_CHECKING:
    from symrnn.reading.lexer import Lexer


def plain_subscript(lexer: Lexer, start: int, end: int) -> None:
    """In plain text a subscript is all letters and digits that follow, and ``-1`` after a single letter."""
    lexer.put("_", "_", start, end)
    taken: list[Lexeme] = []
    for lexeme in lexer.lexemes[lexer.at :]:
        if not (lexeme.text.isascii() and lexeme.text.isalnum()):
            break
        taken.append(lexeme)
    lexer.at += len(taken)
    ahead = lexer.lexemes[lexer.at : lexer.at + 2]
    single = len(taken) == 1 and len(taken[0].text) == 1 and taken[0].text.isalpha()
    signed = len(ahead) == 2 and ahead[0].text in ("-", "+", "−") and ahead[1].text.isdigit()
    if single and signed and ahead[0].start == taken[0].end and ahead[1].start == ahead[0].end:
        taken += ahead
        lexer.at += 2
    if not taken:
        return
    lexer.put("lbrace", "{", taken[0].start, taken[0].start)
    for piece in taken:
        if len(piece.text) > 1 and piece.text.isalpha():
            lexer.put("greek" if piece.text in lex.GREEK else "word", piece.text, piece.start, piece.end)
        else:
            lexer.lexeme(piece)
    lexer.put("rbrace", "}", taken[-1].end, taken[-1].end)


def raised(lexer: Lexer, text: str, start: int, end: int) -> None:
    r"""A run of Unicode sub- or superscripts, as one script in braces."""
    table, sign = (lex.SUPERSCRIPTS, "^") if text in lex.SUPERSCRIPTS else (lex.SUBSCRIPTS, "_")
    lexer.put(sign, sign, start, start)
    lexer.put("lbrace", "{", start, start)
    lexer.lexeme(Lexeme(table[text], start, end))
    while lexer.at < len(lexer.lexemes) and lexer.lexemes[lexer.at].text in table:
        lexeme = lexer.lexemes[lexer.at]
        lexer.lexeme(Lexeme(table[lexeme.text], lexeme.start, lexeme.end))
        lexer.at += 1
        end = lexeme.end
    lexer.put("rbrace", "}", end, end)
