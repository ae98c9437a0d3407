"""Who is timed, who is not and why; what memory is counted; and that the emitted kernels are worth having."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn.benchmark import contest, growth, jax_peer, torch_peer
from symrnn.benchmark.contest import LAYER, LOOP, SCAN, TEXTBOOK, Contest, Row
from symrnn.benchmark.elsewhere import elsewhere, unlike
from symrnn.benchmark.growth import AXES, BOUND, point
from symrnn.benchmark.measure import medians, peak_bytes
from symrnn.benchmark.problem import problem
from symrnn.errors import SymrnnError, UsageError

SMALL = (2, 3, 4, 5)


@pytest.fixture(scope="module")
def lstm() -> Contest:
    return Contest(symrnn.zoo["lstm"], ("numpy",), peers=False)


def best(of: Callable[[], float], limit: float, attempts: int = 6) -> float:
    """The least of a few attempts: a busy machine can make a kernel look slower than it is, never faster."""
    least = of()
    while least > limit and (attempts := attempts - 1):
        least = min(least, of())
    return least


# The shapes and limits that the project promises; the textbook is the 1.
@pytest.mark.parametrize(("sizes", "limit"), [((8, 50, 64, 64), 0.75), ((1, 100, 32, 32), 0.4)])
def test_faster_than_the_textbook(lstm: Contest, sizes: contest.Sizes, limit: float) -> None:
    def ratio() -> float:
        ratios = lstm.race(sizes, "float64", 7).ratios
        return ratios["NumPy"] / ratios[TEXTBOOK]

    assert best(ratio, limit) <= limit


def test_a_wrong_kernel_is_not_timed(lstm: Contest, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: Any, **named: Any) -> Any:
        dparams, dx, dstate = backward(*arguments, **named)
        return dparams, -dx, dstate

    kernel = lstm.modules["NumPy"]
    backward = kernel.backward
    monkeypatch.setattr(kernel, "backward", broken)
    with pytest.raises(UsageError, match="the NumPy kernel and the textbook disagree .*dx is off by 2"):
        lstm.race(SMALL, "float64", 7)


class Stranger:
    """A peer that is wrong in one gradient, or cannot run."""

    error: Exception | None = None

    def __init__(self, task: Any) -> None:
        self.task = task

    def gradients(self) -> dict[str, Any]:
        if self.error:
            raise self.error
        return {name: np.zeros_like(v) for name, v in self.task.sample.variables.items()}


def raced_with(stranger: type, monkeypatch: pytest.MonkeyPatch) -> Row:
    monkeypatch.setattr(torch_peer, "installed", lambda: True)
    monkeypatch.setattr(torch_peer, "fused", lambda task: None)
    monkeypatch.setattr(torch_peer, "TorchLoop", stranger)
    monkeypatch.setattr(jax_peer, "installed", lambda: False)
    return Contest(symrnn.zoo["elman"], ("numpy",)).race(SMALL, "float32", 7)


def test_a_peer_that_disagrees_is_not_timed_but_named(monkeypatch: pytest.MonkeyPatch) -> None:
    row = raced_with(Stranger, monkeypatch)
    assert set(row.ratios) == {"NumPy", TEXTBOOK}
    assert row.notes[LOOP].startswith("its gradients differ: d") and LAYER not in row.notes
    assert row.to_dict()["notes"] == row.notes


def test_a_peer_that_cannot_run_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = type("Broken", (Stranger,), {"error": RuntimeError("no kernel\nfor this")})
    row = raced_with(broken, monkeypatch)
    assert row.notes == {LOOP: "RuntimeError: no kernel"}


def test_a_kernel_that_cannot_be_built_is_named_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(cell: Any, backend: str) -> ModuleType:
        if backend == "c":
            raise SymrnnError("there is no C compiler")
        return original(cell, backend)

    original = symrnn.build
    monkeypatch.setattr(symrnn, "build", build)
    monkeypatch.setattr(contest, "backends", lambda: ["c", "numpy", "onnx"])
    row = Contest(symrnn.zoo["elman"], peers=False).race(SMALL, "float64", 7)
    assert row.notes == {"C": "there is no C compiler"} and set(row.ratios) == {"NumPy", TEXTBOOK}
    with pytest.raises(SymrnnError, match="no C compiler"):
        Contest(symrnn.zoo["elman"], ("c",))
    with pytest.raises(UsageError, match="no kernel of 'onnx'"):
        Contest(symrnn.zoo["elman"], ("onnx",))


def test_memory_is_what_more_steps_add() -> None:
    """A textbook Elman network keeps h, and gives h and dx: three arrays of (B, n) a step."""
    found = Contest(symrnn.zoo["elman"], ("numpy",), peers=False).memory((4, 10, 32, 32), "float32")
    assert list(found) == ["NumPy", TEXTBOOK]
    assert found[TEXTBOOK] == pytest.approx(3, rel=0.05)
    assert 1.9 < found["NumPy"] < 8


def test_peers_are_found_where_they_are_installed() -> None:
    present = Contest(symrnn.zoo["lstm"], ("numpy",)).race(SMALL, "float64", 7).ratios
    assert ({LAYER, LOOP} <= set(present)) == torch_peer.installed()
    assert (SCAN in present) == jax_peer.installed()


def test_peak_bytes_counts_what_is_held_at_one_time() -> None:
    def call() -> Any:
        first = np.zeros(1_000_000, np.int8)
        del first
        return np.zeros(600_000, np.int8), np.zeros(300_000, np.int8)

    assert 1_000_000 <= peak_bytes(call) < 1_100_000


def test_medians_are_interleaved_and_of_the_right_length() -> None:
    order = []
    fast, slow = medians((lambda: order.append("a"), lambda: [order.append("b") for _ in range(30_000)]), 7)
    assert 0 < fast < slow
    runs = "".join(order).replace("aa", "a").replace("bb", "b")
    assert runs.count("ab") >= 7


def test_unlike_ratios_are_listed() -> None:
    there = elsewhere()["lstm", "float32", (1, 100, 32, 32)]
    assert there == {LAYER: 17, LOOP: 176, SCAN: 9.22, TEXTBOOK: 126}
    assert LAYER not in elsewhere()["cifg_peephole", "float64", (32, 200, 512, 512)] and len(elsewhere()) == 48
    row = Row("lstm", "float32", (1, 100, 32, 32), 0.1, "", {LAYER: 17 * 1.1, LOOP: 176 * 1.2, TEXTBOOK: 100})
    assert list(unlike(row)) == [(LOOP, 176 * 1.2, 176), (TEXTBOOK, 100, 126)]
    assert not list(unlike(Row("mgu", "float32", (1, 100, 32, 32), 0.1, "", {TEXTBOOK: 1})))


def test_time_and_memory_grow_with_the_length_and_no_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten times the steps take ten times the time, give or take a half, and at most ten times the memory."""
    elman = Contest(symrnn.zoo["elman"], ("numpy",), peers=False)
    monkeypatch.setattr(growth, "LONGEST_TEXTBOOK", 500)

    def per_step(T: int) -> Any:
        return point(elman, "T", problem(elman.cell, (1, T, 8, 8), "float64", elman.schedule), 7)

    short = per_step(500)

    def ratio() -> float:
        long = per_step(5000)
        assert TEXTBOOK not in long.microseconds
        assert long.kilobytes["NumPy"] <= 1.1 * short.kilobytes["NumPy"]
        return float(long.microseconds["NumPy"] / short.microseconds["NumPy"])

    assert best(ratio, 1.5) <= 1.5
    rare = "NumPy, checkpoint √T"
    assert short.at == 500 and set(short.microseconds) == {BOUND, "NumPy", rare, TEXTBOOK}
    assert short.kilobytes[rare] < short.kilobytes["NumPy"] / 2


def test_the_axes_of_growth_reach_as_far_as_promised() -> None:
    assert {axis: max(sizes[{"B": 0, "T": 1, "n": 3}[axis]] for sizes in AXES[axis]) for axis in AXES} == {
        "n": 512,
        "B": 256,
        "T": 100_000,
    }
