"""Where T is a label and no transpose: the part C^T_t of a state beside its part C^S_t."""

from __future__ import annotations

from collections.abc import Iterable

from symrnn.reading.lexer import Token
from symrnn.reading.rows import Piece

LETTERS = {"letter", "greek"}


def labelled(pieces: Iterable[Piece], times: frozenset[str]) -> frozenset[str]:
    """The letters whose superscript T is a label: signals that another capital or a star tells apart as well."""
    found: dict[str, set[str]] = {}
    for piece in pieces:
        for at, token in enumerate(piece.tokens):
            if token.kind in LETTERS:
                labels, timed = _scripts(piece.tokens, at, times)
                if timed:
                    found.setdefault(token.text, set()).update(labels)
    return frozenset(letter for letter, labels in found.items() if "T" in labels and len(labels) > 1)


def _scripts(tokens: list[Token], at: int, times: frozenset[str]) -> tuple[list[str], bool]:
    """The capitals and stars above a letter, and whether it has a time index."""
    dressed = at > 1 and tokens[at - 1].kind == "lbrace" and tokens[at - 2].kind in ("style", "accent")
    at += 1 + (dressed and at + 1 < len(tokens) and tokens[at + 1].kind == "rbrace")
    labels: list[str] = []
    timed = False
    while at < len(tokens) and tokens[at].kind in ("_", "^", "'"):
        sign, inner = tokens[at].kind, []
        at += 1
        depth = 0
        while sign != "'" and at < len(tokens):
            kind = tokens[at].kind
            depth += {"lbrace": 1, "rbrace": -1}.get(kind, 0)
            inner += [tokens[at]] if kind not in ("lbrace", "rbrace") else []
            at += 1
            if depth <= 0:
                break
        timed |= bool(inner) and inner[0].text in times
        if sign == "^" and len(inner) == 1 and _is_label(inner[0]):
            labels.append(inner[0].text)
    return labels, timed


def _is_label(token: Token) -> bool:
    return token.kind == "letter" and token.text.isupper() or token.kind == "sign" and token.text == "star"
