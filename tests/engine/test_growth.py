"""Deriving and emitting grow linearly with the number of equations, in calls and in text, and never recurse deeper."""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Callable
from functools import partial

import pytest

from symrnn.adjoint import differentiate
from symrnn.backends.numpy_orders import WORK, Search
from symrnn.cell import Cell, Input, State, Vector, Weight
from symrnn.emission import compile_record, emit
from symrnn.lower import lower
from symrnn.ops import tanh
from symrnn.zoo.rhn import rhn

DEPTHS = (16, 32, 64)


def calls_of(run: Callable[[], object]) -> int:
    """The number of Python calls: unlike a time, it does not drift."""
    profile = cProfile.Profile()
    profile.runcall(run)
    return int(pstats.Stats(profile).total_calls)


def doubling(counts: dict[int, int]) -> list[float]:
    """What each doubling of the depth adds, relative to the doubling before."""
    first, second, third = (counts[depth] for depth in DEPTHS)
    return [(third - second) / (second - first)]


def test_calls_grow_linearly() -> None:
    compile_record(rhn(depth=2).record)  # SymPy's caches are warm
    records = {depth: rhn(depth=depth).record for depth in DEPTHS}
    counts = {depth: calls_of(partial(compile_record, record)) for depth, record in records.items()}
    assert doubling(counts)[0] < 2.4, counts


def test_text_grows_linearly() -> None:
    sizes = {depth: len(emit(rhn(depth=depth))[0].text) for depth in DEPTHS}
    assert 1.8 < doubling(sizes)[0] < 2.2, sizes


def chain(length: int) -> type[Cell]:
    class Chain(Cell):
        x, h = Input(), State()
        W, p = Weight(x), Vector(h)
        for _ in range(length):
            h = tanh(p * h + W.h @ x)

    return Chain


@pytest.mark.parametrize("length", [1, 5000])
def test_a_long_cell_is_derived(length: int) -> None:
    """10,000 equations of one operation each; the adjoint has a line for each of them."""
    step = lower(chain(length).record)
    assert len(step.equations) == 2 * length + 1
    program = differentiate(step)
    assert len(program.trace) > 2 * length and program.trace[-1].kind == "parameter"


def test_the_search_of_orders_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell of a hundred small steps has buffers of hundreds of lanes: one order more takes ever longer to price."""
    spent: list[int] = []
    run = Search.run

    def counted(search: Search) -> None:
        run(search)
        spent.append(search.work)

    monkeypatch.setattr(Search, "run", counted)
    emit(unrolled(100))
    assert WORK < max(spent) < 1.1 * WORK


def unrolled(length: int) -> type[Cell]:
    class Unrolled(Cell):
        x, h = Input(), State()
        W, U = Weight(x), Weight(h)
        u = W.a @ x
        for _ in range(length):
            u = tanh(U.a @ u)
        h = h + u

    return Unrolled
