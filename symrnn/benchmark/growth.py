"""How time and memory per step grow with n, B and T: the kernels, the textbook and the bound, one axis at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from inspect import signature
from math import isqrt
from typing import Any

from symrnn.benchmark.bound import bound
from symrnn.benchmark.contest import TEXTBOOK, Contest, Emitted, Naive
from symrnn.benchmark.measure import medians, peak_bytes
from symrnn.benchmark.problem import Problem, Sizes

BOUND = "bound"
AXES: Mapping[str, tuple[Sizes, ...]] = {
    "n": tuple((8, 50, n, n) for n in (8, 16, 32, 64, 128, 256, 512)),
    "B": tuple((B, 50, 64, 64) for B in (1, 2, 4, 8, 16, 32, 64, 128, 256)),
    "T": tuple((1, T, 8, 8) for T in (10, 100, 1000, 10_000, 100_000)),
}
PLACE = {"B": 0, "T": 1, "n": 3}
LONGEST_TEXTBOOK = 10_000  # steps: beyond them the textbook would take most of the time, and shows nothing new
REPEATS = 7


@dataclass(frozen=True)
class Point:
    """One size along one axis: microseconds per step of every contender, and kilobytes per step where it has some."""

    axis: str
    sizes: Sizes
    dtype: str
    microseconds: Mapping[str, float]
    kilobytes: Mapping[str, float]

    @property
    def at(self) -> int:
        """Where on its axis the point lies."""
        return self.sizes[PLACE[self.axis]]

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


class Checkpointed(Emitted):
    """A kernel that keeps the state of every √T-th step only."""

    def run(self) -> Any:
        """Forward and full backward."""
        every = max(1, isqrt(self.problem.sizes[1]))
        _, _, tape = self.module.forward(self.params, self.x, self.state, checkpoint=every)
        return self.module.backward(self.params, tape, self.dy)

    def held(self) -> int:
        """Bytes allocated for a run."""
        return peak_bytes(self.run)


def point(contest: Contest, axis: str, task: Problem, repeats: int = REPEATS) -> Point:
    """Medians of interleaved runs, and the most memory that a run held at one time, of numbers and of Python's objects.

    Unlike a race nothing is compared here: the same kernels were, at other sizes.
    """
    B, T, _, _ = task.sizes
    entered: dict[str, Emitted | Naive] = {name: Emitted(task, module) for name, module in contest.modules.items()}
    if axis == "T":
        able = {n: m for n, m in contest.modules.items() if "checkpoint" in signature(m.forward).parameters}
        entered |= {f"{name}, checkpoint √T": Checkpointed(task, module) for name, module in able.items()}
    if T <= LONGEST_TEXTBOOK:
        entered[TEXTBOOK] = Naive(task)
    products = bound(task.schedule, task.sample.numbers, T, B, task.dtype)
    times = medians([products, *(entry.run for entry in entered.values())], repeats)
    micro = {name: float(f"{1e6 * t / T:.3g}") for name, t in zip([BOUND, *entered], times, strict=True)}
    kilo = {name: float(f"{_held(entry) / T / 1024:.3g}") for name, entry in entered.items()}
    return Point(axis, task.sizes, task.dtype, micro, kilo)


def _held(entry: Emitted | Naive) -> int:
    """Bytes of a run that makes its own workspace."""
    return peak_bytes(entry.run) if isinstance(entry, Naive) else entry.held()
