"""Prose and equations in LaTeX, for the printers that write it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from symrnn.document.latex_math import latex, sign
from symrnn.document.model import Row, Term, Text

ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
}

# What the fonts of every LaTeX have: letters of their own, and accents that are put on others.
LETTERS = {
    "ß": r"\ss{}", "æ": r"\ae{}", "Æ": r"\AE{}", "œ": r"\oe{}", "Œ": r"\OE{}", "ø": r"\o{}", "Ø": r"\O{}",
    "å": r"\aa{}", "Å": r"\AA{}", "ł": r"\l{}", "Ł": r"\L{}", "ı": r"\i{}", "–": "--", "—": "---", "‘": "`",
    "’": "'", "“": "``", "”": "''", "…": r"\dots{}", "§": r"\S{}", "©": r"\copyright{}",
}  # fmt: skip
ACCENTS = {
    "\u0300": r"\`", "\u0301": r"\'", "\u0302": r"\^", "\u0303": r"\~", "\u0304": r"\=", "\u0306": r"\u",
    "\u0307": r"\.", "\u0308": r'\"', "\u030b": r"\H", "\u030c": r"\v", "\u0327": r"\c",
}  # fmt: skip
DOTLESS = {"i": r"\i", "j": r"\j"}


def escaped(text: str) -> str:
    """Text that holds no command; a character that the fonts of plain LaTeX lack is named by its code."""
    return "".join(_character(c) for c in text)


def _character(c: str) -> str:
    if c in ESCAPES or c in LETTERS:
        return ESCAPES.get(c) or LETTERS[c]
    if c.isascii():
        return c if c.isprintable() else " "
    plain = unicodedata.normalize("NFD", c)
    if len(plain) == 2 and plain[1] in ACCENTS and plain[0].isascii():
        return rf"{ACCENTS[plain[1]]}{{{DOTLESS.get(plain[0], plain[0])}}}"
    return " " if c.isspace() else f"[U+{ord(c):04X}]"


def prose(text: Text, inline: Callable[[str], str], escape: Callable[[str], str]) -> str:
    """A paragraph: strings escaped, formulas inline."""
    return "".join(escape(piece) if isinstance(piece, str) else inline(latex(piece, inline=True)) for piece in text)


def lead(row: Row, term: Term, place: int) -> str:
    """What stands before a term: the relation of its row, the sign of a later term, or a relation of its own."""
    if term.relation:
        return sign(term.relation)
    if place == 0:
        return sign(row.relation) + (" -" if term.sign < 0 else "")
    return {1: "{} +", -1: "{} -", 0: r"\quad"}[term.sign]
