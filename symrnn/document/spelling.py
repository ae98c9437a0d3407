"""A name taken apart for typesetting: the letter it starts with, accents on it, subscripts, and what stands above.

Above stand the marks of a flat name: the number of a copy, as its author counts them, and ``re`` or ``im`` for the real
or imaginary part of a complex value.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

from symrnn.cell_latex import ACCENTS, GREEK


@dataclass(frozen=True)
class Spelling:
    """``h_tilde_2.re`` is the base ``h`` with the accent ``tilde``, the subscript ``2``, and ``re`` above."""

    base: str
    accents: tuple[str, ...]
    subscripts: tuple[str, ...]
    above: tuple[str, ...] = ()


MARKS = re.compile(r"(?:\[(\d+)\])?(?:\.(re|im))?$")


def unmarked(name: str) -> tuple[str, tuple[str, ...]]:
    """A flat name without its marks, and the marks: ``R_H[0].re`` is ``R_H`` with ``(0)`` and ``re``."""
    match = MARKS.search(name)
    assert match
    copy, part = match.groups()
    return name[: match.start()], (*([f"({copy})"] if copy else []), *([part] if part else []))


def spelled(name: str) -> Spelling:
    """The parts of a name; an accent counts only before the first subscript, as in the LaTeX of a cell."""
    name, above = unmarked(name)
    head, *rest = name.split("_")
    if not head:
        rest = [part for part in rest if part]
        head = "_" + (rest.pop(0) if rest else "")
    count = 0
    while count < len(rest) and rest[count] in ACCENTS:
        count += 1
    return Spelling(head, tuple(rest[:count]), tuple(part or "_" for part in rest[count:]), above)


def letter(word: str) -> str:
    """A word as it is shown: a Greek letter for its English name."""
    if word not in GREEK:
        return word
    size = "CAPITAL" if word[0].isupper() else "SMALL"
    # Unicode spells this one letter differently from everybody else.
    spelled_so = "LAMDA" if word.lower() == "lambda" else word.upper()
    return unicodedata.lookup(f"GREEK {size} LETTER {spelled_so}")


def indices(spec: str) -> tuple[list[str], str, str]:
    """The index letters of an Einstein sum: those of each operand, those it sums over, those of the result."""
    words, output = spec.split("->")
    return words.split(","), "".join(dict.fromkeys(c for c in words if c.isalpha() and c not in output)), output


def ten(value: Fraction) -> int:
    """The n for which a number is written 10⁻ⁿ, which only small ones are; 0 for any other."""
    digits = str(value.denominator)
    power = len(digits) - 1
    return power if value.numerator == 1 and power > 2 and digits == "1" + "0" * power else 0


def decimal(value: Fraction) -> str:
    """A number with digits behind the point, where it is one exactly and a fraction would be long; else nothing."""
    whole, power = value.denominator, 0
    while value * 10**power % 1 and power < 12:
        power += 1
    if whole < 1000 or value * 10**power % 1:
        return ""
    return f"{value.numerator // whole}.{int(value * 10**power) % 10**power:0{power}d}"
