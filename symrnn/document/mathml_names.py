"""Names in MathML: letters, accents, subscripts, what stands above, and times."""

from __future__ import annotations

import re
from html import escape

from symrnn.document.formula import Symbol
from symrnn.document.spelling import letter, spelled, unmarked

OVER = {"tilde": "~", "hat": "^", "bar": "¯"}


def mi(text: str) -> str:
    """An identifier; one letter is slanted."""
    return f"<mi>{escape(text)}</mi>"


def mo(text: str, form: str = "") -> str:
    """An operator; one with a form is a bracket or a stroke, and keeps no distance."""
    spaced = ' lspace="0.22em" rspace="0.22em"' if text == "⊙" else ""
    tight = f' form="{form}" stretchy="false" lspace="0" rspace="0"' if form else spaced
    return f"<mo{tight}>{escape(text)}</mo>"


def mrow(*parts: str) -> str:
    """Parts in a row."""
    return f"<mrow>{''.join(parts)}</mrow>"


def index(text: str) -> str:
    """A time or another little expression: ``t-1``, ``k+1``, ``T``."""
    return mrow(*(_indexed(token) for token in re.findall(r"[^\W\d]\w*|\d+|.", text)))


def _indexed(token: str) -> str:
    if token.isdigit():
        return f"<mn>{token}</mn>"
    return mi(token) if token.isalnum() else mo(token.replace("-", "−"), "infix")


def symbol(item: Symbol) -> str:
    """A name with its accents; parts of its name, the name it belongs to and its time stand below."""
    if not unmarked(item.name)[0].replace("_", "").replace(".", "").isalnum():
        return index(item.name)
    below = [_accented(item.of)] if item.of else []
    below += [index(item.time)] if item.time else []
    return _named_symbol(item.name, below)


def _accented(name: str) -> str:
    """A name with its accents and no more than words below."""
    return _named_symbol(name, [])


def _named_symbol(name: str, more: list[str]) -> str:
    """A name with its accents, its marks above, and below it its subscripts and more."""
    parts = spelled(name)
    text = mi(letter(parts.base))
    for accent in parts.accents:
        if accent == "prime":
            text = f"<msup>{text}<mo>′</mo></msup>"
        else:
            text = f'<mover accent="true">{text}{mo(OVER[accent])}</mover>'
    below = mrow(mo(",", "infix").join([*map(_word, parts.subscripts), *more]))
    above = _above(parts.above)
    if parts.subscripts or more:
        return f"<msubsup>{text}{below}{above}</msubsup>" if above else f"<msub>{text}{below}</msub>"
    return f"<msup>{text}{above}</msup>" if above else text


def _above(marks: tuple[str, ...]) -> str:
    if not marks:
        return ""
    shown = [
        mi(m) if m.isalpha() else mrow(mo("(", "prefix"), f"<mn>{m[1:-1]}</mn>", mo(")", "postfix")) for m in marks
    ]
    return mrow(*shown)


def _word(word: str) -> str:
    """A subscript that may have marks of its own."""
    plain, above = unmarked(word)
    return f"<msup>{mi(letter(plain))}{_above(above)}</msup>" if above else mi(letter(plain))
