"""Numerical derivatives: a complex step of the reference interpreter, a central difference of a kernel's own forward.

The complex step, Im L(v + ih)/h with h = 1e-60, subtracts nothing, so it is right to the last digits (Squire & Trapp,
SIAM Review 40, 1998), but only where every operation is analytic, and where the imaginary parts stay small: declared
derivatives of a spiking cell let a gradient grow to 1e23 while its values stay of order 1, which h = 1e-20 does not
survive. The central difference needs no such thing and
stands beside it; its own truncation and rounding errors are estimated and set what it can resolve.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from symrnn.interpret import interpret, write_name
from symrnn.step import Step
from symrnn.verification.comparison import Measurement
from symrnn.verification.samples import Sample, leaves

Array = Any
Probes = dict[str, Array]
Evaluate = Callable[[str, Array], Array]

COMPLEX_STEP = 1e-60  # leaves room for gradients from 1e-240 to 1e50
STEP = 1e-5
ELEMENTWISE = 5000
DIRECTIONS = 3
CHUNK = 200_000  # complex numbers in one value of one tick
KINK_JUMP = 1e-3  # one-sided differences that disagree by more than this of the block straddle a kink
UNRESOLVED = 1e-3  # an array whose allowed error is more than this of the block is not resolved


def probes(variables: Mapping[str, Array], rng: np.random.Generator, limit: int = ELEMENTWISE) -> Probes:
    """Directions for every array, ``(K, *shape)``: all unit vectors if ``limit`` allows, else three of random signs."""
    if sum(v.size for v in variables.values()) <= limit:
        return {name: np.eye(v.size).reshape(v.size, *v.shape) for name, v in variables.items()}
    return signs(variables, rng)


def signs(variables: Mapping[str, Array], rng: np.random.Generator) -> Probes:
    """Three directions of random signs for every array."""
    return {name: rng.choice((-1.0, 1.0), (DIRECTIONS, *v.shape)) for name, v in variables.items()}


def along(gradient: Array, directions: Array) -> Array:
    """The directional derivatives that a gradient predicts, one for each probe."""
    return directions.reshape(len(directions), -1) @ gradient.reshape(-1)


def complex_step(step: Step, sample: Sample, directions: Probes) -> dict[str, Array]:
    """Derivatives of L = Σ cotangent·value along each probe, through the reference interpreter.

    The probes of all arrays are one leading axis of one run, cut into chunks that fit in memory.
    """
    total = sum(len(d) for d in directions.values())
    widest = max((v.size // max(1, len(v)) for v in sample.inputs.values()), default=1)
    widest = max([widest, *(v.size for v in sample.states.values())])
    size = max(1, CHUNK // max(1, widest))
    parts = [_slopes(step, sample, directions, k, min(k + size, total)) for k in range(0, total, size)]
    slopes = np.concatenate(parts) if parts else np.zeros(0)
    cuts = np.cumsum([len(d) for d in directions.values()])
    return dict(zip(directions, np.split(slopes, cuts[:-1]), strict=True))


def _slopes(step: Step, sample: Sample, directions: Probes, start: int, stop: int) -> Array:
    """The derivatives along the probes ``start`` to ``stop`` of the joint list."""
    moved, first = {}, 0
    for name, d in directions.items():
        a, b = max(start - first, 0), min(stop - first, len(d))
        if a < b:
            rows = np.zeros((stop - start, *d.shape[1:]))
            rows[a + first - start : b + first - start] = d[a:b]
            moved[name] = COMPLEX_STEP * rows
        first += len(d)
    return _run(step, sample, moved, stop - start)


def _run(step: Step, sample: Sample, moved: Mapping[str, Array], count: int) -> Array:
    inputs, states, parameters = leaves(sample)
    fixed = {n: _shifted(v, moved.get(f"d{n}"), rows=True) for n, v in parameters.items()}
    sequences = {n: _sequence(v, moved.get(f"d{n}")) for n, v in inputs.items()}
    state = {n: _shifted(v, moved.get(sample.starts[n]), rows=False) for n, v in states.items()}
    slopes = np.zeros(count)
    for t in range(sample.case.T):
        values = {n: s[t] for n, s in sequences.items()} | fixed
        values |= {step.names[c.read]: state[c.name] for c in step.carries}
        tick = interpret(step, values, sample.numbers)
        state = {c.name: tick[write_name(step, c.name)] for c in step.carries}
        for name, cotangent in sample.outputs.items():
            slopes = slopes + _weighted(tick[name], cotangent[t])
    for name, cotangent in (sample.finals or {}).items():
        slopes = slopes + _weighted(state[name], cotangent)
    return slopes / COMPLEX_STEP


def _shifted(value: Array, move: Array | None, *, rows: bool) -> Array:
    """A value with a leading axis of probes, for a parameter (``rows``) an axis for the batch after it."""
    at = value[None, None] if rows else value[None]
    if move is None:
        return at
    move = move.reshape(len(move), *value.shape)
    return at + 1j * (move[:, None] if rows else move)


def _sequence(value: Array, move: Array | None) -> Array:
    """A sequence ``(T, B, …)`` as ``(T, probes, B, …)``."""
    return value[:, None] if move is None else value[:, None] + 1j * np.moveaxis(move, 0, 1)


def _weighted(value: Array, cotangent: Array) -> Array:
    return np.sum(np.imag(value) * cotangent, axis=tuple(range(1, 1 + cotangent.ndim)))


@dataclass(frozen=True)
class Central:
    """Central differences of one array along its probes, and the error that each may have of its own."""

    slope: Array
    noise: Array
    jump: Array

    @property
    def block(self) -> float:
        """The largest slope of the array."""
        return float(np.max(np.abs(self.slope), initial=0.0))


def central(evaluate: Evaluate, name: str, value: Array, directions: Array, at: tuple[float, float]) -> Central:
    """(f(v+h) − f(v−h))/2h along each probe.

    ``evaluate(name, values)`` gives the loss for every row of ``values``; ``at`` is the loss at the point and Σ|terms|,
    the size that sets its rounding error. The noise is 10|D(2h) − D(h)|/3 + 100 ε Σ|terms|/h.
    """
    moves = np.stack([value + k * STEP * directions for k in (1, -1, 2, -2)])
    losses = evaluate(name, moves.reshape(-1, *value.shape)).reshape(4, -1)
    near = (losses[0] - losses[1]) / (2 * STEP)
    far = (losses[2] - losses[3]) / (4 * STEP)
    rounding = 100 * np.finfo(np.float64).eps * at[1] / STEP
    jump = np.maximum(np.abs(losses[0] + losses[1] - 2 * at[0]) / STEP - rounding, 0.0)
    return Central(near, 10 * np.abs(far - near) / 3 + rounding, jump)


def judge(array: str, found: Central, predicted: Array, tolerance: float) -> tuple[Measurement, float]:
    """An array's slopes against what the gradient predicts, and the resolution: the allowed error over the block.

    A probe whose one-sided differences disagree crosses a kink: there the difference is no derivative and is left out.
    """
    block = found.block
    if not np.all(np.isfinite(found.slope)):
        return Measurement(array, found.slope.size, float("nan"), tolerance, "not finite"), float("inf")
    allowed = tolerance * block + found.noise
    gap = np.abs(predicted - found.slope)
    wrong = ~(gap <= allowed)
    crossed = wrong & (found.jump > KINK_JUMP * block) & np.isfinite(gap)
    resolution = float(np.max(allowed, initial=0.0)) / block if block else float("inf")
    error = float(np.max(gap[~crossed], initial=0.0)) / block if block else 0.0
    if np.any(wrong & ~crossed):
        outcome = "failed"
    else:
        outcome = "unresolved" if resolution > UNRESOLVED or np.any(crossed) else "passed"
    return Measurement(array, found.slope.size, error, tolerance, outcome), resolution
