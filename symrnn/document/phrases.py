"""The prose of a derivation: one module of phrases a language, found by listing the folder, and how they are filled.

A module ``phrases_xx`` defines ``PHRASES``, by the same keys in every language, and ``RULES``, the names of the rules
of the trace where the language has its own.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from fractions import Fraction
from functools import cache
from pathlib import Path
from string import Formatter
from types import ModuleType

from symrnn.document.formula import Formula, Number, Run, Sign, Symbol
from symrnn.document.model import Text
from symrnn.errors import UsageError


@cache
def languages() -> dict[str, ModuleType]:
    """The modules of phrases by the code of their language."""
    folder = [str(Path(__file__).parent)]
    names = [m.name for m in pkgutil.iter_modules(folder) if m.name.startswith("phrases_")]
    return {n.removeprefix("phrases_"): importlib.import_module(f"symrnn.document.{n}") for n in sorted(names)}


def phrase(lang: str, key: str, **pieces: Formula | str) -> Text:
    """A phrase with its pieces in place."""
    text: list[str | Formula] = []
    for literal, name, _, _ in Formatter().parse(languages()[lang].PHRASES[key]):
        for place, part in enumerate(literal.split("`")):
            text += [mathematics(part) if place % 2 else part] if part else []
        text += [pieces[name]] if name else []
    return tuple(text)


def mathematics(text: str) -> Formula:
    """A little mathematics in prose: ``t``, ``t-1``, ``0``, ``t = T, …, 1``."""
    tokens = re.findall(r"[A-Za-z]+(?:[+-]\d+)?|\d+|\S", text)
    items = tuple(Symbol(k) if k[0].isalpha() else Number(Fraction(k)) if k.isdigit() else Sign(k) for k in tokens)
    return items[0] if len(items) == 1 else Run(items)


def words(lang: str, key: str, **pieces: str) -> str:
    """A phrase without formulas as plain text."""
    return "".join(str(piece) for piece in phrase(lang, key, **pieces))


def rule_name(lang: str, rule: str) -> str:
    """A rule of the trace in a language; one that has no translation keeps its own name."""
    return str(languages()[lang].RULES.get(rule, rule))


def check_language(lang: str) -> str:
    """The language itself; UsageError if there are no phrases in it."""
    if lang not in languages():
        raise UsageError(f"there is no language {lang!r}; choose from {', '.join(languages())}")
    return lang
