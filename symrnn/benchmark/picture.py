"""Growth as a picture: time per step above, memory per step below, against n, B and T.

matplotlib is the extra ``plot``; it is imported when a picture is drawn, and by nothing else.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from symrnn.benchmark.growth import BOUND, PLACE, Point
from symrnn.errors import UsageError

COLORS = {BOUND: "black", "NumPy": "tab:blue", "C": "tab:red", "textbook": "tab:orange"}
CHECKPOINTED = ":"  # the line of a kernel that keeps some states only, in the color of the kernel
FORMATS = (".png", ".svg", ".pdf")


def check(path: Path) -> None:
    """UsageError unless a picture can be drawn and written there."""
    if importlib.util.find_spec("matplotlib") is None:
        raise UsageError("--plot needs matplotlib, which is the extra plot: pip install 'symrnn[plot]'")
    if path.suffix not in FORMATS:
        raise UsageError(f"{path}: a picture is one of {', '.join(FORMATS)}")
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent} is no folder to write {path.name} to")


def draw(cell: str, points: Sequence[Point], path: Path) -> None:
    """Write the picture of one cell. Raises UsageError where it cannot be written."""
    check(path)
    figure = importlib.import_module("matplotlib.figure").Figure(figsize=(12, 7), layout="constrained")
    axes = figure.subplots(2, 3, sharex="col")
    for column, axis in enumerate(dict.fromkeys(p.axis for p in points)):
        own = [p for p in points if p.axis == axis]
        _panel(axes[0][column], [(p.at, p.microseconds) for p in own])
        _panel(axes[1][column], [(p.at, p.kilobytes) for p in own])
        axes[0][column].set_title(_fixed(own[0]))
        axes[1][column].set_xlabel(axis)
    axes[0][0].set_ylabel("time per step, µs")
    axes[1][0].set_ylabel("memory per step, kB")
    lines = {line.get_label(): line for panel in axes[0] for line in panel.get_lines()}
    figure.legend(lines.values(), lines.keys(), loc="outside lower center", ncols=len(lines), frameon=False)
    figure.suptitle(f"{cell}: a training step, forward and backward, {points[0].dtype}, one thread")
    # Without a date and with names that are not random, the same figures are the same file.
    date = {".svg": "Date", ".pdf": "CreationDate"}.get(path.suffix)
    try:
        with importlib.import_module("matplotlib").rc_context({"svg.hashsalt": "symrnn"}):
            figure.savefig(path, dpi=120, metadata={date: None} if date else None)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error


def _panel(axes: Any, points: Sequence[tuple[int, Any]]) -> None:
    """Lines of all contenders in one panel, both axes logarithmic."""
    names = list(dict.fromkeys(name for _, values in points for name in values))
    for name in names:
        known = [(at, values[name]) for at, values in points if name in values]
        kernel, _, checkpoint = name.partition(", ")
        style = "--" if name == BOUND else CHECKPOINTED if checkpoint else "-"
        axes.plot(*zip(*known, strict=True), style, marker="o", markersize=3, label=name, color=COLORS.get(kernel))
    places = [at for at, _ in points]
    axes.set_xscale("log")
    axes.set_xticks(places, [_short(at) for at in places])
    axes.minorticks_off()
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    if high < 10 * low:  # a decade at least, so that what stays the same looks so
        axes.set_ylim((low * high / 10) ** 0.5, (low * high * 10) ** 0.5)
    axes.grid(True, which="major", alpha=0.3)


def _short(number: int) -> str:
    return f"{number // 1000}k" if number >= 1000 and number % 1000 == 0 else str(number)


def _fixed(point: Point) -> str:
    """The sizes that stay the same along an axis."""
    return ", ".join(f"{name} = {point.sizes[place]}" for name, place in PLACE.items() if name != point.axis)
