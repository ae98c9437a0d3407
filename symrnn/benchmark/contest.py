"""A cell's kernels against what a user would run instead, as ratios to the time of the step's matrix products.

Every contender computes the same training step: forward, and the full backward with a random cotangent on every output.
None is timed before its gradients agree with those of the textbook.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from types import ModuleType
from typing import Any, Protocol

import numpy as np

import symrnn
from symrnn.benchmark import jax_peer, torch_peer
from symrnn.benchmark.bound import bound, how
from symrnn.benchmark.measure import medians, peak_bytes
from symrnn.benchmark.problem import Problem, Sizes, disagreement, problem
from symrnn.benchmark.textbook import Textbook
from symrnn.cell import Cell
from symrnn.emission import backends
from symrnn.errors import SymrnnError, UsageError
from symrnn.schedule import Schedule
from symrnn.verification.kernel import KERNEL_ERRORS, Kernel

Array = Any
KERNELS = {"numpy": "NumPy", "c": "C"}  # backends whose modules have the contract, and what tables call them
TEXTBOOK, LAYER, LOOP, SCAN = "textbook", "torch layer", "torch loop", "JAX scan"
# Memory is measured on runs that are large enough: kernels work on pieces of some hundred rows, and hold views of
# every tick, which take some hundred bytes however small the arrays are.
FEWEST_ROWS, FEWEST_BYTES = 4096, 65536


class Contender(Protocol):
    """Anything that computes the training step of a problem."""

    def run(self) -> Any: ...

    def gradients(self) -> dict[str, Array]: ...

    def held(self) -> int: ...


class Emitted:
    """A module of a backend, with a workspace that is kept between calls."""

    def __init__(self, problem: Problem, module: ModuleType) -> None:
        self.problem, self.module = problem, module
        self.kernel = Kernel(module, problem.record, "fast")
        self.params, self.x, self.state = self.kernel.arguments(problem.sample, problem.dtype)
        self.dy, _ = self.kernel.cotangents(problem.sample, problem.dtype)
        self.work: Any = None

    def run(self) -> Any:
        """Forward and full backward."""
        B, T, _, _ = self.problem.sizes
        if self.work is None:
            self.work = self.module.workspace(self.params, T, B)
        _, _, tape = self.module.forward(self.params, self.x, self.state, work=self.work)
        return self.module.backward(self.params, tape, self.dy, work=self.work)

    def gradients(self) -> dict[str, Array]:
        """All gradients by flat name."""
        return self.kernel.named(self.problem.sample, *self.run())

    def held(self) -> int:
        """Bytes allocated for a run, the workspace included."""
        return peak_bytes(Emitted(self.problem, self.module).run)


class Naive(Textbook):
    """The textbook as a contender."""

    def held(self) -> int:
        """Bytes allocated for a run."""
        return peak_bytes(self.run)


@dataclass(frozen=True)
class Row:
    """One shape and dtype. ``ratios`` are times over that of the bound, ``memory`` is per step in B·n·itemsize.

    ``notes`` say of a contender why it was not timed. ``bound_ms`` is in milliseconds, ``bound_by`` says who ran it.
    """

    cell: str
    dtype: str
    sizes: Sizes
    bound_ms: float
    bound_by: str
    ratios: Mapping[str, float]
    memory: Mapping[str, float] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


class Contest:
    """The contenders for one cell; kernels are built once. ``wanted`` are backends; ``peers``: also torch and JAX."""

    def __init__(self, cell: type[Cell], wanted: Sequence[str] = (), peers: bool = True) -> None:
        self.cell, self.peers = cell, peers
        self.schedule: Schedule = symrnn.derive(cell).schedule
        self.modules: dict[str, ModuleType] = {}
        self.missing: dict[str, str] = {}
        for name in wanted or [name for name in KERNELS if name in backends()]:
            if name not in KERNELS:
                raise UsageError(f"there is no kernel of {name!r} to time; there is {', '.join(KERNELS)}")
            self._build(name, asked=bool(wanted))

    def _build(self, backend: str, asked: bool) -> None:
        """Build a kernel; what nobody asked for by name may be missing."""
        try:
            self.modules[KERNELS[backend]] = symrnn.build(self.cell, backend=backend)
        except SymrnnError as error:
            if asked:
                raise
            self.missing[KERNELS[backend]] = str(error)

    def race(self, sizes: Sizes, dtype: str, repeats: int) -> Row:
        """Medians of interleaved runs, once all gradients agree. UsageError where a kernel's do not."""
        task = problem(self.cell, sizes, dtype, self.schedule)
        reference = Naive(task)
        expected = reference.gradients()
        entered: dict[str, Contender] = {}
        notes = dict(self.missing)
        for name, module in self.modules.items():
            entered[name] = Emitted(task, module)
            if off := disagreement(entered[name].gradients(), expected, dtype):
                raise UsageError(f"{task.id}: the {name} kernel and the textbook disagree ({dtype}): {off}")
        entered[TEXTBOOK] = reference
        for name, make in self._makers(task).items():
            entry, note = _entered(make, task, expected)
            if entry is not None:
                entered[name] = entry
            elif note:
                notes[name] = note
        products = bound(self.schedule, task.sample.numbers, sizes[1], sizes[0], dtype)
        runs = [products, *(entry.run for entry in entered.values())]
        with np.errstate(all="ignore"):
            bound_s, *times = medians(runs, repeats)
        ratios = {name: _digits(t / bound_s) for name, t in zip(entered, times, strict=True)}
        return Row(task.id, dtype, sizes, _digits(1e3 * bound_s), how(dtype), ratios, notes=notes)

    def _makers(self, task: Problem) -> dict[str, Callable[[Problem], Contender | None]]:
        """The peers that are installed."""
        makers: dict[str, Callable[[Problem], Contender | None]] = {}
        if self.peers and torch_peer.installed():
            makers |= {LAYER: torch_peer.fused, LOOP: torch_peer.TorchLoop}
        if self.peers and jax_peer.installed():
            makers[SCAN] = jax_peer.JaxScan
        return makers

    def memory(self, sizes: Sizes, dtype: str) -> dict[str, float]:
        """Memory per step of every contender in units of B·n·itemsize: what T more steps add, by T."""
        B, T, n_x, n = sizes
        B = max(B, -(-FEWEST_BYTES // (n * np.dtype(dtype).itemsize)))
        T = max(16, -(-FEWEST_ROWS // B))
        tasks = [problem(self.cell, (B, steps, n_x, n), dtype, self.schedule) for steps in (T, 2 * T)]
        makers: dict[str, Callable[[Problem], Contender | None]] = {TEXTBOOK: Naive, **self._makers(tasks[0])}
        makers |= {name: _emitted(module) for name, module in self.modules.items()}
        found = {}
        for name in (*self.modules, *(m for m in makers if m not in self.modules)):
            short, long = (_held(makers[name], task) for task in tasks)
            if short is not None and long is not None:
                found[name] = _digits((long - short) / (T * tasks[0].unit))
        return found


def _emitted(module: ModuleType) -> Callable[[Problem], Contender]:
    return lambda task: Emitted(task, module)


def _entered(
    make: Callable[[Problem], Contender | None], task: Problem, expected: Mapping[str, Array]
) -> tuple[Contender | None, str]:
    """A peer whose gradients agree; else None and why. A peer that the cell has none of needs no reason."""
    try:
        entry = make(task)
        off = disagreement(entry.gradients(), expected, task.dtype) if entry is not None else ""
    except KERNEL_ERRORS as error:
        return None, f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    return (None, f"its gradients differ: {off}") if off else (entry, "")


def _held(make: Callable[[Problem], Contender | None], task: Problem) -> int | None:
    """Bytes held by a contender; None where it cannot run."""
    try:
        entry = make(task)
        return None if entry is None else entry.held()
    except KERNEL_ERRORS:
        return None  # the race has said why


def _digits(value: float) -> float:
    """Three digits: more would be noise."""
    return float(f"{value:.3g}")
