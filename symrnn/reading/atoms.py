"""What an expression is made of: names, numbers, functions, brackets, fractions, sums, grids."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from symrnn.reading.applicable import applicable
from symrnn.reading.diagnostics import ReadError
from symrnn.reading.grids import environment
from symrnn.reading.groups import braces, group, unknown
from symrnn.reading.literals import number
from symrnn.reading.meanings import function_of
from symrnn.reading.operators import big, command
from symrnn.reading.scripts import script, time_pattern
from symrnn.reading.tree import (
    Accented,
    Adjoint,
    Binary,
    Call,
    Function,
    Group,
    Name,
    Number,
    Scripted,
    Symbol,
    Tree,
)

if TYPE_CHECKING:
    from symrnn.reading.lexer import Token
    from symrnn.reading.parser import Parser

def primary(parser: Parser) -> Tree:
    """One operand with everything that belongs to it: scripts, primes, the arguments of a function."""
    parser.deeper()
    value = _operand(parser)
    parser.depth -= 1
    return value


def _operand(parser: Parser) -> Tree:
    kind = parser.kind
    if not kind:
        raise ReadError("PARSE-ERROR", parser.here(), "the equation ends where a value should stand")
    if kind == "num":
        return scripted(parser, number(parser))
    if kind in ("letter", "word", "greek"):
        return named(parser)
    if kind == "fn":
        return function(parser)
    if kind in ("accent", "style"):
        return dressed(parser)
    if kind == "lbrace":
        return scripted(parser, braces(parser))
    if kind in ("open", "bar"):
        return scripted(parser, group(parser))
    if kind == "adjoint":
        return adjoint(parser)
    if kind == "cmd":
        return scripted(parser, command(parser))
    if kind == "big":
        return big(parser)
    if kind == "begin":
        return scripted(parser, environment(parser))
    token = parser.take()
    if kind == "unknown":
        raise unknown(token)
    if kind == "dots":
        raise ReadError("UNSUPPORTED", token.span, "what the dots stand for cannot be read; write it out")
    shown = {"odot": "\\odot", "star": "*"}.get(token.text, token.text)
    raise ReadError("PARSE-ERROR", token.span, f"'{shown}' stands where a value should be")


def named(parser: Parser) -> Tree:
    r"""A letter or word with its scripts; what it is applied to where it is a function of the author's."""
    token = parser.take()
    ahead = parser.peek(0)
    if token.text == "Delta" and ahead is not None and ahead.text == "t" and ahead.kind == "letter":
        parser.take()
        value: Tree = Symbol("Delta_t", "compound", span=token.span.to(ahead.span))
        parser.notes.append(("COMPOUND-NAME", value.span, "\\Delta t is read as one name, not as a product"))
    elif token.text == "d" and token.kind == "letter" and ahead is not None and ahead.text == "t" and not ahead.gap:
        parser.take()
        value = Symbol("dt", "compound", span=token.span.to(ahead.span))
    elif token.kind == "letter" and token.text == "e" and parser.kind == "^":
        return exponential(parser, token)
    else:
        value = Symbol(token.text, token.kind if token.kind == "word" else "", span=token.span)
    return applied(parser, scripted(parser, value))


def exponential(parser: Parser, token: Token) -> Tree:
    """e to the power of something is the exponential function."""
    parser.take()
    arg = braces(parser) if parser.kind == "lbrace" else primary(parser)
    return scripted(parser, Call("exp", (arg,), span=token.span.to(arg.span)))


def applied(parser: Parser, value: Tree) -> Tree:
    """A name with the bracket behind it: a time index, a function's arguments, or else a product's next factor."""
    ahead = parser.peek(0)
    if ahead is None or ahead.kind != "open" or ahead.text not in "([":
        if isinstance(value, Symbol) and value.text == "sigma" and ahead is not None and ahead.kind == "lbrace":
            return call(parser, "sigmoid", value)
        return value
    time = time_pattern(parser, parser.at)
    if time is not None and ahead.end > ahead.start:
        index, after = time
        parser.at = after
        closing = parser.tokens[after - 1]
        note = "the argument is the time: read as a time index, not as a call"
        parser.notes.append(("FUNCTION-OR-TIME", value.span.to(closing.span), note))
        made = Scripted(value, sub=(Group(ahead.text, (index,), "call", span=ahead.span.to(closing.span)),),
                        span=value.span.to(closing.span))  # fmt: skip
        return applied(parser, scripted(parser, made))
    if ahead.text == "(" and not ahead.gap:
        name = applicable(parser, value)
        if name:
            return call(parser, name, value)
    return value


def function(parser: Parser) -> Tree:
    r"""A known function: with its arguments, or by itself as in ``\tanh \in (-1, 1)``."""
    token = parser.take()
    name = function_of(token.text)
    ahead = parser.peek(0)
    if name == "log" and ahead is not None and (ahead.text in ("sigma", "sigmoid")) and _opens(parser.peek(1)):
        parser.take()
        return call(parser, "logsigmoid", Function("logsigmoid", span=token.span.to(ahead.span)))
    return call(parser, name, Function(name, span=token.span), token.text)


def _opens(token: Token | None) -> bool:
    return token is not None and token.kind in ("open", "lbrace")


def is_time(parser: Parser, item: Tree) -> bool:
    """Whether a script is a time index."""
    if isinstance(item, Binary):
        item = item.left
    return isinstance(item, Symbol) and item.text in parser.context.times


def call(parser: Parser, name: str, head: Tree, word: str = "") -> Tree:
    """A function applied: scripts first, then arguments in a bracket, in braces, or the factors that follow."""
    if isinstance(head, Function):
        head = scripted(parser, head)
    sub, sup, primes = (head.sub, head.sup, head.primes) if isinstance(head, Scripted) else ((), (), 0)
    if word and any(is_time(parser, item) for item in sub) and parser.kind != "open":
        return replace(head, arg=Symbol(word, "word", span=head.span)) if isinstance(head, Scripted) else head
    options = (("sub", sub),) if sub else ()
    start = head.span
    if parser.kind == "open" and parser.text in "([{" or parser.kind == "bar":
        inner = group(parser)
        if isinstance(inner, Group) and inner.close:
            raise ReadError("PARSE-ERROR", inner.span, f"'{inner.bracket}' is closed by '{inner.close}'")
        args = inner.items if isinstance(inner, Group) and inner.bracket in "([{" else (inner,)
        span = start.to(inner.span)
    elif parser.kind == "lbrace":
        inner = braces(parser)
        args = inner.items if isinstance(inner, Group) and inner.bracket == "(" else (inner,)
        span = start.to(inner.span)
    elif parser.kind in ("num", "letter", "word", "greek", "accent", "style", "fn", "cmd", "begin"):
        inner = _argument(parser)
        args, span = (inner,), start.to(inner.span)
    else:
        bare = Function(name, primes, span=start)
        return Scripted(bare, sub, sup, span=start) if sup or sub else bare
    made: Tree = Call(name, tuple(args), options, primes, span=span)
    if sup:
        made = Scripted(made, sup=sup, span=span)
    return scripted(parser, made)


def _argument(parser: Parser) -> Tree:
    r"""The argument of a function without a bracket: the factors that follow, up to the next function."""
    arg = primary(parser)
    while parser.kind in ("num", "letter", "word", "greek", "accent", "style", "open", "lbrace"):
        ahead = parser.tokens[parser.at]
        if ahead.gap:
            break
        right = primary(parser)
        arg = Binary("juxtaposed", arg, right, span=arg.span.to(right.span))
    return arg


def adjoint(parser: Parser) -> Tree:
    r"""``\delta h_t`` or ``dW``: the gradient of the loss with respect to what follows."""
    token = parser.take()
    if parser.kind == "num":
        number = parser.take()
        return Adjoint(None, None, number.text, span=token.span.to(number.span))
    value = dressed(parser) if parser.kind in ("accent", "style") else named(parser)
    return Adjoint(value, span=token.span.to(value.span))


def dressed(parser: Parser) -> Tree:
    """An accent or a style with what it is put on."""
    token = parser.take()
    if not parser.kind:
        raise ReadError("PARSE-ERROR", token.span, "nothing follows that this could be put on")
    if parser.kind == "lbrace":
        value = braces(parser)
    elif parser.kind in ("accent", "style"):
        value = dressed(parser)
    elif parser.kind in ("letter", "greek", "word", "num", "fn"):
        inner = parser.take()
        number = inner.kind == "num"
        value = Number(Fraction(inner.text), span=inner.span) if number else Symbol(inner.text, span=inner.span)
    else:
        raise ReadError("PARSE-ERROR", parser.here(), "an accent is put on a letter")
    span = token.span.to(value.span)
    if token.kind == "style" or token.kind == "combining":
        value = _styled(value, token, span)
    else:
        value = Accented(token.text, value, span=span)
    return applied(parser, scripted(parser, value))


def _styled(value: Tree, token: Token, span: object) -> Tree:
    if isinstance(value, Number) and value.value == 1:
        return Name("1", span=token.span.to(value.span))
    if token.text == "bb" and isinstance(value, Symbol) and value.text in "IR":
        return Symbol("R" if value.text == "R" else "1", "bb", span=token.span.to(value.span))
    if isinstance(value, Symbol):
        return replace(value, style=value.style or token.text, span=token.span.to(value.span))
    return value


def scripted(parser: Parser, value: Tree) -> Tree:
    """A value with the scripts, primes and combining accents behind it."""
    while parser.kind in ("_", "^", "'", "combining"):
        if parser.kind == "combining":
            token = parser.take()
            value = Accented(token.text, value, span=value.span.to(token.span))
        else:
            value = script(parser, value)
    if isinstance(value, Symbol | Accented | Scripted | Group) and parser.text == "." and parser.kind == ".":
        ahead = parser.peek()
        if ahead is not None and ahead.text == "T":
            parser.take()
            token = parser.take()
            value = Scripted(value, sup=(Symbol("T", span=token.span),), span=value.span.to(token.span))
    return value
