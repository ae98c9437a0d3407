"""A text with its file's name, places in it, and the source line with carets under a place."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Span:
    """Characters ``start`` (included) to ``end`` (excluded) of a source."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """The span from here to the end of another one."""
        return Span(min(self.start, other.start), max(self.end, other.end))


@dataclass(frozen=True)
class Source:
    """A text and where it came from; lines and columns count from 1."""

    text: str
    file: str = "text"
    starts: tuple[int, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        starts = [0, *(index + 1 for index, letter in enumerate(self.text) if letter == "\n")]
        object.__setattr__(self, "starts", tuple(starts))

    def place(self, offset: int) -> tuple[int, int]:
        """The line and the column of a character."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line without its end."""
        end = self.starts[number] - 1 if number < len(self.starts) else len(self.text)
        return self.text[self.starts[number - 1] : end].rstrip("\r")

    def slice(self, span: Span) -> str:
        """The characters of a span."""
        return self.text[span.start : span.end]
