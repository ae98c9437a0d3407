"""The tables of ``symrnn bench``."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from symrnn.benchmark.contest import TEXTBOOK, Row
from symrnn.benchmark.elsewhere import WITHIN, unlike

WIDTH = 200  # of a table that no terminal cuts


def report_text(rows: Sequence[Row], machine: Mapping[str, str]) -> str:
    """Tables of time and memory for every cell, what is to be said about them, and the machine."""
    parts = []
    for cell in dict.fromkeys(row.cell for row in rows):
        own = [row for row in rows if row.cell == cell]
        parts += [_times(cell, own), _memory(own), *_remarks(own)]
    parts.append("; ".join(f"{name} {value}" for name, value in machine.items()))
    return "\n".join(parts)


def _times(cell: str, rows: Sequence[Row]) -> str:
    """Times over that of the bound, one line for each shape and dtype."""
    names = list(dict.fromkeys(name for row in rows for name in row.ratios))
    by = " or ".join(dict.fromkeys(row.bound_by for row in rows))
    title = f"{cell}: time of a training step by that of its matrix products alone, the bound ({by}); one thread"
    head = ["B,T,n_x,n", "dtype", "bound ms", *names, *(f"{n}/{TEXTBOOK}" for n in names[:1] if n != TEXTBOOK)]
    lines = []
    for row in rows:
        figures = [figure(row.ratios.get(name)) for name in names]
        best = [figure(row.ratios[n] / row.ratios[TEXTBOOK]) for n in names[:1] if n != TEXTBOOK]
        lines.append([_shape(row), row.dtype, figure(row.bound_ms), *figures, *best])
    return _table(title, head, lines)


def _memory(rows: Sequence[Row]) -> str:
    """Memory per step, one line for each shape."""
    names = list(dict.fromkeys(name for row in rows for name in row.memory))
    shapes = {_shape(row): row for row in reversed(rows)}
    lines = [[shape, *(figure(row.memory.get(name)) for name in names)] for shape, row in reversed(shapes.items())]
    title = "Memory per step in units of B·n·itemsize: what is kept, outputs and gradients of inputs included"
    return _table(title, ["B,T,n_x,n", *names], lines)


def _remarks(rows: Sequence[Row]) -> list[str]:
    """Who was not timed and why, and whose ratio is not what it was elsewhere."""
    lines = dict.fromkeys(f"{name} was not timed: {note}" for row in rows for name, note in row.notes.items())
    for row in rows:
        for name, here, there in unlike(row):
            where = f"{name} at {_shape(row)} {row.dtype}"
            lines[f"{where}: {figure(here)} here, {figure(there)} on another machine"] = None
    found = list(lines)
    if any(" on another machine" in line for line in found):
        found.append(f"Ratios within {WITHIN:.0%} of those of the other machine are not listed.")
    return [*found, ""] if found else []


def figure(value: float | None) -> str:
    """Three digits, or a dash for what there is not."""
    return "-" if value is None else f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def _shape(row: Row) -> str:
    return ",".join(map(str, row.sizes))


def _table(title: str, head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A table as text, the same in a terminal and in a pipe."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for k, name in enumerate(head):
        drawn.add_column(name, justify="left" if k == 0 or name == "dtype" else "right", no_wrap=True)
    for line in lines:
        drawn.add_row(*line)
    out = io.StringIO()
    Console(file=out, width=WIDTH, color_system=None, force_terminal=False).print(drawn)
    return "\n".join([title, *(text.rstrip() for text in out.getvalue().splitlines())])
