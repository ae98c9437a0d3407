r"""A text cut into lexemes: commands, letters, numbers and signs, each with its place; ``\newcommand`` put in.

A macro is expanded here, on lexemes: whatever it stands for has the place of the call. Expansion is bounded, so that a
macro that refers to itself ends in an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from symrnn.reading.diagnostics import ReadError
from symrnn.reading.source import Span

MAX_EXPANSIONS = 2_000
MAX_LEXEMES = 200_000
SCAN = re.compile(r"\\[A-Za-z]+\*?|\\.|%[^\n]*(?:\n[ \t]*)?|[A-Za-z]+|\d+(?:\.\d+)?|\.\d+|#\d|\s+|.", re.DOTALL)
DEFINES = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand)\*?\s*(?:\{\s*(\\[A-Za-z]+)\s*\}|(\\[A-Za-z]+))\s*(?:\[(\d)\])?(\[[^\]]*\])?\s*\{"
    r"|\\def\s*(\\[A-Za-z]+)((?:#\d)*)\s*\{"
    r"|\\DeclareMathOperator(\*?)\s*\{\s*(\\[A-Za-z]+)\s*\}\s*\{"
)


class Lexeme(NamedTuple):
    """A piece of text and where it stands."""

    text: str
    start: int
    end: int


class Macro(NamedTuple):
    """What a command of the author's own stands for: how many arguments it takes, and its body."""

    arity: int
    body: tuple[Lexeme, ...]
    default: str | None = None


def scan(text: str, start: int, end: int) -> list[Lexeme]:
    """The lexemes of a part of a text, without comments; white space is one lexeme."""
    found = []
    for match in SCAN.finditer(text, start, end):
        piece = match[0]
        if piece[0] == "%" and len(piece) >= 1:
            continue
        found.append(Lexeme(piece, match.start(), match.end()))
    return found


def macros(text: str) -> tuple[dict[str, Macro], list[Span]]:
    """The commands that a text defines, and the spans of their definitions."""
    found: dict[str, Macro] = {}
    spans: list[Span] = []
    if "\\" not in text or not DEFINES.search(text):
        return found, spans
    for match in DEFINES.finditer(text):
        end = closing(text, match.end() - 1)
        if end is None:
            continue
        name = match[1] or match[2] or match[5] or match[8]
        body = scan(text, match.end(), end)
        if match[8]:
            word = text[match.end() : end]
            body = [Lexeme("\\operatorname", 0, 0), Lexeme("{", 0, 0), *scan(word, 0, len(word)), Lexeme("}", 0, 0)]
        arity = int(match[3] or 0) or len(match[6] or "") // 2
        default = match[4][1:-1] if match[4] else None
        found[name] = Macro(arity, tuple(body), default)
        spans.append(Span(match.start(), end + 1))
    return found, spans


def closing(text: str, opened: int) -> int | None:
    """Where the brace that is opened at ``opened`` is closed, None where it never is."""
    depth = 0
    for match in re.finditer(r"\\.|[{}]", text[opened:], re.DOTALL):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth -= 1
            if not depth:
                return opened + match.start()
    return None


def expanded(lexemes: list[Lexeme], known: Mapping[str, Macro]) -> list[Lexeme]:
    """The lexemes with every macro replaced by what it stands for; ReadError where that does not end."""
    if not known or not any(lexeme.text in known for lexeme in lexemes):
        return lexemes
    stack = list(reversed(lexemes))
    done: list[Lexeme] = []
    count = 0
    while stack:
        lexeme = stack.pop()
        macro = known.get(lexeme.text)
        if macro is None:
            done.append(lexeme)
            continue
        count += 1
        if count > MAX_EXPANSIONS or len(done) + len(stack) > MAX_LEXEMES:
            message = f"{lexeme.text} is expanded without end; its definition refers to itself"
            raise ReadError("PARSE-ERROR", Span(lexeme.start, lexeme.end), message)
        arguments, end = _arguments(stack, macro, lexeme)
        stack.extend(reversed(list(_filled(macro, arguments, lexeme.start, end))))
    return done


def _arguments(stack: list[Lexeme], macro: Macro, call: Lexeme) -> tuple[list[list[Lexeme]], int]:
    """The arguments of a call, taken off the stack, and where the last one ends."""
    arguments: list[list[Lexeme]] = []
    end = call.end
    if macro.default is not None:
        given = [Lexeme(macro.default, call.start, call.end)]
        if stack and stack[-1].text == "[":
            stack.pop()
            given = []
            while stack and (piece := stack.pop()).text != "]":
                given.append(piece)
        arguments.append(given)
    while len(arguments) < macro.arity:
        while stack and stack[-1].text.isspace():
            stack.pop()
        if not stack:
            raise ReadError("PARSE-ERROR", Span(call.start, call.end), f"{call.text} takes {macro.arity} arguments")
        taken, depth = [stack.pop()], 0
        if taken[0].text == "{":
            depth = 1
            while stack and depth:
                taken.append(stack.pop())
                depth += {"{": 1, "}": -1}.get(taken[-1].text, 0)
        elif len(taken[0].text) > 1 and taken[0].text.isalpha():
            first = taken[0]
            stack.append(Lexeme(first.text[1:], first.start + 1, first.end))
            taken = [Lexeme(first.text[0], first.start, first.start + 1)]
        end = max(end, taken[-1].end)
        arguments.append(taken)
    return arguments, end


def _filled(macro: Macro, arguments: list[list[Lexeme]], start: int, end: int) -> Iterator[Lexeme]:
    """The body with its arguments put in; its own lexemes stand where the call stands."""
    for lexeme in macro.body:
        number = int(lexeme.text[1]) if lexeme.text[0] == "#" and len(lexeme.text) == 2 else 0
        if 0 < number <= len(arguments):
            yield from arguments[number - 1]
        else:
            yield Lexeme(lexeme.text, start, end)
