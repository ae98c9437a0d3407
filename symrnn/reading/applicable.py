"""Whether a name in front of a parenthesis is a function or the factor of a product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symrnn.reading import lexicon as lex
from symrnn.reading.lexicon import WEIGHTS
from symrnn.reading.tree import Accented, Binary, Group, Number, Scripted, Symbol, Tree

if TYPE_CHECKING:
    from symrnn.reading.parser import Parser

ENDS = {"rel", ",", ";", "&", "newline", "quad", "connective", ".", "fence"}


def applicable(parser: Parser, value: Tree) -> str:
    """The function that a name in front of a parenthesis is, empty where the two are factors of a product."""
    base = value
    scripts: tuple[Tree, ...] = ()
    primes = 0
    if isinstance(base, Scripted):
        scripts, primes, base = (*base.sub, *base.sup), base.primes, base.arg
    if isinstance(base, Accented) and isinstance(base.arg, Symbol) and base.arg.text in ("sigma", "phi", "varphi"):
        # An activation of its own: \hat\sigma(x).
        return "" if scripts else f"{base.arg.text}_{base.accent}"
    if not isinstance(base, Symbol):
        return ""
    text = base.text
    if text == "sigma":
        return "sigmoid"
    if text == "Theta" and not scripts:
        return "heaviside_st"
    key = text
    if scripts:
        key = text + "_" + "".join(_label(item) for item in scripts)
        if any(isinstance(item, Group | Binary) or getattr(item, "text", "") in parser.context.times
               for item in scripts):  # fmt: skip
            return ""
    if key in parser.context.functions:
        return key
    if key in parser.context.values or (primes and not scripts and text in parser.context.values):
        return ""
    if text in lex.LETTER_FUNCTIONS and text.lower() == text:
        return key
    plain = len(text) == 1 and not scripts and (text.islower() or text not in WEIGHTS and _has_list(parser))
    word = base.style == "word" and not scripts and len(text) > 1 and not _is_weight(text)
    return key if plain or word or not scripts and _asked(parser, base, value.span.start) else ""


def _is_weight(word: str) -> bool:
    """Whether a word of two letters is a weight as programs write it, or the length of a step: Wx, dt."""
    return len(word) == 2 and (word == "dt" or word[0] in WEIGHTS and word[1].islower())


def _asked(parser: Parser, letter: Symbol, start: int) -> bool:
    """Whether a capital that stands nowhere else is rather a function: a calligraphic one, a letter that functions
    have, or one that is applied to all of what is defined."""
    text = letter.text
    if not text[0].isupper() or text in WEIGHTS or letter.style == "word" and len(text) > 1:
        return False
    if letter.style in ("cal", "frak") or text in lex.LETTER_FUNCTIONS:
        return True
    before = [token for token in parser.tokens if token.end <= start and token.kind not in ("style", "lbrace")]
    return bool(before) and before[-1].kind == "rel" and before[-1].text in ("=", "assign") and _ends(parser)


def _ends(parser: Parser) -> bool:
    """Whether nothing stands behind the bracket ahead."""
    depth = 0
    for at, token in enumerate(parser.tokens[parser.at :], start=parser.at):
        depth += (token.kind in ("open", "lbrace")) - (token.kind in ("close", "rbrace"))
        if not depth:
            behind = parser.tokens[at + 1 :]
            return not behind or behind[0].kind in ENDS
    return False


def _has_list(parser: Parser) -> bool:
    """Whether the bracket ahead holds several values, as the arguments of a function are."""
    depth = 0
    for token in parser.tokens[parser.at :]:
        depth += (token.kind in ("open", "lbrace")) - (token.kind in ("close", "rbrace"))
        if not depth or depth == 1 and token.kind == ",":
            return depth == 1
    return False


def _label(item: Tree) -> str:
    return str(item.value) if isinstance(item, Number) else str(getattr(item, "text", "?"))
