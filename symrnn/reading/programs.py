"""What plain text takes from programs: ``np.tanh(…)``, ``a<t-1>``, a lone ``o`` or dot for the elementwise product.

Lexemes are replaced by those that a formula would have, each in its own place.
"""

from __future__ import annotations

from collections.abc import Iterator

from symrnn.reading.lexemes import Lexeme
from symrnn.reading.meanings import function_of

ENDS, OPENS = (")", "]", "}"), ("(", "[", "_", "<", "{")


def as_formula(lexemes: list[Lexeme]) -> list[Lexeme]:
    """The lexemes of a line of plain text with the spellings of programs replaced."""
    return list(_signs(list(_indices(list(_names(lexemes))))))


def _names(lexemes: list[Lexeme]) -> Iterator[Lexeme]:
    """Functions without the modules that they are from, ``self.`` left out, ``hard_sigmoid(`` as one word."""
    at = 0
    while at < len(lexemes):
        end = at
        while end + 2 < len(lexemes) and _is_word(lexemes[end]) and lexemes[end + 1].text in ("._") and (
            _is_word(lexemes[end + 2])
        ):
            end += 2
        called = end + 1 < len(lexemes) and lexemes[end + 1].text == "("
        first = next((i for i in range(at, end + 1, 2) if function_of(_joined(lexemes[i : end + 1]))), None)
        if end > at and called and first is not None:
            yield Lexeme(_joined(lexemes[first : end + 1]), lexemes[first].start, lexemes[end].end)
            at = end + 1
        elif lexemes[at].text == "self" and end > at and lexemes[at + 1].text == ".":
            at += 2
        else:
            yield lexemes[at]
            at += 1


def _joined(lexemes: list[Lexeme]) -> str:
    return "".join(lexeme.text for lexeme in lexemes)


def _is_word(lexeme: Lexeme) -> bool:
    return lexeme.text.isascii() and lexeme.text.isalpha()


def _indices(lexemes: list[Lexeme]) -> Iterator[Lexeme]:
    """``a<t>`` and ``a<t-1>`` with square brackets."""
    closing = set()
    for at, lexeme in enumerate(lexemes):
        if lexeme.text == "<" and at and (_is_word(lexemes[at - 1]) or lexemes[at - 1].text in ENDS):
            ahead = lexemes[at + 1 : at + 5]
            inner = "".join(piece.text for piece in ahead)
            size = 2 if inner.startswith("t>") else 4 if inner[:2] in ("t-", "t+") and inner[2:4] in ("1>", "2>") else 0
            if size and lexemes[at - 1].end == lexeme.start:
                closing.add(at + size)
                yield lexeme._replace(text="[")
                continue
        yield lexeme._replace(text="]") if at in closing else lexeme


def _signs(lexemes: list[Lexeme]) -> Iterator[Lexeme]:
    """`` o `` and `` . `` between two values as signs of products; a ``.`` at the end of a sentence stays."""
    for at, lexeme in enumerate(lexemes):
        around = lexemes[at - 1 : at] + lexemes[at + 1 : at + 2]
        if lexeme.text in ("o", ".") and len(around) == 2 and all(piece.text.isspace() for piece in around):
            before = lexemes[at - 3 : at - 1]
            after = lexemes[at + 2 : at + 4]
            indexed = bool(before) and (before[-1].text in ENDS or before[0].text == "_")
            signal = bool(after) and (_is_word(after[0]) and after[-1].text in OPENS or after[0].text == "(")
            if indexed and signal:
                yield lexeme._replace(text="∘" if lexeme.text == "o" else "·")
                continue
        yield lexeme
