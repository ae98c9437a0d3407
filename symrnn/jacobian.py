"""The Jacobian of one step in blocks, and its product over time.

∂s_t/∂s_{t-1} decides what backpropagation through time does to a gradient. It has a block for every pair of states,
each a sum of products of diagonal and weight matrices. Two different questions are asked of a block, and told apart:
with the other states at t-1 held fixed (``block``, the entry of the Jacobian), or with the state perturbed where it was
computed at t-1, so that what else was computed from it there follows (``total``).
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field

from symrnn.errors import UsageError
from symrnn.ir import Node
from symrnn.jacobian_blocks import Block as Block
from symrnn.jacobian_blocks import StepJacobian as StepJacobian
from symrnn.jacobian_blocks import TimeProduct as TimeProduct
from symrnn.jacobian_dependence import dependence, follows, jumps
from symrnn.jacobian_local import Local
from symrnn.jacobian_naming import Naming
from symrnn.jacobian_rules import Chain, Derivative, is_long, needed, reference_to
from symrnn.jacobian_terms import Definition as Definition
from symrnn.jacobian_terms import Term, combine, compose
from symrnn.step import Carry, Step

PATHS = {"block": "block", "direct": "block", "total": "total"}


@dataclass
class Jacobians:
    """The Jacobians of one step; blocks with respect to one state share what lies between."""

    step: Step
    accurate: bool = False
    chains: dict[tuple[Node, int], Chain] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.naming = Naming(self.step)
        self.local = Local(self.naming, self.accurate)

    def chain(self, seed: Node, lag: int = 0) -> Chain:
        """The chain rule from a value, ``lag`` ticks before t."""
        return self.chains.setdefault((seed, lag), Chain(self.local, seed, lag))

    def all(self, path: str = "block") -> StepJacobian:
        """All blocks of ∂s_t/∂s_{t-1}."""
        states = tuple(c.name for c in self.step.carries)
        if not states:
            raise UsageError(f"{self.step.name} has no state")
        return StepJacobian(
            states, tuple(tuple(self.block(of, wrt, path) for wrt in states) for of in states), PATHS[path]
        )

    def block(self, of: str, wrt: str, path: str = "block") -> Block:
        """The block of a state or named value at t with respect to a state at t-1, or to an input at t."""
        if path not in PATHS:
            raise UsageError(f"there is no path {path!r}; say block (or direct) or total")
        target, source = _target(self.step, of), _source(self.step, wrt, PATHS[path])
        seed = source.read if isinstance(source, Carry) else source
        if PATHS[path] == "total" and isinstance(source, Carry):
            found = self._total(target, source)
        else:
            found = self.chain(seed).to(target)
        everything = (*found.terms, *(term for d in found.definitions for term in d.terms))
        read = dependence(self.naming, everything) | (
            {wrt} if _jumps(self.step, target, source, PATHS[path]) else set()
        )
        reads = tuple(c.name for c in self.step.carries if c.name in read)
        return Block(of, wrt, PATHS[path], found.terms, found.definitions, target.shape, seed.shape, reads, self.step)

    def _total(self, target: Node, source: Carry) -> Derivative:
        """Σ over states s of ∂of_t/∂s_{t-1} · ds_{t-1}/dwrt_{t-1}, the latter within the step before."""
        before = self.chain(source.write, 1)
        total: list[Term] = []
        definitions: list[Definition] = []
        for carry in self.step.carries:
            if not follows(self.step, carry, source):
                continue
            inner, outer = before.to(carry.write), self.chain(carry.read).to(target)
            if len(inner.terms) > 1 and is_long(compose(outer.terms, inner.terms)):
                definitions += (*inner.definitions, before.definition(carry.write, inner.terms))
                inner = Derivative(reference_to(definitions[-1]))
            definitions += (*inner.definitions, *outer.definitions)
            total += compose(outer.terms, inner.terms)
        terms = combine(total)
        return Derivative(terms, needed(terms, definitions))


def step_jacobian(step: Step, path: str = "block", *, accurate: bool = False) -> StepJacobian:
    """All blocks of ∂s_t/∂s_{t-1}."""
    return Jacobians(step, accurate).all(path)


def jacobian_block(step: Step, of: str, wrt: str, path: str = "block", *, accurate: bool = False) -> Block:
    """The block of state (or named value) ``of`` at t with respect to state ``wrt`` at t-1, or to an input at t."""
    return Jacobians(step, accurate).block(of, wrt, path)


def _jumps(step: Step, target: Node, source: Carry | Node, path: str) -> bool:
    """Whether a derivative that is declared, or that of a step, lies between ``source`` and ``target``."""
    if not isinstance(source, Carry):
        return jumps(step, source, [target])
    if path == "block":
        return jumps(step, source.read, [target])
    following = [c for c in step.carries if follows(step, c, source)]
    before = jumps(step, source.write, [c.write for c in following])
    return before or any(jumps(step, c.read, [target]) for c in following)


def _target(step: Step, of: str) -> Node:
    """The node of a state as it is written, or of a named value."""
    named = dict(step.equations) | {c.name: c.write for c in step.carries}
    if of not in named:
        raise UsageError(f"{step.name} computes no {of!r}; {_near(of, named)}")
    return named[of]


def _source(step: Step, wrt: str, path: str) -> Carry | Node:
    """The carry of a state, or the leaf of an input."""
    carries = {c.name: c for c in step.carries}
    inputs = {step.names[n]: n for n in step.inputs}
    if wrt in carries:
        return carries[wrt]
    if wrt in inputs and path == "block":
        return inputs[wrt]
    reason = "an input is not carried; its path is block" if wrt in inputs else _near(wrt, {**carries, **inputs})
    raise UsageError(f"{step.name} has no state {wrt!r}; {reason}")


def _near(name: str, known: Mapping[str, object]) -> str:
    close = difflib.get_close_matches(name, known, n=3) or list(known)[:8]
    return f"try {', '.join(close)}"
