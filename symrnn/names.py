"""Which names an author may give: identifiers that every language the engine writes can hold."""

from __future__ import annotations

import keyword
import re

from symrnn.errors import CellError

MAX_LENGTH = 64
C_KEYWORDS = frozenset(
    {
        "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern",
        "float", "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed",
        "sizeof", "static", "struct", "switch", "typedef", "union", "unsigned", "void", "volatile", "while",
    }
)


def check_name(name: str) -> str:
    """The name itself, or an error that says what a name may be."""
    shown = name if len(name) <= MAX_LENGTH else name[:MAX_LENGTH] + "…"
    if len(name) > MAX_LENGTH:
        raise CellError(f"{shown} is too long for a name; it may have {MAX_LENGTH} characters")
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise CellError(f"{shown!r} is not a name; a name is made of the letters A to Z, a to z, digits and _")
    if name.startswith("__"):
        raise CellError(f"{shown} starts with two underscores; choose another name")
    if keyword.iskeyword(name) or name in C_KEYWORDS:
        raise CellError(f"{shown} is a keyword of Python or C; choose another name, e.g. {name}_hat")
    return name
