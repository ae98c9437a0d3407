"""A progress bar on standard error for long work, where a person is watching it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
Note = Callable[[str], None]


@dataclass(frozen=True)
class Bar:
    """What long work tells its watcher: what is in hand, and that one more piece is done."""

    note: Note
    advance: Callable[[], None]


@contextmanager
def bar(total: int, title: str) -> Iterator[Bar]:
    """A bar for ``total`` pieces of work. Without a terminal on standard error nothing is drawn.

    Print results when it is gone.
    """
    if not sys.stderr.isatty():
        yield Bar(silent, lambda: None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    done = (MofNCompleteColumn(), TimeElapsedColumn())
    columns = (TextColumn(title), BarColumn(), *done, TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as drawn:
        task = drawn.add_task("", total=total)
        yield Bar(lambda line: drawn.update(task, description=line), lambda: drawn.advance(task))


def watched(items: Sequence[T], title: str) -> Iterator[tuple[T, Note]]:
    """Yield ``items`` under a bar, each with a function that names the work in hand beside it."""
    with bar(len(items), title) as drawn:
        for item in items:
            yield item, drawn.note
            drawn.advance()


def silent(line: str) -> None:
    """Nobody is watching."""
