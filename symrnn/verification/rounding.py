"""How rounding grows at a point: a run in which every value is changed a little as it is computed.

The reference interpreter runs several times at once, along a leading axis: exactly, and with a relative change of
1e-10, up or down, of everything that is given and of every value that rounds. By how many times that a result changes
is how many units of rounding it may be off in any precision. A sum that cancels, a difference of values that are nearly
equal and a sequence that is chaotic all show as a large number.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

import numpy as np
import sympy

from symrnn.adjoint import Program
from symrnn.interpret import evaluate, scalar
from symrnn.ir import Broadcast, Leaf, Node, Pointwise
from symrnn.ops.elementwise import Head
from symrnn.primitives import Concat, Reshape, Slice, Total
from symrnn.step import Step
from symrnn.verification.kinks import constant
from symrnn.verification.samples import Sample, finals, last

Array = Any
Table = dict[str, Array]
NUDGE = 1e-10
MARGIN = 8.0  # units of rounding that a result may be off, times their growth
TRIALS = 3
EXACT = (Broadcast, Concat, Reshape, Slice, Total)  # they round nothing


class Rough:
    """A sample run exactly, and ``trials`` times roughly; values have these runs as their leading axis."""

    def __init__(self, sample: Sample, rng: np.random.Generator, trials: int = 1, spelt: bool = False) -> None:
        self.sample, self.rng, self.runs, self.spelt = sample, rng, trials + 1, spelt
        self.parameters = {n: self._given(n, np.atleast_1d(v)[None]) for n, v in sample.parameters.items()}
        self.inputs = {n: np.moveaxis(self._given(n, v), 0, 1) for n, v in sample.inputs.items()}
        self.states = {n: self._given("", v) for n, v in sample.states.items()}

    def _given(self, name: str, value: Array) -> Array:
        """What is given, in every run; a whole number by its domain is exact."""
        value = np.broadcast_to(value, (self.runs, *value.shape))
        return value if name in self.sample.whole else self._changed(value)

    def _changed(self, value: Array, scale: Array | None = None) -> Array:
        """The value as it is in the first run, and changed in the others, by its own size or another one."""
        signs = self.rng.choice((-NUDGE, NUDGE), np.shape(value))
        signs[0] = 0.0
        return value * (1.0 + signs) if scale is None else value + scale * signs

    def _tick(self, step: Step, exact: set[Node], values: Mapping[str, Array]) -> Table:
        """Every named value of one tick."""
        known: dict[Node, Array] = {leaf: values[step.names[leaf]] for leaf in step.leaves}
        for _, node in step.equations:
            args = [known[a] for a in node.args]
            value = evaluate(node, args, self.sample.numbers)
            known[node] = value if node in exact else self._changed(value, self._scale(node, args))
        named = (*step.equations, *step.outputs)
        return {step.names[node]: value for node, value in known.items()} | {name: known[node] for name, node in named}

    def _scale(self, node: Node, args: list[Array]) -> Array | None:
        """What a function rounds by where a kernel spells it as a sum: (1 + tanh(z/2))/2 by 1/2, small as it may be."""
        head = node.op.expr if self.spelt and isinstance(node.op, Pointwise) else None
        if not isinstance(head, Head) or head.op.kernel is None:
            return None
        form = head.op.kernel(*head.args)
        if not isinstance(form, sympy.Add):
            return None
        return reduce(np.maximum, (np.abs(scalar(term, args, self.sample.numbers)) for term in form.args))

    def forward(self, step: Step) -> tuple[list[Table], Table]:
        """The values of every tick, and the state at the end."""
        exact = _exact(step, self.sample.whole)
        ticks: list[Table] = []
        state = self.states
        for t in range(self.sample.case.T):
            values = self.parameters | {n: v[t] for n, v in self.inputs.items()}
            ticks.append(self._tick(step, exact, values | {f"{n}[t-1]": v for n, v in state.items()}))
            state = {c.name: ticks[-1][step.names[c.write]] for c in step.carries}
        return ticks, state

    def outputs(self, ticks: list[Table]) -> Table:
        """Sequences of the outputs, time after the runs."""
        shapes = {n: (self.runs, *v.shape[1:]) for n, v in self.sample.outputs.items() if ticks}
        return {n: np.stack([np.broadcast_to(tick[n], s) for tick in ticks], axis=1) for n, s in shapes.items()}

    def gradients(self, program: Program, ticks: list[Table]) -> Table:
        """Gradients by name."""
        step, sample = program.backward, self.sample
        exact = _exact(step, frozenset())
        wanted = {n.op.name for n in step.inputs if isinstance(n.op, Leaf) and n.op.role in ("tape", "static")}
        outputs = {n: np.moveaxis(self._given("", v), 0, 1) for n, v in sample.outputs.items()}
        adjoint = {n: self._given("", v) for n, v in finals(sample).items()}
        rows: list[Table] = []
        for t in reversed(range(sample.case.T)):
            values = self.parameters | {n: ticks[t][n] for n in wanted}
            values |= {f"dy_{n}": v[t] for n, v in outputs.items()}
            values |= {step.names[c.read]: adjoint[c.name] for c in step.carries}
            rows.insert(0, self._tick(step, exact, values))
            adjoint = {c.name: rows[0][step.names[c.write]] for c in step.carries}
        table = {sample.starts[n]: v for n, v in adjoint.items()}
        for name, node in step.outputs:
            shape = (self.runs, *sample.variables[name].shape[1:])
            table[name] = np.stack([np.broadcast_to(row[step.names[node]], shape) for row in rows], axis=1)
        for name, node in step.sums:
            shape = (self.runs, sample.case.B, *np.atleast_1d(sample.variables[name]).shape)
            table[name] = sum(np.broadcast_to(row[step.names[node]], shape).sum(axis=1) for row in rows)
        return table


def _exact(step: Step, whole: frozenset[str]) -> set[Node]:
    """The values that do not round: parts and copies of values, whole numbers, and what is made of such alone."""
    exact = {n for n in step.leaves if isinstance(n.op, Leaf) and n.op.name in whole}
    copies = set()
    for _, node in step.equations:
        if constant(node) or exact.issuperset(node.args):
            exact.add(node)
        elif isinstance(node.op, EXACT):
            copies.add(node)
    return exact | copies


def growth(values: Array) -> float:
    """How many times a change of everything shows in a value, over its largest entry; the runs come first."""
    gap = np.max(np.abs(values[1:] - values[0]), initial=0.0)
    return float(gap / np.max(np.abs(values[0])) / NUDGE) if gap != 0 else 0.0


def tolerated(growth: float, dtype: Any) -> float:
    """The block error that rounding alone explains in a precision."""
    return MARGIN * float(np.finfo(dtype).eps) / 2 * growth


def amplification(program: Program, sample: Sample, trials: int = TRIALS, spelt: bool = False) -> dict[str, float]:
    """For every output, final state and gradient how many times a rounding error of everything shows in it.

    The worst of several trials counts. With ``spelt``, functions round as the fast kernel spells them.
    """
    rough = Rough(sample, np.random.default_rng(0), trials, spelt)
    ticks, state = rough.forward(program.forward)
    results = rough.outputs(ticks) | {last(n): v for n, v in state.items()} | rough.gradients(program, ticks)
    return {name: growth(value) for name, value in results.items()}
