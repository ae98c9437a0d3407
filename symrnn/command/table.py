"""Rows as text in columns, the same in a terminal and in a pipe."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def aligned(rows: Sequence[Sequence[str]], gap: str = "  ") -> str:
    """Left-aligned columns as wide as their longest entry; the last column runs free."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    padded = ([cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)] for row in rows)
    return "\n".join(gap.join(row).rstrip() for row in padded)


def _width(text: str) -> int:
    """Columns that a terminal uses: combining marks take none, wide characters two."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
