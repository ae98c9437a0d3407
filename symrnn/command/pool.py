"""One piece of work for each of many cells, in processes beside this one.

Results come in the order of the cells, whatever finishes first. What goes wrong with one cell is its result and stops
no other: an exception, and even the end of the process that worked on it (of a cell that needs more memory than there
is). A process takes one cell at a time and is replaced after some, so that memory stays bounded.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from symrnn.command.progress import Bar, Note, bar, silent
from symrnn.errors import SymrnnError

R = TypeVar("R")
Cell = tuple[str, str]  # an id, and the text that a command line names the cell by
Work = Callable[[str, Note], R]
CELLS_PER_PROCESS = 24
# Read by BLAS libraries when they are loaded; matrices are small here, and the processes are the threads.
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
ENDED = "its process ended before it was done; it may need more memory than there is"


@dataclass(frozen=True)
class Outcome(Generic[R]):
    """What came of the work on one cell: a value, or a line that says what went wrong."""

    id: str
    value: R | None = None
    error: str = ""


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def outcomes(
    cells: Sequence[Cell],
    work: Work[R],
    title: str,
    jobs: int | None = None,
    arrived: Callable[[R], R] | None = None,
) -> Iterator[Outcome[R]]:
    """The outcome of ``work(text, note)`` for every cell, in their order, under a progress bar.

    ``work`` is a function of a module or a ``partial`` of one, and returns plain data. ``arrived`` is called in this
    process with each value as soon as it is there, in whatever order; what it returns takes its place. A single cell
    is worked on in this process, and what is raised there passes through.
    """
    with bar(len(cells), title) as drawn:
        if len(cells) == 1:
            ((id, text),) = cells
            value = work(text, drawn.note)
            yield Outcome(id, arrived(value) if arrived else value)
            return
        done: dict[str, Outcome[R]] = {}
        order = deque(id for id, _ in cells)
        for outcome in _finished(cells, work, min(jobs or processors(), len(cells)), drawn):
            done[outcome.id] = _received(outcome, arrived)
            drawn.advance()
            while order and order[0] in done:
                yield done.pop(order.popleft())


def _received(outcome: Outcome[R], arrived: Callable[[R], R] | None) -> Outcome[R]:
    if arrived is None or outcome.value is None:
        return outcome
    try:
        return Outcome(outcome.id, arrived(outcome.value))
    except SymrnnError as error:
        return Outcome(outcome.id, error=str(error))


def _finished(cells: Sequence[Cell], work: Work[R], jobs: int, drawn: Bar) -> Iterator[Outcome[R]]:
    """Outcomes as they come. Where a process ended, each cell that was in hand is tried again by itself.

    Processes are replaced by all new ones now and then. The executor's own ``max_tasks_per_child`` can stop it for
    ever: a task that is handed in just as a process leaves finds no process (CPython issue 115634).
    """
    waiting = deque(cells)
    while waiting:
        batch = deque(waiting.popleft() for _ in range(min(len(waiting), jobs * CELLS_PER_PROCESS)))
        while batch:
            for cell in (yield from _pooled(batch, work, jobs, drawn)):
                for id, _ in (yield from _pooled(deque([cell]), work, 1, drawn)):
                    yield Outcome(id, error=ENDED)


def _pooled(
    waiting: deque[Cell], work: Work[R], jobs: int, drawn: Bar
) -> Generator[Outcome[R], None, list[Cell]]:
    """Outcomes as they come, until all is done or a process ends; returns the cells that were in hand then."""
    running: dict[Future[R], Cell] = {}
    with _executor(jobs) as executor, _interrupts() as received:
        while waiting or running:
            if received:
                raise KeyboardInterrupt
            while waiting and len(running) < jobs:
                cell = waiting.popleft()
                try:
                    running[executor.submit(work, cell[1], silent)] = cell
                except BrokenProcessPool:
                    return [*running.values(), cell]
            drawn.note(", ".join(id for id, _ in running.values()))
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                error = future.exception()
                if isinstance(error, BrokenProcessPool):
                    return list(running.values())
                id, _ = running.pop(future)
                yield Outcome(id, future.result()) if error is None else Outcome(id, error=said(error))
    return []


@contextmanager
def _interrupts() -> Iterator[list[int]]:
    """The Ctrl-C's that have come: Python drops the exception of one that arrives while an object is finalised."""
    received: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield received
        return

    def interrupt(number: int, _: object) -> None:
        received.append(number)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield received
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _executor(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that are gone when the work is done, and at once when it is given up."""
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    context: Any = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload([__name__.rpartition(".")[0] + ".making"])
    others = set(multiprocessing.active_children())
    executor = ProcessPoolExecutor(jobs, mp_context=context, initializer=_ends_with_its_parent)
    finished = False
    try:
        yield executor
        finished = True
    finally:
        executor.shutdown(wait=finished, cancel_futures=True)
        if not finished:
            for process in set(multiprocessing.active_children()) - others:
                process.terminate()


def _ends_with_its_parent() -> None:
    """Ctrl-C reaches all processes of a terminal; these have nothing to say about it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def said(error: BaseException) -> str:
    """What went wrong, in one line; of what is no error of symrnn's own also where it happened."""
    if isinstance(error, SymrnnError):
        return str(error)
    places = re.findall(r'File "([^"]+)", line (\d+)', str(error.__cause__ or ""))
    where = f" at {places[-1][0]}:{places[-1][1]}" if places else ""
    return f"internal error, {type(error).__name__}: {error}{where}; run this cell alone for all of it"
