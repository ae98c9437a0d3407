"""What stands in a row beside its equation and says nothing about it: remarks, numbers, the range of the time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symrnn.reading.lexer import Token

SPACE = ("&", "quad", "gap", "fence")
OPERATORS = ("rel", "+", "-", "sign", "/", "_", "^")
LETTERS = {"letter": "L", "greek": "L", "word": "L", "num": "N", "dots": "D", "bar": "|", "+": "+", "-": "+", ",": ",",
           ".": ".", "quad": " ", "gap": " ", "&": " "}  # fmt: skip
# t = 1, …, T and t ∈ {1, …, T}, with or without "for" in front.
RANGE = re.compile(
    r"F? *(?:L *= *[NL](?: *\+ *[NL])?(?: *, *[NL])* *,? *(?:D|\.\.\.?) *,? *(?:\|L\||[NL])(?: *\+ *[NL])?"
    r"|L *E *\{[NL+, ]*(?:D|\.\.\.?)[NL+|, ]*\})"
)


def is_remark(tokens: list[Token]) -> bool:
    """Whether tokens are words only, or the number of an equation, in parentheses or not."""
    bare = [token for token in tokens if token.kind not in (*SPACE, ".", ",", ";")]
    inner = [token for token in bare if token.kind not in ("open", "close")]
    if not inner or len(bare) - len(inner) not in (0, 2):
        return False
    if all(token.kind == "text" or token.kind == "word" and len(token.text) > 1 for token in inner):
        return True
    bracketed = bare[0].text == "(" and bare[-1].text == ")" and len(bare) - len(inner) == 2
    return bracketed and [token.kind for token in inner] in (["num"], ["num", "letter"])


def column(tokens: list[Token], at: int) -> list[Token]:
    """The tokens behind a mark of alignment or a wide space, up to the next one outside all brackets."""
    found: list[Token] = []
    depth = 0
    for token in tokens[at:]:
        depth += (token.kind in ("lbrace", "open", "begin")) - (token.kind in ("rbrace", "close", "end"))
        if depth <= 0 and token.kind in ("&", "quad") and any(t.kind not in SPACE for t in found):
            break
        found.append(token)
    return found


def is_complete(tokens: list[Token]) -> bool:
    """Whether what stands so far may end here: its last sign wants no operand."""
    last = next((token for token in reversed(tokens) if token.kind not in SPACE), None)
    return last is not None and last.kind not in OPERATORS


def begins_value(tokens: list[Token]) -> bool:
    """Whether tokens begin with a value, not with a sign that goes on."""
    first = next((token for token in tokens if token.kind not in SPACE), None)
    return first is not None and first.kind not in ("rel", "+", "-", "sign", "/", ",", ";", ".", "text", "connective")


def without_ranges(row: list[Token], loops: bool) -> list[Token]:
    """A row without ``t = 1, \\dots, T``; with ``loops`` a range at its beginning is the head of a loop, and stays."""
    if not any(token.kind == "dots" or token.text == "." for token in row):
        return row
    kept = list(row)
    for match in reversed(list(RANGE.finditer("".join(_signs(row))))):
        first = row[match.start() + match[0].index("L")]
        before = row[match.start() - 1] if match.start() else None
        headed = match[0][0] == "F" or before is not None and before.text.lower().startswith("for")
        if first.text != "t" and (headed or loops and not match.start()):
            continue
        kept[match.start() : match.end()] = []
    return kept


def _signs(row: list[Token]) -> Iterator[str]:
    """One character for each token."""
    for token in row:
        if token.kind in ("text", "word") and token.text.lower() == "for":
            yield "F"
        elif token.kind == "rel":
            yield {"=": "=", "in": "E"}.get(token.text, "?")
        elif token.kind in ("open", "close"):
            yield token.text if token.text in "{}" else "?"
        else:
            yield LETTERS.get(token.kind, "?")
