"""What ``symrnn bench`` measures, and the process with one thread that it measures in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from symrnn.benchmark.contest import KERNELS, Contest, Row
from symrnn.benchmark.growth import AXES, Point, point
from symrnn.benchmark.machine import ONE_THREAD, facts
from symrnn.benchmark.picture import check as check_picture
from symrnn.benchmark.picture import draw
from symrnn.benchmark.problem import TOLERANCE, problem, sizes_from
from symrnn.command.progress import watched
from symrnn.command.timing_text import report_text
from symrnn.errors import UsageError
from symrnn.loading import find_all

SHAPES = ("1,100,32,32", "8,50,64,64", "32,100,128,128")  # B,T,n_x,n


@dataclass(frozen=True)
class Order:
    """What was asked for: cells and shapes as texts, dtypes, backends (none: all there are), runs of each."""

    cells: tuple[str, ...]
    shapes: tuple[str, ...] = SHAPES
    dtypes: tuple[str, ...] = tuple(sorted(TOLERANCE))
    backends: tuple[str, ...] = ()
    repeats: int = 15
    peers: bool = True
    plot: Path | None = None
    as_json: bool = False

    def check(self) -> None:
        """UsageError for anything that there is none of."""
        find_all(self.cells)
        if self.plot:
            check_picture(self.plot)
        for shape in self.shapes:
            sizes_from(shape)
        for known, asked, what in ((TOLERANCE, self.dtypes, "dtype"), (KERNELS, self.backends, "kernel to time")):
            for name in asked:
                if name not in known:
                    raise UsageError(f"there is no {what} {name!r}; there is {', '.join(sorted(known))}")

    def arguments(self) -> list[str]:
        """The command line that asks for the same."""
        options = [("--shape", s) for s in self.shapes] + [("--dtype", d) for d in self.dtypes]
        options += [("--backend", b) for b in self.backends] + [("--repeats", str(self.repeats))]
        options += [("--plot", str(self.plot))] if self.plot else []
        flags = ["--json"] * self.as_json + ["--no-peers"] * (not self.peers)
        return ["bench", *self.cells, *(word for option in options for word in option), *flags]


def pinned() -> bool:
    """Whether this process runs its matrix products on one thread."""
    return all(os.environ.get(name) == value for name, value in ONE_THREAD.items())


def run_pinned(arguments: Sequence[str]) -> int:
    """Run the command line again in a process with one thread; its exit code."""
    environment = {**os.environ, **ONE_THREAD}
    return subprocess.run([sys.executable, "-m", "symrnn", *arguments], env=environment, check=False).returncode


@dataclass(frozen=True)
class Report:
    """What was measured, as text and as plain data."""

    text: str
    data: dict[str, Any]


def bench(order: Order) -> Report:
    """Every cell at every shape and dtype. UsageError where a kernel's gradients are not those of the textbook."""
    rows: list[Row] = []
    data: dict[str, Any] = {"machine": facts(order.peers), "rows": []}
    points: list[Point] = []
    for _, cell in find_all(order.cells):
        contest = Contest(cell, order.backends, order.peers)
        runs = [(sizes_from(shape), dtype) for shape in order.shapes for dtype in order.dtypes]
        memory: dict[Any, dict[str, float]] = {}
        for (sizes, dtype), note in watched(runs, f"bench {cell.id}"):
            note(f"{sizes} {dtype}")
            row = contest.race(sizes, dtype, order.repeats)
            if sizes not in memory:
                note(f"{sizes} memory")
                memory[sizes] = contest.memory(sizes, dtype)
            rows.append(replace(row, memory=memory[sizes]))
        if order.plot:
            points += _drawn(contest, order.dtypes[0], _picture(order, cell.id))
    data["rows"] = [row.to_dict() for row in rows]
    data |= {"growth": [point.to_dict() for point in points]} if order.plot else {}
    return Report(report_text(rows, data["machine"]), data)


def _picture(order: Order, id: str) -> Path:
    """Where the picture of a cell goes: of several cells each has its name in that of the file."""
    assert order.plot is not None
    return order.plot if len(order.cells) == 1 else order.plot.with_stem(f"{order.plot.stem}-{id}")


def _drawn(contest: Contest, dtype: str, path: Path) -> list[Point]:
    """Measure how a cell grows and draw it."""
    steps = [(axis, sizes) for axis, all_sizes in AXES.items() for sizes in all_sizes]
    points = []
    for (axis, sizes), note in watched(steps, f"growth {contest.cell.id}"):
        note(f"{axis}: {sizes}")
        points.append(point(contest, axis, problem(contest.cell, sizes, dtype, contest.schedule)))
    draw(contest.cell.id, points, path)
    return points
