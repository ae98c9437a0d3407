"""Where T is a label and no transpose: the part C^T_t of a state beside its part C^S_t."""

from __future__ import annotations

from collections.abc import Iterable

from symrnn.reading.lexer import Token
from symrnn.reading.rows import Piece

LETTERS = {"letter", "greek"}


def letters_with_labels(pieces: Iterable[Piece], times: frozenset[str]) -> frozenset[str]:
    """The letters whose superscript T is a label: signals that another capital or a star tells apart as well."""
    found: dict[str, set[str]] = {}
    for piece in pieces:
        for at, token in enumerate(piece.tokens):
            if token.kind in LETTERS:
                scripts, _ = scripts_behind(piece.tokens, _outside(piece.tokens, at))
                if any(inner and inner[0].text in times for _, inner in scripts):
                    labels = {inner[0].text for sign, inner in scripts if sign == "^" and _is_label(inner)}
                    found.setdefault(token.text, set()).update(labels)
    return frozenset(letter for letter, labels in found.items() if "T" in labels and len(labels) > 1)


def scripts_behind(tokens: list[Token], at: int) -> tuple[list[tuple[str, list[Token]]], int]:
    """The scripts that begin at a place, each with its sign and the tokens in it, and where they end."""
    found: list[tuple[str, list[Token]]] = []
    while at < len(tokens) and tokens[at].kind in ("_", "^", "'"):
        sign, inner, depth = tokens[at].kind, [], 0
        at += 1
        while sign != "'" and at < len(tokens):
            kind = tokens[at].kind
            depth += {"lbrace": 1, "rbrace": -1}.get(kind, 0)
            inner += [tokens[at]] if kind not in ("lbrace", "rbrace") else []
            at += 1
            if depth <= 0:
                break
        found.append((sign, inner))
    return found, at


def _outside(tokens: list[Token], at: int) -> int:
    """Where the scripts of a letter begin: behind it, and behind the braces of its style or accent."""
    dressed = at > 1 and tokens[at - 1].kind == "lbrace" and tokens[at - 2].kind in ("style", "accent")
    return at + 1 + (dressed and at + 1 < len(tokens) and tokens[at + 1].kind == "rbrace")


def _is_label(inner: list[Token]) -> bool:
    """Whether a script is a capital or a star."""
    if len(inner) != 1:
        return False
    (token,) = inner
    return token.kind == "letter" and token.text.isupper() or token.kind == "sign" and token.text == "star"
