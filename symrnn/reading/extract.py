"""Where the mathematics of a text stands: displays and inline formulas of Markdown, TeX and plain text.

Only places are found here, in the text itself, so that every message can name the file's own line and column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from symrnn.reading.source import Source, Span

DISPLAY, INLINE, PLAIN = "display", "inline", "plain"
MAX_BLOCKS = 20_000
MAX_BLOCK = 100_000  # characters of one formula; a thousand equations in one environment are shorter
ENVIRONMENTS = (
    r"equation|align|aligned|alignat|alignedat|gather|gathered|multline|eqnarray|flalign|displaymath|math|split|array|"
    r"dmath|dgroup|IEEEeqnarray|subequations"
)
MARKS = re.compile(
    r"(?P<fence>^[ \t]*(?P<ticks>```+|~~~+)[ \t]*(?P<language>[\w{}=. -]*)\n)"
    r"|(?P<heading>^[ \t]{0,3}\#{1,6}[ \t]+(?P<title>[^\n]*))"
    r"|(?P<section>\\(?:chapter|section|subsection|subsubsection|paragraph)\*?[ \t]*\{(?P<name>[^{}\n]*)\})"
    r"|(?P<html><!--.*?-->)"
    r"|(?P<directive>^(?P<margin>[ \t]*)\.\.[ ]math::[ \t]*)"
    r"|(?P<role>:math:`(?P<inner>[^`]+)`)"
    r"|(?P<code>(?<!`)(?P<quote>`+)(?!`)(?:(?!\n[ \t]*\n).)*?(?<!`)(?P=quote)(?!`))"
    r"|(?P<verbatim>\\begin\{(?P<listing>verbatim|lstlisting|minted|comment)\}.*?\\end\{(?P=listing)\})"
    r"|(?P<comment>(?<!\\)%[^\n]*)"
    r"|(?P<escaped>\\[$%\\](?!\[|\())"
    r"|(?P<double>\$\$)"
    r"|(?P<bracket>\\\[)"
    r"|(?P<round>\\\()"
    rf"|(?P<begin>\\begin\{{(?P<environment>(?:{ENVIRONMENTS})\*?)\}})"
    r"|(?P<dollar>\$)",
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)
MATH = re.compile(
    r"\$|\\\[|\\\(|^[ \t]*```+[ \t]*\{?math|^[ \t]*\.\. math::|:math:`"
    r"|\\begin\{(?:document|equation|align|gather|multline|eqnarray)\*?\}",
    re.M,
)
PAIRED = {"double": re.compile(r"(?<!\\)\$\$"), "bracket": re.compile(r"\\\]"), "round": re.compile(r"\\\)")}


@dataclass(frozen=True)
class Block:
    """A piece of mathematics: where it stands, how it is set, and the headings above it."""

    span: Span
    kind: str
    headings: tuple[str, ...] = ()
    number: int = 0
    breaks: frozenset[int] = frozenset()


def extract(source: Source, kind: str) -> list[Block]:
    """The blocks of a text; ``kind`` is ``markdown``, ``tex``, ``plain``, or empty where the text decides."""
    if kind == "" and not MATH.search(source.text):
        return bare(source)
    if kind == "plain" and not MATH.search(source.text):
        return bare(source)
    return _Scanner(source, kind).run()


def bare(source: Source) -> list[Block]:
    """A text that is one formula, or one in each line where it has no LaTeX."""
    text = source.text
    if not text.strip():
        return []
    if "\\" in text and len(text) > MAX_BLOCK:
        return [Block(Span(0, len(text)), DISPLAY)]
    if "\\" in text:
        return [Block(Span(0, len(text)), DISPLAY, breaks=_breaks(text))]
    blocks = []
    for match in re.finditer(r"[^\n]+", text):
        blocks.append(Block(Span(match.start(), match.end()), PLAIN))
    return blocks


def _breaks(text: str) -> frozenset[int]:
    """The line ends that part two equations, in LaTeX that has no environment and no line breaks of its own."""
    if "\\begin{" in text.split("\n", 1)[0]:
        return frozenset()
    found, depth = [], 0
    for match in re.finditer(r"\\begin|\\end|\\.|[{}]|\n[ \t]*", text):
        piece = match[0]
        depth += {"{": 1, "}": -1, "\\begin": 1, "\\end": -1}.get(piece, 0)
        if piece == "\\\\" and depth <= 0:
            return frozenset()
        following = text[match.end() : match.end() + 10]
        goes_on = following[:1] in "+-=&*/" or following.startswith((r"\odot", r"\cdot", r"\circ", r"\times"))
        if piece[0] == "\n" and depth <= 0 and following and not goes_on:
            found.append(match.start())
    return frozenset(found)


def _behind_options(text: str, start: int, end: int) -> int:
    """Where a directive's own text begins, behind lines such as ``:label: name``."""
    options = re.compile(r"(?:\s*^[ \t]*:[\w-]+:[^\n]*$)+", re.MULTILINE).match(text, start, end)
    return options.end() if options else start


class _Scanner:
    def __init__(self, source: Source, kind: str) -> None:
        self.text = source.text
        self.tex = kind == "tex" or "\\begin{document}" in self.text
        self.headings: list[tuple[int, str]] = []
        self.blocks: list[Block] = []
        self.number = 0

    def run(self) -> list[Block]:
        at = 0
        while (match := MARKS.search(self.text, at)) and self.number < MAX_BLOCKS:
            at = max(self._mark(match), match.start() + 1)
        return self.blocks

    def _mark(self, match: re.Match[str]) -> int:
        """Take down what a mark begins; the place where to go on."""
        found = next(name for name in ("fence", "heading", "section", "html", "directive", "role", "code",
                                       "verbatim", "comment", "escaped",
                                       "double", "bracket", "round", "begin", "dollar") if match[name])  # fmt: skip
        if found == "fence":
            return self._fence(match)
        if found in ("heading", "section"):
            self._heading(match, found)
            return match.end()
        if found == "comment" and not self.tex:
            return match.start() + 1
        if found == "code" and self.tex:
            return match.start() + 1
        if found in PAIRED:
            return self._paired(match, PAIRED[found], INLINE if found == "round" else DISPLAY)
        if found == "begin":
            return self._environment(match)
        if found == "directive":
            return self._directive(match)
        if found == "role":
            self._add(match.start("inner"), match.end("inner"), INLINE)
            return match.end()
        if found == "dollar":
            return self._dollar(match)
        return match.end()

    def _fence(self, match: re.Match[str]) -> int:
        ticks = match["ticks"]
        closing = re.compile(rf"^[ \t]*{re.escape(ticks[0])}{{{len(ticks)},}}[ \t]*$", re.MULTILINE)
        end = closing.search(self.text, match.end())
        stop = end.start() if end else len(self.text)
        if match["language"].strip().lower() in ("math", "latex", "tex", "{math}"):
            self._add(_behind_options(self.text, match.end(), stop), stop, DISPLAY)
        return end.end() if end else stop

    def _directive(self, match: re.Match[str]) -> int:
        """The formulas of a ``.. math::`` directive: the rest of its line, and the lines that are indented more."""
        margin = re.escape(match["margin"])
        body = re.compile(rf"[^\n]*\n?(?:(?:{margin}[ \t]+[^\n]*|[ \t]*)(?:\n|\Z))*").match(self.text, match.end())
        stop = body.end() if body is not None else match.end()
        start = _behind_options(self.text, match.end(), stop)
        for part in re.finditer(r"(?:[^\n]*\S[^\n]*(?:\n|\Z))+", self.text[start:stop]):
            self._add(start + part.start(), start + part.end(), DISPLAY)
        return stop

    def _heading(self, match: re.Match[str], found: str) -> None:
        if found == "heading":
            if self.tex:
                return
            title, level = match["title"], match["heading"].split()[0].count("#")
        else:
            title = match["name"]
            level = {"cha": 1, "sec": 2, "par": 5}.get(match["section"][1:4], 3)
            level += match["section"].count("sub") if match["section"].startswith("\\sub") else 0
        self.headings = [(depth, name) for depth, name in self.headings if depth < level]
        self.headings.append((level, title.strip().rstrip("#").strip()))

    def _paired(self, match: re.Match[str], closing: re.Pattern[str], kind: str) -> int:
        end = closing.search(self.text, match.end())
        if end is None:
            # An opening without an end: what follows up to the next empty line is read, so that the error has a place.
            empty = re.compile(r"\n[ \t]*\n").search(self.text, match.end())
            stop = empty.start() if empty else len(self.text)
            self._add(match.end(), stop, kind)
            return stop
        self._add(match.end(), end.start(), kind)
        return end.end()

    def _environment(self, match: re.Match[str]) -> int:
        name = match["environment"]
        closing = re.compile(rf"\\end\{{{re.escape(name)}\}}")
        end = closing.search(self.text, match.end())
        stop = end.end() if end else len(self.text)
        self._add(match.start(), stop, DISPLAY)
        return stop

    def _dollar(self, match: re.Match[str]) -> int:
        start = match.end()
        end = re.compile(r"(?<!\\)\$|\n[ \t]*\n").search(self.text, start)
        if end is None or end[0] != "$" or end.start() == start:
            return start
        inner = self.text[start : end.start()]
        lopsided = inner[0].isspace() != inner[-1].isspace()
        if not self.tex and (lopsided or self.text[end.end() : end.end() + 1].isdigit()):
            return start
        self._add(start, end.start(), INLINE)
        return end.end()

    def _add(self, start: int, end: int, kind: str) -> None:
        if self.text[start:end].strip():
            self.number += 1
            names = tuple(name for _, name in self.headings)
            self.blocks.append(Block(Span(start, end), kind, names, self.number))
