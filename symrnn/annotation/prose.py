"""The prose of a note as HTML: headings, lists, quotes, code, emphasis; anything else as plain text.

Formulas have been exchanged for placeholders before. Whatever the note says is escaped: no markup of its own comes
through, no picture is loaded, and a link is followed only where it leads to another page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from symrnn.document.html_printer import plain

HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t#]*$")
SECTION = re.compile(r"\\((?:sub)*)(?:section|chapter|paragraph)\*?[ \t]*\{([^{}\n]*)\}")
ITEM = re.compile(r"( *)(?:[-*+]|\d{1,3}[.)])[ \t]+(.*)$")
FENCE = re.compile(r" *(```+|~~~+)")
LINK = re.compile(r"\[([^\[\]]*)\]\((https?://[^\s()<>\"']*)\)")
PICTURE = re.compile(r"!\[([^\[\]]*)\]\([^()]*\)")
CODE = re.compile(r"`([^`]+)`")
# No mark reaches over another one, so that what comes out is well formed.
MARKS = (
    (re.compile(r"\*\*([^*<>]+)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"(?<![\w*])\*([^*<>\s][^*<>]*)\*(?![\w*])"), r"<em>\1</em>"),
)


def paragraphs(text: str, tex: bool = False) -> str:
    """A text as a sequence of block elements."""
    lines = _without_commands(text) if tex else text.splitlines()
    return "\n".join(_blocks(iter([*lines, ""]), tex))


def _without_commands(text: str) -> list[str]:
    """A TeX source without its preamble and comments; sections become headings."""
    body = text.partition("\\begin{document}")[2].partition("\\end{document}")[0] or text
    lines = []
    for line in body.splitlines():
        line = re.sub(r"(?<!\\)%.*", "", line)
        found = SECTION.search(line)
        lines += ["", f"{'#' * (2 + found[1].count('sub'))} {found[2]}", ""] if found else [line]
    return lines


def _blocks(lines: Iterator[str], tex: bool) -> Iterator[str]:
    waiting: list[str] = []
    for line in lines:
        fence = FENCE.match(line)
        heading = HEADING.match(line)
        if fence and not tex:
            yield from _flushed(waiting)
            yield _code(lines, fence[1])
        elif heading:
            yield from _flushed(waiting)
            level = len(heading[1])
            yield f"<h{level}>{inline(heading[2])}</h{level}>"
        elif not line.strip():
            yield from _flushed(waiting)
        else:
            waiting.append(line)


def _code(lines: Iterator[str], fence: str) -> str:
    content = []
    for line in lines:
        if line.strip().startswith(fence):
            break
        content.append(line)
    text = "\n".join(map(plain, content))
    return f"<pre>{text}</pre>"


def _flushed(waiting: list[str]) -> Iterator[str]:
    """The lines gathered so far as a list, a quote or a paragraph."""
    lines = list(waiting)
    waiting.clear()
    if not lines:
        return
    if all(line.lstrip().startswith(">") for line in lines):
        inner = [line.lstrip().removeprefix(">").removeprefix(" ") for line in lines]
        yield f"<blockquote>{paragraphs(chr(10).join(inner))}</blockquote>"
    elif any(ITEM.match(line) for line in lines):
        yield from _list(lines)
    elif all(set(line.strip()) <= set("-*_ ") and len(line.strip()) > 2 for line in lines):
        yield "<hr/>"
    else:
        yield f"<p>{inline(chr(10).join(lines))}</p>"


def _list(lines: Iterable[str]) -> Iterator[str]:
    """Items with what follows them; what stands before the first is a paragraph."""
    items: list[str] = []
    before: list[str] = []
    for line in lines:
        found = ITEM.match(line)
        if found:
            items.append(found[2])
        elif items:
            items[-1] += "\n" + line.strip()
        else:
            before.append(line)
    if before:
        yield f"<p>{inline(chr(10).join(before))}</p>"
    yield "<ul>" + "".join(f"<li>{inline(item)}</li>" for item in items) + "</ul>"


def inline(text: str) -> str:
    """Text of a paragraph, escaped, with emphasis, code and links."""
    for _ in range(2):  # a picture may be put in the place of a picture's address
        text = PICTURE.sub(lambda m: f"[{m[1]}]" if m[1] else "", text)
    parts, at = [], 0
    for found in LINK.finditer(text):
        parts.append(_marked(text[at : found.start()]))
        parts.append(f'<a href="{plain(found[2])}" rel="noreferrer">{_marked(found[1])}</a>')
        at = found.end()
    return "".join([*parts, _marked(text[at:])])


def _marked(text: str) -> str:
    pieces = CODE.split("\n".join(plain(line) for line in text.split("\n")))
    for place, piece in enumerate(pieces):
        if place % 2:
            pieces[place] = f"<code>{piece}</code>"
            continue
        for pattern, shown in MARKS:
            piece = pattern.sub(shown, piece)
        pieces[place] = piece
    return "".join(pieces)
