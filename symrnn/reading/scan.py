"""What a whole text says about its letters before anything is parsed.

Which letter is the time, which letters stand for functions, and whether ``\\delta`` or ``d`` in front of a name means
the gradient of the loss: each is seen from all of the text and needed for every single equation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from symrnn.reading.labels import letters_with_labels, scripts_behind
from symrnn.reading.lexer import Token
from symrnn.reading.operators import LOSSES
from symrnn.reading.parser import Context
from symrnn.reading.rows import Piece

NAMES = {"letter", "greek", "word"}
OPENING = ("lbrace", "open")
INDICES = frozenset("tkjnisτ")


def context_of(pieces: list[Piece], whole: Context | None = None) -> Context:
    """The context of some statements; a time letter of their own wins over that of the whole text."""
    letters: Counter[str] = Counter()
    shifted: Counter[str] = Counter()
    values: set[str] = set()
    functions: set[str] = set()
    for piece in pieces:
        _count(piece.tokens, letters, shifted)
        functions |= set(_defined(piece.tokens))
    times = _times(letters, shifted, whole)
    for piece in pieces:
        values |= set(_values(piece.tokens, times))
    if whole is not None:
        return Context(times, whole.values, whole.functions, whole.labelled)
    return Context(times, frozenset(values - functions), frozenset(functions), letters_with_labels(pieces, times))


def _times(letters: Counter[str], shifted: Counter[str], whole: Context | None) -> frozenset[str]:
    if letters["t"] or shifted["t"] or letters["tau"] and not shifted:
        return frozenset({"t"})
    known = {letter: count for letter, count in shifted.items() if letter in INDICES}
    if known:
        return frozenset({max(sorted(known), key=lambda letter: known[letter])})
    return whole.times if whole is not None else frozenset({"t"})


def _count(tokens: list[Token], letters: Counter[str], shifted: Counter[str]) -> None:
    """Count the letters that stand alone in a script or bracket, and those with a whole number added there."""
    for at, token in enumerate(tokens[:-1]):
        if token.kind not in ("_", "^", ",") and not (token.kind == "open" and token.text in "([<"):
            continue
        first = at + 1
        while first < min(len(tokens), at + 4) and (tokens[first].kind in OPENING or _is_angle(tokens, first)):
            first += 1
        if first >= len(tokens) or tokens[first].kind not in ("letter", "greek"):
            continue
        after = tokens[first + 1] if first + 1 < len(tokens) else None
        step = tokens[first + 2] if first + 2 < len(tokens) else None
        end = tokens[first + 3] if first + 3 < len(tokens) else None
        if after is not None and step is not None and after.kind in ("+", "-") and step.kind == "num":
            shifted[tokens[first].text] += end is not None and end.kind in ("close", "rbrace", ",", "rel")
            continue
        script = token.kind in ("_", "^") and (after is None or tokens[at + 1].kind == "letter" or _closes(after))
        bracket = after is not None and _closes(after) and at > 0 and tokens[at - 1].kind in NAMES | {"rbrace"}
        letters[tokens[first].text] += script or bracket


def _is_angle(tokens: list[Token], at: int) -> bool:
    return at < len(tokens) and tokens[at].kind == "rel" and tokens[at].text == "<"


def _closes(token: Token) -> bool:
    return token.kind in ("rbrace", "close", ",") or (token.kind == "rel" and token.text == ">")


def _defined(tokens: list[Token]) -> Iterator[str]:
    """``f`` where a statement begins with ``f(x) =`` and x is a plain letter other than t."""
    plain = [token for token in tokens if token.kind not in ("&", "quad", "gap")]
    if len(plain) < 5 or plain[0].kind not in NAMES or plain[2].kind not in NAMES:
        return
    signs = (plain[1].text, plain[3].text, plain[4].kind, plain[4].text)
    if signs == ("(", ")", "rel", "=") and plain[2].text not in "tkn":
        yield plain[0].text


def _values(tokens: list[Token], times: frozenset[str]) -> Iterator[str]:
    """The names that stand somewhere without a parenthesis behind them."""
    at, scripts = 0, 0
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token.kind not in NAMES:
            continue
        label, after, timed = _scripts(tokens, at, times)
        scripts += after - at
        if not timed:
            # A style in front of a letter has braces around it: \mathcal{F}(x).
            after += _is_braced(tokens, at - 1) and after < len(tokens) and tokens[after].kind == "rbrace"
            ahead = tokens[after] if after < len(tokens) else None
            if ahead is None or ahead.kind != "open" or ahead.text != "(" or ahead.gap:
                yield token.text + (f"_{label}" if label else "")
        at = after


def _is_braced(tokens: list[Token], at: int) -> bool:
    """Whether a letter stands alone in the braces of a style."""
    return at > 1 and tokens[at - 1].kind == "lbrace" and tokens[at - 2].kind == "style"


def _scripts(tokens: list[Token], at: int, times: frozenset[str]) -> tuple[str, int, bool]:
    """The labels behind a name, where they end, and whether a time index is among them."""
    found, at = scripts_behind(tokens, at)
    inner = [token for _, script in found for token in script if token.kind in NAMES or token.kind == "num"]
    return "".join(token.text for token in inner), at, any(token.text in times for token in inner)


def with_adjoints(pieces: list[Piece]) -> None:
    r"""Where a statement begins with ``\delta x =`` or ``dx =``, each such sign before a name becomes its own token."""
    signs = {sign for piece in pieces for sign in _prefixes(piece.tokens)}
    for piece in pieces:
        own = signs | {"delta"} if _of_a_loss(piece.tokens) else signs
        if own:
            piece.tokens = list(_marked(piece.tokens, own))


def _of_a_loss(tokens: list[Token]) -> bool:
    r"""Whether a statement is about the gradient of a loss: it begins with ``dW =``, a ``\nabla`` or ``\partial``."""
    plain = [token for token in tokens if token.kind not in ("&", "quad", "gap", "lbrace")]
    if plain and plain[0].kind == "big":
        # A sum over time that is said to be such a gradient.
        signs = [token for token in _outside(tokens) if token.kind == "rel"]
        plain = plain[plain.index(signs[0]) + 1 :] if signs else []
    if plain and plain[0].text in ("frac", "dfrac", "tfrac"):
        plain = plain[1:]
    return bool(plain) and plain[0].text in ("nabla", "partial") or any(sign == "d" for sign in _prefixes(tokens))


def _prefixes(tokens: list[Token]) -> Iterator[str]:
    plain = [token for token in tokens if token.kind not in ("&", "quad", "gap")]
    if plain and plain[0].kind == "big":
        yield from _behind(plain)
        return
    if len(plain) < 3 or not _is_sign(plain[0]):
        return
    named = plain[1].kind in NAMES | {"style", "accent", "num"} and plain[1].text != "t"
    at = next((i for i, token in enumerate(plain) if token.kind == "rel"), None)
    if named and at is not None and not any(t.kind in ("+", "-", "sign", "/") for t in _outside(plain[:at])):
        yield plain[0].text


def _behind(tokens: list[Token]) -> Iterator[str]:
    r"""The signs of ``\sum_t \delta a_t = db``: a gradient of a parameter as the value of a sum of gradients."""
    signs = [token for token in _outside(tokens) if token.kind == "rel"]
    at = tokens.index(signs[0]) if signs else len(tokens)
    value = tokens[at + 1 : at + 3]
    if len(value) == 2 and _is_sign(value[0]) and value[1].kind in NAMES | {"style"}:
        yield value[0].text
        # Letters of sums and of indices are no gradients.
        yield from (t.text for t, ahead in zip(tokens[:at], tokens[1:at], strict=False)
                    if _is_sign(t) and ahead.kind in NAMES | {"style"})  # fmt: skip


def _is_sign(token: Token) -> bool:
    return token.text == "delta" and token.kind == "greek" or token.text == "d" and token.kind in ("letter", "word")


def _outside(tokens: Iterable[Token]) -> Iterator[Token]:
    """The tokens outside braces and brackets."""
    depth = 0
    for token in tokens:
        depth += (token.kind in ("lbrace", "open")) - (token.kind in ("rbrace", "close"))
        if depth <= 0:
            yield token


def _marked(tokens: list[Token], signs: set[str]) -> Iterator[Token]:
    for at, token in enumerate(tokens):
        ahead = tokens[at + 1] if at + 1 < len(tokens) else None
        follows = ahead is not None and ahead.kind in NAMES | {"style", "accent", "num"} and ahead.text != "t"
        before = tokens[at - 1].kind if at else ""
        if _is_sign(token) and token.text in signs and follows and before not in ("_", "^"):
            yield token._replace(kind="adjoint")
        else:
            yield token


def with_styles(pieces: list[Piece]) -> None:
    r"""Where ``\mathcal{W}`` stands beside W, the two are different letters; otherwise a style changes nothing."""
    styled: set[str] = set()
    plain: set[str] = set()
    for piece in pieces:
        for at, token in enumerate(piece.tokens):
            if token.kind in ("letter", "greek"):
                (styled if _style_of(piece.tokens, at) is not None else plain).add(token.text)
    both = (styled & plain) - {*LOSSES, "N", "R", "C"}
    for piece in pieces if both else ():
        marks = {_style_of(piece.tokens, at) for at, token in enumerate(piece.tokens) if token.text in both}
        for at in (mark for mark in marks if mark is not None):
            piece.tokens[at] = piece.tokens[at]._replace(kind="accent")


def _style_of(tokens: list[Token], at: int) -> int | None:
    """Where the calligraphic or Gothic style of a letter stands, None where it has none."""
    before = at - 2 if at > 1 and tokens[at - 1].kind == "lbrace" else at - 1
    styled = before >= 0 and tokens[before].kind == "style" and tokens[before].text in ("cal", "frak")
    return before if styled else None
