r"""A Pratt parser of mathematical text: tokens of one statement in, a tree or a chain of relations out.

Binding, from loose to tight: sums; products with a sign; factors side by side; functions and scripts. So
``r_t \odot Uh_{t-1}`` is r times the product of U and h, whatever kind of product each of them is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from symrnn.reading import atoms
from symrnn.reading.diagnostics import ReadError
from symrnn.reading.groups import unknown
from symrnn.reading.lexer import Token
from symrnn.reading.source import Span
from symrnn.reading.tree import Binary, Group, Negative, Relation, Tree

SUM, SIGN, SIDE_BY_SIDE = 10, 20, 30
MAX_DEPTH = 400
STARTS = {"num", "letter", "greek", "word", "fn", "accent", "style", "lbrace", "open", "cmd", "big", "begin", "dots",
          "adjoint"}  # fmt: skip
ENDS = {"rel", "close", "rbrace", ",", ";", "&", "newline", "end", "quad", "connective", ":", ".", "fence"}


@dataclass
class Context:
    """What the whole text says about single letters: which carry the time, which are values and not functions, and for
    which a superscript T is a label."""

    times: frozenset[str] = frozenset({"t"})
    values: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    labelled: frozenset[str] = frozenset()


@dataclass
class Statement:
    """A chain of values and the relations between them; one value and no relation for an expression."""

    values: list[Tree]
    relations: list[Token]
    span: Span
    words: list[Token] = field(default_factory=list)
    notes: list[tuple[str, Span, str]] = field(default_factory=list)

    def pairs(self) -> list[Relation]:
        """The relations of the chain, two neighbours each."""
        sides = zip(self.values, self.relations, self.values[1:], strict=False)
        return [Relation(op.text, left, right, span=left.span.to(right.span)) for left, op, right in sides]


class Parser:
    """Reads the tokens of one statement from left to right."""

    def __init__(self, tokens: Sequence[Token], context: Context, end: int) -> None:
        self.tokens = [token for token in tokens if token.kind != "text"]
        self.words = [token for token in tokens if token.kind == "text"]
        self.context = context
        self.end = end
        self.at = 0
        self.depth = 0
        self.bars = 0
        self.notes: list[tuple[str, Span, str]] = []

    @property
    def kind(self) -> str:
        """The kind of the token ahead, empty at the end."""
        return self.tokens[self.at].kind if self.at < len(self.tokens) else ""

    @property
    def text(self) -> str:
        """The text of the token ahead, empty at the end."""
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    def peek(self, ahead: int = 1) -> Token | None:
        """A token further on, None behind the end."""
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else None

    def take(self) -> Token:
        """The token ahead."""
        self.at += 1
        return self.tokens[self.at - 1]

    def rest(self, start: int) -> Span:
        """From a place to the end of the statement."""
        return Span(start, self.tokens[-1].end if self.tokens else self.end)

    def here(self) -> Span:
        """The place of the token ahead, or the end of the statement."""
        if self.at < len(self.tokens):
            return self.tokens[self.at].span
        last = self.tokens[-1].end if self.tokens else self.end
        return Span(max(last - 1, 0), last)

    def statement(self) -> Statement:
        """The whole statement; what is left over is an error."""
        self._trim()
        start = self.tokens[0].start if self.tokens else self.end
        values, relations = [self._listed(start)], []
        while self.kind == "rel":
            relations.append(self.take())
            values.append(self.expression())
            if isinstance(values[0], Group) and values[0].bracket == "," and self.kind == ",":
                values[-1] = self._more(values[-1])
        if self.at < len(self.tokens):
            raise self._surplus()
        return Statement(values, relations, self.rest(start), self.words, self.notes)

    def _listed(self, start: int) -> Tree:
        """The first value; several with commas between them where a relation follows, as in ``h_t, c_t \\in``."""
        first = self.expression()
        if self.kind != "," or not any(token.kind == "rel" for token in self.tokens[self.at :]):
            return first
        return self._more(first)

    def _more(self, first: Tree) -> Tree:
        """A list without brackets, of which the first value is read."""
        items = [first]
        while self.kind == ",":
            self.take()
            items.append(self.expression())
        return Group(",", tuple(items), span=first.span.to(items[-1].span))

    def _trim(self) -> None:
        """Leave out alignment marks, and punctuation at the end."""
        self.tokens = list(_unmarked(self.tokens))
        while self.tokens and self.tokens[-1].kind in (",", ";", ".", ":", "quad", "gap", "newline"):
            self.tokens.pop()
        while self.tokens and self.tokens[0].kind in (",", ";", ":", "quad", "gap", "newline"):
            self.tokens.pop(0)

    def _surplus(self) -> ReadError:
        token = self.tokens[self.at]
        if token.kind in ("close", "rbrace"):
            return ReadError("PARSE-ERROR", token.span, f"'{_shown(token)}' closes nothing that is open")
        return ReadError("PARSE-ERROR", token.span, f"'{_shown(token)}' cannot stand here")

    def expression(self, bound: int = 0) -> Tree:
        """A value whose operators bind tighter than ``bound``."""
        self.deeper()
        left = self._signed() if self.kind in ("+", "-") else atoms.primary(self)
        while True:
            made = self._extended(left, bound)
            if made is None:
                break
            left = made
        self.depth -= 1
        return left

    def deeper(self) -> None:
        """Count one more operation that is still open; too many are an error."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ReadError("UNSUPPORTED", self.here(), f"an equation nests at most {MAX_DEPTH} operations")

    def _signed(self) -> Tree:
        sign = self.take()
        arg = self.expression(SIGN)
        if sign.text == "+":
            return arg
        return Negative(arg, span=sign.span.to(arg.span))

    def _extended(self, left: Tree, bound: int) -> Tree | None:
        """The value with one more operator and operand to its right, None where there is none that binds tighter."""
        kind = self.kind
        if kind in ("+", "-"):
            return self._joined(left, self.text, SUM) if bound < SUM else None
        if kind in ("sign", "/"):
            return self._joined(left, self.text, SIGN) if bound < SIGN else None
        if kind in STARTS or (kind == "bar" and not self.bars):
            if bound >= SIDE_BY_SIDE:
                return None
            right = self.expression(SIDE_BY_SIDE)
            return Binary("juxtaposed", left, right, span=left.span.to(right.span))
        if kind in ("_", "^", "'", "combining"):
            return atoms.scripted(self, left)
        if kind in ("quad", "gap"):
            self.at += 1
            return left
        if kind in ENDS or kind in ("", "bar"):
            return None
        token = self.tokens[self.at]
        if kind == "unknown":
            raise unknown(token)
        raise ReadError("PARSE-ERROR", token.span, f"'{_shown(token)}' cannot stand here")

    def _joined(self, left: Tree, op: str, level: int) -> Tree:
        sign = self.take()
        if not self.kind or (self.kind in ENDS and self.kind != "fence"):
            raise ReadError("PARSE-ERROR", sign.span, f"'{_shown(sign)}' has nothing to its right")
        right = self.expression(level)
        return Binary(op, left, right, span=left.span.to(right.span))


def _unmarked(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens without alignment marks, which mean something only inside an environment."""
    depth = 0
    for token in tokens:
        depth += {"begin": 1, "end": -1}.get(token.kind, 0)
        if token.kind != "fence" and (depth > 0 or token.kind != "&"):
            yield token


def _shown(token: Token) -> str:
    """A token as it may have been written, for a message."""
    signs = {"odot": r"\odot", "cdot": r"\cdot", "times": r"\times", "star": "*", "otimes": r"\otimes"}
    return signs.get(token.text, token.text)


def parse(tokens: Sequence[Token], context: Context, end: int) -> Statement:
    """The tree of one statement; ReadError with a place where it cannot be read."""
    return Parser(tokens, context, end).statement()
