"""Work on many cells in processes: order, failures, and processes that end."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from typing import Any

import pytest

from symrnn.command import pool
from symrnn.command.pool import ENDED, Outcome, outcomes
from symrnn.command.progress import Note
from symrnn.errors import UsageError


def cells(*texts: str) -> list[tuple[str, str]]:
    return [(f"cell {text}", text) for text in texts]


def work(text: str, note: Note) -> str:
    """What the text says: wait, raise, end the process, or name it."""
    what, _, number = text.partition(":")
    if what == "wait":
        time.sleep(float(number))
    elif what == "refuse":
        raise UsageError("it cannot be done")
    elif what == "break":
        raise ZeroDivisionError("by nothing")
    elif what == "end":
        os._exit(3)
    elif what == "process":
        return str(os.getpid())
    return text


def test_results_come_in_order() -> None:
    arrived: list[str] = []

    def note(value: str) -> str:
        arrived.append(value)
        return value.upper()

    texts = ["wait:0.6", "wait:0", "wait:0.1"]
    found = list(outcomes(cells(*texts), work, "work", jobs=3, arrived=note))
    assert found == [Outcome(f"cell {text}", text.upper()) for text in texts]
    assert arrived[-1] == texts[0], "each is handed over as soon as it is there"


def test_what_goes_wrong_with_one_stops_no_other() -> None:
    texts = ["a", "refuse", "break", "b", "end", "c", "wait:0.1"]
    found = {o.id.removeprefix("cell "): o for o in outcomes(cells(*texts), work, "work", jobs=2)}
    assert list(found) == texts
    assert {text for text in texts if found[text].value is None} == {"refuse", "break", "end"}
    assert found["refuse"].error == "it cannot be done"
    assert found["end"].error == ENDED
    assert found["break"].error.startswith("internal error, ZeroDivisionError: by nothing at ")
    assert f"{os.path.basename(__file__)}:" in found["break"].error


def test_what_cannot_be_taken_over_is_an_outcome() -> None:
    def refuses(value: str) -> str:
        if value == "b":
            raise UsageError("the place is taken")
        return value

    found = list(outcomes(cells("a", "b"), work, "work", jobs=1, arrived=refuses))
    assert found == [Outcome("cell a", "a"), Outcome("cell b", error="the place is taken")]


def test_a_single_cell_is_worked_on_here() -> None:
    """So that what is raised can be seen, all of it."""
    assert list(outcomes(cells("process"), work, "work")) == [Outcome("cell process", str(os.getpid()))]
    with pytest.raises(ZeroDivisionError):
        list(outcomes(cells("break"), work, "work"))


def test_processes_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "CELLS_PER_PROCESS", 2)
    found = [o.value for o in outcomes(cells(*(f"process:{k}" for k in range(6))), work, "work", jobs=1)]
    assert found[0] == found[1] != found[2] == found[3] != found[4] == found[5]
    assert str(os.getpid()) not in found


def test_work_that_is_given_up_leaves_no_process() -> None:
    before = set(multiprocessing.active_children())
    started = time.monotonic()
    found = outcomes(cells("a", "wait:60", "wait:61"), work, "work", jobs=2)
    assert next(found).value == "a"
    found.close()
    for process in set(multiprocessing.active_children()) - before:
        process.join(10)
    assert set(multiprocessing.active_children()) <= before
    assert time.monotonic() - started < 30


def test_an_interrupt_that_python_dropped_is_not_forgotten() -> None:
    """What a signal raises while an object is being finalised goes nowhere but to sys.unraisablehook."""

    class Finalised:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    found = outcomes(cells("a", "b", "c", "d", "wait:60"), work, "work", jobs=1)
    assert next(found).value == "a"
    with pytest.MonkeyPatch.context() as patch:
        dropped: list[Any] = []
        patch.setattr(sys, "unraisablehook", lambda args: dropped.append(args.exc_type))
        thing = Finalised()
        del thing
        assert dropped == [KeyboardInterrupt]
    with pytest.raises(KeyboardInterrupt):
        list(found)


def test_as_many_processes_as_processors() -> None:
    assert 1 <= pool.processors() <= (os.cpu_count() or 1)
