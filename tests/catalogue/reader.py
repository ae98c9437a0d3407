"""A reader of the LaTeX in which the catalogue's equations are printed: text to trees, nothing is ever run.

One program printed them, so the language is small: names with accents, subscripts and superscripts; products written
by juxtaposition, which bind tighter than the elementwise product; functions with parentheses; fractions and cases.
A name becomes one word (``\\tilde{h}_{t-1}`` is ``h_tilde`` one step ago, ``\\alpha_{h}`` is ``alpha_h``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Num:
    """A number, exactly as printed."""

    value: Fraction


@dataclass(frozen=True)
class Name:
    """A symbol; ``time`` is what its subscript says (``t``, ``t-1``, ``t-d``), empty where it has none."""

    word: str
    time: str = ""
    copy: str = ""


@dataclass(frozen=True)
class Call:
    """An operation or function by name, with its operands."""

    name: str
    args: tuple[Expr, ...] = ()


Expr = Num | Name | Call


@dataclass(frozen=True)
class Assign:
    """``target = value``; within a loop the target is rebound."""

    target: Name
    value: Expr


@dataclass(frozen=True)
class Loop:
    """``for index = 1 … count``, with the lines below it that are indented."""

    index: str
    count: str
    body: tuple[Assign, ...]


TOKEN = re.compile(r"\\(?:left|right)[(\[|)\]]|\\[A-Za-z]+|\\\\|\\[,;!]|[A-Za-z]|\d+(?:\.\d+)?|[^\sA-Za-z0-9\\]")
SPACING = {"\\,", "\\!", "\\;", "\\quad"}
BRACKETS = {"\\left(": "(", "\\right)": ")", "\\left[": "[", "\\right]": "]"}
LEFT, RIGHT = "\\left|", "\\right|"
INFIX = {"=": 1, "<": 1, "\\ge": 1, "+": 2, "-": 2, "\\odot": 3, "\\bmod": 3}
JUXTAPOSED = 4
ACCENTS = {"\\tilde", "\\bar", "\\hat", "\\overline", "\\boldsymbol", "\\ln"}
FUNCTIONS = {"\\sigma", "\\tanh", "\\exp", "\\log", "\\max", "\\min", "\\Theta"}
CLOSING = {")", "]", "}", RIGHT, ",", ";", "&", "\\\\", "\\end", ":", "\\leftarrow", *INFIX}


class Reader:
    """A Pratt parser over the tokens of one line."""

    def __init__(self, text: str) -> None:
        tokens = TOKEN.findall(text)
        self.tokens = [BRACKETS.get(token, token) for token in tokens if token not in SPACING]
        self.at = 0

    @property
    def next(self) -> str:
        """The token ahead; empty at the end."""
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, *expected: str) -> str:
        """The token ahead, which must be one of those given, if any are."""
        token = self.next
        if not token or expected and token not in expected:
            raise ValueError(f"{token or 'the end'} where {' or '.join(expected) or 'more'} should be: {self.tokens}")
        self.at += 1
        return token

    def line(self) -> Assign:
        """A whole line: a name, a sign, an expression."""
        target = self.primary()
        self.take("=", "\\leftarrow")
        value = self.expression()
        if self.next or not isinstance(target, Name):
            raise ValueError(f"not an equation: {self.tokens}")
        return Assign(target, value)

    def expression(self, bound: int = 0) -> Expr:
        """An expression whose operators bind tighter than ``bound``."""
        if self.next == "-":
            self.take()
            left: Expr = Call("neg", (self.expression(INFIX["\\odot"] - 1),))
        else:
            left = self.primary()
        while self.next:
            token = self.next
            if token in INFIX and INFIX[token] > bound:
                self.take()
                left = Call(token.lstrip("\\"), (left, self.expression(INFIX[token])))
            elif token not in CLOSING and bound < JUXTAPOSED:
                left = Call("product", (left, self.expression(JUXTAPOSED)))
            else:
                break
        return left

    def primary(self) -> Expr:
        """A number, a name, a function of arguments or a bracket, with what is raised to its right."""
        token = self.next
        if re.fullmatch(r"\d+(\.\d+)?", token):
            return Num(Fraction(self.take()))
        if token == "(":
            return self.raised(self.arguments()[0])
        if token == "[":
            return Call("concat", self.arguments("[", "]"))
        if token == LEFT:
            return Call("abs", self.arguments(LEFT, RIGHT))
        if token == "\\frac":
            self.take()
            return Call("/", (self.group(), self.group()))
        if token == "\\sqrt":
            self.take()
            return Call("sqrt", (self.group(),))
        if token == "\\begin":
            return self.cases()
        if token == "\\mathbf":
            return self.ones()
        if token == "\\operatorname":
            self.take()
            return self.raised(Call(self.word() + self.subscript(), self.arguments()))
        ahead = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else ""
        if token == "\\log" and ahead == "\\sigma":
            self.take()
            self.take()
            return self.raised(Call("logsigma", self.arguments()))
        if token in FUNCTIONS and ahead == "(":
            return self.raised(Call(self.take().lstrip("\\"), self.arguments()))
        return self.name()

    def arguments(self, opening: str = "(", closing: str = ")") -> tuple[Expr, ...]:
        """Expressions in brackets, separated by commas or semicolons."""
        self.take(opening)
        result = [self.expression()]
        while self.next in (",", ";"):
            self.take()
            result.append(self.expression())
        self.take(closing)
        return tuple(result)

    def group(self) -> Expr:
        """An expression in braces."""
        return self.arguments("{", "}")[0]

    def cases(self) -> Expr:
        """Two cases, the second of them otherwise; cases nest."""
        self.take("\\begin")
        self.word()
        yes = self.expression()
        self.take("&")
        test = self.expression()
        self.take("\\\\")
        no = self.expression()
        self.take("&")
        self.take("\\text")
        self.word()
        self.take("\\end")
        self.word()
        return Call("where", (test, yes, no))

    def ones(self) -> Expr:
        """A bold 1: a vector of ones, or with a condition in brackets the number that says whether it holds."""
        self.take("\\mathbf")
        self.word()
        if self.next == "[":
            return Call("indicator", self.arguments("[", "]"))
        return self.raised(Call("ones"))

    def word(self) -> str:
        """What stands in braces, or the one token ahead, as a word."""
        if self.next != "{":
            return self.take().lstrip("\\")
        self.take("{")
        parts = []
        while self.next != "}":
            part = self.accented() if self.next in ACCENTS | {"\\mathrm"} else self.take().lstrip("\\")
            parts.append(part)
        self.take("}")
        return "".join(parts)

    def subscript(self) -> str:
        """A subscript as ``_word``; empty if there is none."""
        if self.next != "_":
            return ""
        self.take()
        return "_" + self.word()

    def accented(self) -> str:
        """The letter of a name with its accents: ``\\tilde{h}`` is ``h_tilde``; ``\\Delta t`` is one letter."""
        token = self.take()
        if token in ACCENTS or token == "\\log":
            inner = self.word() if self.next == "{" else self.accented()
            return f"{inner}_{token.lstrip(chr(92))}"
        if token == "\\mathrm":
            return self.word()
        if token == "\\Delta" and self.next == "t":
            self.take()
            return "Delta_t"
        if self.next == "'":
            self.take()
            return token + "_prime"
        return {"\\imath": "i"}.get(token, token.lstrip("\\"))

    def name(self) -> Expr:
        """A name with its subscripts and superscripts, of which some mean a time, a copy or an operation."""
        upright = self.tokens[self.at : self.at + 4] == ["\\mathrm", "{", "i", "}"]
        word, time = self.accented(), ""
        if upright:
            return Call("imaginary")
        if word == "I" and self.next == "_":
            return Call("identity" + self.subscript())
        while self.next in ("_", "^"):
            raised, start = self.next == "^", self.at
            self.take()
            text = self.word()
            if raised and (text in OPERATIONS or re.fullmatch(r"\([a-z]\)|\[\d\]", text)):
                self.at = start
                break
            if not raised and re.fullmatch(r"t(-[1a-z])?", text):
                time = text
            else:
                word += "_" + text.strip("()")
        return self.raised(Name(word, time))

    def raised(self, left: Expr) -> Expr:
        """Operations written as superscripts: transpose, inverse, square, copy ``(l)``, part ``[1]``."""
        while self.next == "^":
            self.take()
            text = self.word()
            if text in OPERATIONS:
                left = Call(OPERATIONS[text], (left,))
            elif text.startswith("[") or not isinstance(left, Name):
                left = Call("part" + text.strip("[]"), (left,))
            else:
                left = Name(left.word, left.time, text.strip("()"))
        return left


OPERATIONS = {"top": "transpose", "-1": "inverse", "odot2": "square"}
LOOP = re.compile(r"\\textbf\{for \} (\w)=1,\\dots,(\w):")


def read(lines: list[str]) -> tuple[Assign | Loop, ...]:
    """The equations of a cell, line by line; indented lines belong to the loop above them."""
    result: list[Assign | Loop] = []
    for line in lines:
        heading = LOOP.fullmatch(line)
        if heading:
            result.append(Loop(heading[1], heading[2], ()))
        elif line.startswith("\\quad"):
            loop = result.pop()
            if not isinstance(loop, Loop):
                raise ValueError(f"{line} is indented below no loop")
            result.append(Loop(loop.index, loop.count, (*loop.body, Reader(line).line())))
        else:
            result.append(Reader(line).line())
    return tuple(result)
