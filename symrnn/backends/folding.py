"""Long lines of emitted Python broken as a formatter would: inside brackets, at operators, comments at words."""

from __future__ import annotations

import textwrap
from itertools import pairwise

WIDTH = 116
OPENING, CLOSING = "([{", ")]}"


def fold(line: str, width: int = WIDTH) -> str:
    """One line of a module as one or more; strings stay whole."""
    if len(line) <= width:
        return line
    body = line.lstrip()
    indent = line[: len(line) - len(body)]
    if body.startswith("#"):
        return _wrapped(line, f"{indent}#     ", width)
    code, hash_, note = line.partition("  # ")
    if hash_ and note:
        return f"{fold(f'{indent}# {note}', width)}\n{fold(code, width)}"
    if body.startswith("return ") and len(values := _split(body.removeprefix("return "), ",")) > 1:
        return "\n".join([f"{indent}return (", *(fold(f"{indent}    {v},", width) for v in values), f"{indent})"])
    parts = _brackets(line)
    if parts is not None:
        head, items, tail = parts
        return "\n".join([head, *(fold(f"{indent}    {item},", width) for item in items), f"{indent}{tail}"])
    name, sign, value = body.partition(" = ")
    if sign and name.isidentifier() and len(terms := _split(value, "+-")) > 1:
        return "\n".join([f"{indent}{name} = (", *(f"{indent}    {term}" for term in terms), f"{indent})"])
    return line


def fold_text(line: str, width: int = WIDTH) -> list[str]:
    """A line of a docstring as one or more; what continues it is indented."""
    indent = line[: len(line) - len(line.lstrip())]
    return _wrapped(line, f"{indent}    ", width).split("\n")


def _wrapped(line: str, further: str, width: int) -> str:
    return textwrap.fill(line, width, subsequent_indent=further, break_long_words=False, break_on_hyphens=False)


def _split(text: str, signs: str) -> list[str]:
    """A text cut at commas, or before operators that stand between spaces, outside of brackets and strings."""
    depth, quoted, cuts = 0, False, [0]
    for k, c in enumerate(text):
        quoted ^= c == '"'
        if quoted:
            continue
        depth += (c in OPENING) - (c in CLOSING)
        if depth == 0 and c in signs and (c == "," or text[k - 1 : k + 2] == f" {c} "):
            cuts.append(k)
    return [text[a:b].strip(" ,") for a, b in pairwise([*cuts, len(text)])]


def _brackets(line: str) -> tuple[str, list[str], str] | None:
    """A line as what stands before its first bracket with several items, the items, and the rest."""
    body = line.lstrip()
    if body.startswith(("raise", 'f"')):
        return None
    listed = body.startswith("[")  # a list, where any other square bracket is an index
    depth, start, cuts, quoted = 0, -1, [], False
    for k, c in enumerate(line):
        quoted ^= c == '"'
        if quoted:
            continue
        if c in OPENING:
            depth += 1
            if depth == 1:
                start, cuts = k, [k]
        elif c in CLOSING:
            depth -= 1
            if depth == 0 and (len(cuts) > 1 or k - start > WIDTH // 2) and (c != "]" or listed):
                items = [line[a + 1 : b].strip() for a, b in pairwise([*cuts, k])]
                return line[: start + 1], [i for i in items if i], line[k:]
        elif c == "," and depth == 1:
            cuts.append(k)
    return None
