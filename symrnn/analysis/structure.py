"""What kind of recurrence a cell is: its class, the sparsity of its Jacobian, what it learns and what it costs.

All of it is computed from the step that the engine works on. Two things only the author's own equations show: whether a
state is a matrix, and whether a name is assigned again and again within one step, each time from itself (micro-steps).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import sympy

from symrnn.adjoint import differentiate
from symrnn.analysis.counting import Conventions, conventions, fixed, parameters
from symrnn.analysis.dependence import Dependence
from symrnn.cell import Cell
from symrnn.flat import Place, places
from symrnn.jacobian import StepJacobian, step_jacobian
from symrnn.jacobian_terms import DIAGONAL, FULL, ZERO
from symrnn.lower import lower
from symrnn.record import Record
from symrnn.schedule import schedule
from symrnn.tree import Ref, walk

SIGNS = {ZERO: "0", DIAGONAL: "\\", FULL: "■"}
LINEAR, NONLINEAR, MATRIX, STABILISER, MICRO = "linear", "nonlinear", "matrix-state", "stabiliser", "micro-steps"
CLASSES = (LINEAR, NONLINEAR, MATRIX, STABILISER, MICRO)


@dataclass(frozen=True)
class Structure:
    """The structure of a cell.

    ``affine`` is about the whole state at once. ``classes`` begin with linear or nonlinear; a linear step is affine in
    the rest of the state once the states of ``given``, which do not depend on the rest, are known. ``blocks`` holds
    (state at t, state at t-1, zero or diagonal or full); a complex state is one state. ``elementwise`` says that states
    which depend on each other in a circle do so entry by entry. Counts are formulas in the sizes.
    """

    cell: str
    affine: bool
    given: tuple[str, ...]
    classes: tuple[str, ...]
    states: tuple[str, ...]
    blocks: tuple[tuple[str, str, str], ...]
    elementwise: bool
    parameters: sympy.Expr
    fixed: sympy.Expr
    biases: Conventions | None
    flops: tuple[sympy.Expr, sympy.Expr]

    @property
    def linear(self) -> bool:
        """Whether the step is linear, or a chain of linear recurrences."""
        return LINEAR in self.classes

    def sparsity(self, of: str, wrt: str) -> str:
        """``zero``, ``diagonal`` or ``full``: the block of state ``of`` at t by state ``wrt`` at t-1."""
        return next(kind for a, b, kind in self.blocks if (a, b) == (of, wrt))

    def facts(self) -> dict[str, Any]:
        """The same as plain data; formulas are text."""
        counts: dict[str, Any] = {"trained": str(self.parameters), "fixed": str(self.fixed)}
        if self.biases is not None:
            counts |= {name: str(getattr(self.biases, name)) for name in ("no_bias", "one_bias", "two_biases")}
        return {
            "classes": list(self.classes),
            "affine": self.affine,
            "given": list(self.given),
            "elementwise": self.elementwise,
            "jacobian": {of: {b: kind for a, b, kind in self.blocks if a == of} for of in self.states},
            "parameters": counts,
            "flops_per_step": dict(zip(("forward", "backward"), map(str, self.flops), strict=True)),
        }

    def to_json(self) -> str:
        """``facts`` as JSON."""
        return json.dumps({"cell": self.cell, **self.facts()}, indent=2, ensure_ascii=False)

    def __str__(self) -> str:
        return "\n".join([f"{self.cell}: {self.summary()}", *self.grid(), *self.counts()])

    def summary(self) -> str:
        """The classes, and in which states the step is affine."""
        words = ", ".join(self.classes)
        if self.given:
            return f"{words}: affine in the state once {', '.join(self.given)} {_is(self.given)} known"
        return f"{words}: affine in the state" if self.affine else words

    def grid(self) -> list[str]:
        """The Jacobian as a grid: a row for each state at t, a column for each at t-1."""
        heads = [f"{name}[t-1]" for name in self.states]
        first = max(len(f"{name}[t]") for name in self.states)
        lines = [f"  {'':<{first}}  " + "  ".join(heads)]
        for of in self.states:
            signs = (f"{SIGNS[self.sparsity(of, b)]:^{len(head)}}" for b, head in zip(self.states, heads, strict=True))
            lines.append(f"  {of + '[t]':<{first}}  " + "  ".join(signs).rstrip())
        circle = "states act on each other entry by entry" if self.elementwise else ""
        return ["Jacobian of the step (0 zero, \\ diagonal, ■ full)" + f"; {circle}" * bool(circle), *lines]

    def counts(self) -> list[str]:
        """Parameters and operations, a formula a line."""
        lines = [f"parameters  {self.parameters}" + (f", and {self.fixed} not trained" if self.fixed != 0 else "")]
        if self.biases is not None:
            lines.append(f"  with one bias a gate  {self.biases.one_bias}")
            lines.append(f"  with two (cuDNN)      {self.biases.two_biases}")
        forward, backward = self.flops
        return [*lines, f"FLOPs a step  forward {forward}", f"              backward {backward}"]


def structure(cell: type[Cell]) -> Structure:
    """The structure of a cell."""
    record = cell.record
    step = lower(record)
    dependence = Dependence(step)
    jacobian = step_jacobian(step)
    known = places(record)
    states = tuple(dict.fromkeys(_state(known[name]) for name in jacobian.states))
    plan = schedule(differentiate(step))
    return Structure(
        cell=cell.id,
        affine=dependence.affine,
        given=tuple(dict.fromkeys(_state(known[name]) for name in dependence.given)),
        classes=classes(record, dependence),
        states=states,
        blocks=_blocks(jacobian, known, states),
        elementwise=_elementwise(jacobian, dependence),
        parameters=parameters(record),
        fixed=fixed(record),
        biases=conventions(record, step),
        flops=plan.flops,
    )


def classes(record: Record, dependence: Dependence) -> tuple[str, ...]:
    """The classes of a cell, linear or nonlinear first."""
    found = [LINEAR if dependence.linear else NONLINEAR]
    found += [MATRIX] * any(len(d.shape) == 2 for d in record.states)
    found += [STABILISER] * bool(dependence.stabilisers)
    found += [MICRO] * bool(micro_steps(record))
    return tuple(found)


def micro_steps(record: Record) -> int:
    """How often a step assigns a name again from its value before, as a loop in the body of a cell does."""
    position = {e.name: k for k, e in enumerate(record.equations)}
    reads: dict[str, set[str]] = {}
    for equation in record.equations:
        direct = {n.name for n in walk(equation.tree) if isinstance(n, Ref) and n.lag == 0 and n.name in position}
        reads[equation.name] = direct.union(*(reads[name] for name in direct if name in reads))
    longest = 0
    for name in position:
        # The versions of s are s_1, s_2, …, s.
        chain = [v for v in position if re.fullmatch(rf"{re.escape(name)}_\d+", v)] + [name]
        if len(chain) > 1 and all(a in reads[b] for a, b in zip(chain, chain[1:], strict=False)):
            longest = max(longest, len(chain))
    return longest


def _state(place: Place) -> str:
    """The name of a flat state as a reader knows it: the two parts of a complex one are one state."""
    return place.name if place.index is None else f"{place.name}[{place.index}]"


def _blocks(
    jacobian: StepJacobian, known: dict[str, Place], states: tuple[str, ...]
) -> tuple[tuple[str, str, str], ...]:
    """The sparsity of every block; that of a complex state is the least sparse of its parts."""
    parts = {state: [name for name in jacobian.states if _state(known[name]) == state] for state in states}
    order = (ZERO, DIAGONAL, FULL)
    return tuple(
        (of, wrt, max((jacobian.block(a, b).sparsity for a in parts[of] for b in parts[wrt]), key=order.index))
        for of in states
        for wrt in states
    )


def _elementwise(jacobian: StepJacobian, dependence: Dependence) -> bool:
    return all(jacobian.block(a, b).sparsity != FULL for group in dependence.groups for a in group for b in group)


def _is(names: tuple[str, ...]) -> str:
    return "is" if len(names) == 1 else "are"

