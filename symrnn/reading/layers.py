"""Layers one above the other: ``h_t^{l} = f(h_t^{l-1}, h_{t-1}^{l})`` is one layer, and what lies below is its input.

A recursion over layers at one step, in which no layer has a past of its own, cannot be told from this and is refused.
"""

from __future__ import annotations

from collections.abc import Iterable

from symrnn.reading.diagnostics import Report
from symrnn.reading.source import Span


class Layers:
    """The names of one statement that lie a layer below another, and those that have a past."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.below: list[tuple[Span, str, str]] = []
        self.own: set[tuple[str, str]] = set()

    def past(self, base: str, labels: Iterable[str]) -> None:
        """A letter with these labels is read at an earlier step."""
        self.own |= {(base, label) for label in labels}

    def finish(self) -> None:
        """Say of each name a layer below whether it is an input or part of a recursion."""
        for span, base, letter in self.below:
            if (base, letter) in self.own and letter in "lLn":
                message = f"{letter}-1 is the layer below: its {base} is an input of layer {letter}"
                self.report.add("COMPONENT-FORM", span, message)
            else:
                message = f"a recursion over the index {letter} (micro-steps, layers) is not read; unroll it by hand"
                self.report.add("UNSUPPORTED", span, message)
