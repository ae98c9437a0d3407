"""Fractions, derivatives, roots, sums and products over an index, limits."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symrnn.reading.diagnostics import ReadError
from symrnn.reading.groups import braces
from symrnn.reading.traversal import walk
from symrnn.reading.tree import (
    Adjoint,
    Binary,
    Call,
    Infinity,
    Limit,
    Name,
    Number,
    Over,
    Partial,
    Relation,
    Symbol,
    Tree,
)

if TYPE_CHECKING:
    from symrnn.reading.lexer import Token
    from symrnn.reading.parser import Parser

LOSSES = {"L", "E", "J", "loss", "cost", "Loss", "l", "ell", "Cost", "C", "O", "Q", "error", "total"}


def command(parser: Parser) -> Tree:
    """A control sequence that takes arguments of its own."""
    token = parser.tokens[parser.at]
    if token.text in ("frac", "dfrac", "tfrac", "cfrac"):
        return fraction(parser)
    parser.take()
    if token.text == "sqrt":
        return _root(parser, token)
    if token.text == "infty":
        return Infinity(span=token.span)
    if token.text == "nabla":
        return _nabla(parser, token)
    if token.text == "partial":
        return _slashed(parser, token)
    if token.text in ("lim", "limsup"):
        return _limit(parser, token)
    if token.text == "RR":
        return Symbol("R", "bb", span=token.span)
    if token.text in ("underbrace", "overbrace"):
        return _braced(parser, token)
    if token.text in ("underset", "overset", "stackrel"):
        _argument(parser, token)
        return _argument(parser, token)
    if token.text == "hash":
        return Name("count", span=token.span)
    raise ReadError("UNSUPPORTED", token.span, f"\\{token.text} is not read")


def _argument(parser: Parser, token: Token) -> Tree:
    from symrnn.reading import atoms

    if parser.kind == "lbrace":
        return braces(parser)
    if not parser.kind:
        raise ReadError("PARSE-ERROR", token.span, f"\\{token.text} has no argument")
    if parser.kind == "num" and len(parser.text) > 1:
        # Without braces an argument is one character: \frac12.
        whole = parser.tokens[parser.at]
        parser.tokens[parser.at : parser.at + 1] = [
            whole._replace(text=whole.text[0], end=whole.start + 1),
            whole._replace(text=whole.text[1:], start=whole.start + 1),
        ]
    inner = parser.tokens[parser.at]
    if inner.kind in ("letter", "num", "greek", "word"):
        following = parser.tokens[parser.at + 1 :]
        parser.tokens = parser.tokens[: parser.at + 1]
        value = atoms.primary(parser)
        parser.tokens += following
        return value
    return atoms.primary(parser)


def _braced(parser: Parser, token: Token) -> Tree:
    """A value with a brace under it; the remark at the brace is left out."""
    value = _argument(parser, token)
    if parser.kind in ("_", "^"):
        sign = parser.take()
        if not parser.kind:
            raise _nothing_behind(sign)
        _skip(parser)
    return value


def _nothing_behind(sign: Token) -> ReadError:
    return ReadError("PARSE-ERROR", sign.span, f"'{sign.text}' has nothing behind it")


def _skip(parser: Parser) -> None:
    """Pass over one token, or over braces and what stands in them."""
    opened = parser.take()
    depth = int(opened.kind == "lbrace")
    while depth:
        if not parser.kind:
            raise ReadError("PARSE-ERROR", parser.rest(opened.start), "unclosed '{' opened here")
        depth += {"lbrace": 1, "rbrace": -1}.get(parser.take().kind, 0)


def _root(parser: Parser, token: Token) -> Tree:
    if parser.kind == "open" and parser.text == "[":
        raise ReadError("UNSUPPORTED", token.span, "only square roots are read; write a power")
    arg = _argument(parser, token)
    return Call("sqrt", (arg,), span=token.span.to(arg.span))


def fraction(parser: Parser) -> Tree:
    r"""A quotient; a derivative where both parts begin with the sign of one: ``\frac{\partial c_t}{\partial h_t}``."""
    token = parser.take()
    derivative = _derivative(parser, token)
    if derivative is not None:
        return derivative
    above = _argument(parser, token)
    below = _argument(parser, token)
    return Binary("frac", above, below, span=token.span.to(below.span))


def _derivative(parser: Parser, token: Token) -> Tree | None:
    start = parser.at
    kinds: list[str] = []
    for _ in range(2):
        if parser.kind != "lbrace":
            break
        opened = parser.at
        if kinds and not kinds[0]:
            break
        kinds.append(_differential(parser.tokens[opened + 1] if opened + 1 < len(parser.tokens) else None))
        depth = 0
        while parser.kind:
            depth += {"lbrace": 1, "rbrace": -1}.get(parser.take().kind, 0)
            if not depth:
                break
    end = parser.at
    parser.at = start
    # Who mixes d and the sign of a partial derivative means a derivative too.
    same = len(set(kinds)) == 1 or "partial" in kinds
    if len(kinds) != 2 or not all(kinds) or not same or end > len(parser.tokens):
        return None
    above, below = _operand(parser), _operand(parser)
    if below is None:
        raise ReadError("PARSE-ERROR", token.span, "a derivative says with respect to what it is taken")
    last = parser.tokens[parser.at - 1]
    return Partial(above, below, kinds[0] == "d", span=token.span.to(last.span))


def _differential(token: Token | None) -> str:
    """The sign of a derivative that a token is, empty where it is none."""
    if token is None:
        return ""
    if token.text in ("partial", "delta"):
        return token.text
    if token.kind == "adjoint":
        return "d" if token.text == "d" else "delta"
    return "d" if token.text == "d" and token.kind in ("letter", "word") else ""


def _operand(parser: Parser) -> Tree | None:
    """What stands behind the sign of a derivative, in the braces of a fraction; None for the sign alone."""
    opened = parser.take()
    sign = parser.take()
    if parser.kind == "^":
        raise ReadError("UNSUPPORTED", sign.span, "a derivative of second order is not read")
    value = None if parser.kind == "rbrace" else parser.expression()
    if parser.kind != "rbrace":
        raise ReadError("PARSE-ERROR", parser.rest(opened.start), "unclosed '{' opened here")
    parser.take()
    return value


def _slashed(parser: Parser, token: Token) -> Tree:
    r"""``\partial a / \partial b``; without a slash the gradient of the loss by what follows."""
    from symrnn.reading import atoms

    value = atoms.primary(parser)
    ahead = parser.peek(1)
    if parser.kind == "/" and ahead is not None and ahead.text == "partial":
        parser.take()
        parser.take()
        below = atoms.primary(parser)
        return Partial(value, below, span=token.span.to(below.span))
    return Adjoint(value, span=token.span.to(value.span))


def _nabla(parser: Parser, token: Token) -> Tree:
    r"""``\nabla_W L``: the gradient of a loss."""
    from symrnn.reading import atoms

    if parser.kind != "_":
        raise ReadError("UNSUPPORTED", token.span, "a gradient says with respect to what it is taken: \\nabla_{W} L")
    parser.take()
    of = _argument(parser, token)
    end = of.span
    if parser.kind in ("letter", "greek", "word", "style", "accent"):
        loss = atoms.primary(parser)
        base = next((node for node in walk(loss) if isinstance(node, Symbol)), None)
        if base is None or base.text not in LOSSES:
            raise ReadError("UNSUPPORTED", loss.span, "only the gradient of a loss is read, such as \\nabla_{W} L")
        end = loss.span
    return Adjoint(of, span=token.span.to(end))


def big(parser: Parser) -> Tree:
    """A sum or product over an index, with everything multiplied behind it."""
    from symrnn.reading.parser import SUM

    token = parser.take()
    letter, low, high = "", None, None
    while parser.kind in ("_", "^"):
        sign = parser.take()
        between = _between(parser)
        if between is not None:
            letter, low, high = between
            continue
        value, relation = _bound(parser, sign, "=")
        if sign.kind == "^":
            high = value
        elif relation and isinstance(value, Symbol):
            letter, low = value.text, relation
        elif isinstance(value, Symbol):
            letter = value.text
        else:
            low = value
    body = parser.expression(SUM)
    return Over(token.text, letter, low, high, body, span=token.span.to(body.span))


def _between(parser: Parser) -> tuple[str, Tree, Tree] | None:
    r"""The letter and the bounds of ``\prod_{t \ge i > k}``: two relations that point one way. None otherwise."""
    start, relations, values = parser.at, [], []
    if parser.kind == "lbrace":
        parser.take()
        values.append(parser.expression())
        while parser.kind == "rel":
            relations.append(parser.take().text)
            values.append(parser.expression())
    signs = {relation[0] for relation in relations}
    if len(relations) != 2 or signs not in ({"<"}, {">"}) or not isinstance(values[1], Symbol):
        parser.at = start
        return None
    parser.take()
    if signs == {">"}:
        relations.reverse()
        values.reverse()
    one = Number(Fraction(1), span=values[1].span)
    low = values[0] if relations[0].endswith("=") else Binary("+", values[0], one, span=values[0].span)
    high = values[2] if relations[1].endswith("=") else Binary("-", values[2], one, span=values[2].span)
    return values[1].text, low, high


def _bound(parser: Parser, sign: Token, op: str) -> tuple[Tree, Tree | None]:
    """A bound of a sum or limit: a value, or a letter and what it starts from or tends to."""
    if parser.kind != "lbrace":
        if not parser.kind:
            raise _nothing_behind(sign)
        return _argument(parser, sign), None
    value = braces(parser)
    if isinstance(value, Relation) and value.op == op:
        return value.left, value.right
    if isinstance(value, Relation):
        raise ReadError("UNSUPPORTED", value.span, "a bound is read as \\sum_{i=1}^{n} or \\lim_{f \\to 0}")
    return value, None


def _limit(parser: Parser, token: Token) -> Tree:
    from symrnn.reading.parser import SUM

    if parser.kind != "_":
        raise ReadError("PARSE-ERROR", token.span, "a limit says what tends to what: \\lim_{f \\to 0}")
    parser.take()
    value, to = _bound(parser, token, "to")
    if to is None:
        raise ReadError("PARSE-ERROR", token.span, "a limit says what tends to what: \\lim_{f \\to 0}")
    body = parser.expression(SUM)
    return Limit(value, to, body, span=token.span.to(body.span))
