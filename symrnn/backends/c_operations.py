"""What a C kernel is made of: operations, and the stage at which each of them runs.

A compiled loop pays nothing for a call, so only matrix products gain from seeing many ticks at once. Therefore

- ``once``: what depends on parameters alone, and ``ending``: what is made of sums over time and batch;
- ``ahead``: products that do not depend on the recurrence, and what they need, for a chunk of ticks;
- ``behind``: products on which the recurrence does not depend, and what needs them, for a chunk of ticks;
- ``tick``: everything else, elementwise work that could be hoisted included, since it is fused there for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from symrnn.ir import Broadcast, Contract, Leaf, Node, Pointwise
from symrnn.operations import Gathered, Stacked
from symrnn.primitives import Reshape, Slice

ONCE, AHEAD, TICK, BEHIND, ENDING = "once", "ahead", "tick", "behind", "ending"
RARE = (ONCE, ENDING)
CHUNKED = (AHEAD, BEHIND)


@dataclass(frozen=True)
class Lane:
    """A value computed component by component."""

    node: Node


@dataclass(frozen=True)
class Put:
    """A copy of a value to where a result is expected: ``carry``, ``output`` or ``sum``, and its name."""

    node: Node
    kind: str
    name: str


@dataclass(frozen=True)
class Tally:
    """A value added up over time and batch: into the gradient of a parameter (``sum``) or a ``total``."""

    node: Node
    kind: str
    name: str


@dataclass(frozen=True)
class Outer:
    """Σ over time and batch of left[k] rightᵀ, each into the gradient or total of that name: one GEMM."""

    names: tuple[str, ...]
    left: tuple[Node, ...]
    right: Node
    kind: str


@dataclass(frozen=True)
class Function:
    """A contraction or a function of whole values on its own."""

    node: Node


Elementwise = Lane | Put | Tally
Operation = Elementwise | Outer | Function | Stacked | Gathered


def results(operation: Operation) -> tuple[Node, ...]:
    """The values that an operation computes."""
    match operation:
        case Lane(node) | Function(node):
            return (node,)
        case Stacked() | Gathered():
            return operation.results
    return ()


def reads(operation: Operation) -> tuple[Node, ...]:
    """The values that an operation reads."""
    match operation:
        case Lane(node) | Function(node):
            return node.args
        case Put(node) | Tally(node):
            return (node,)
        case Outer(_, left, right):
            return (*left, right)
        case Stacked():
            return (operation.operand, *operation.weights)
        case Gathered():
            return (*operation.operands, *operation.weights)


def root(node: Node) -> Node:
    """The value that a slice or a reshaped value is a view of; any other value itself."""
    while isinstance(node.op, Slice | Reshape):
        node = node.args[0]
    return node


def role(node: Node) -> str:
    """The role of a leaf, empty for anything else."""
    return node.op.role if isinstance(node.op, Leaf) else ""


def by_component(node: Node) -> bool:
    """Whether every component is an expression of one component of each operand."""
    match node.op:
        case Pointwise() | Broadcast():
            return True
        case Contract(spec):
            words, output = spec.split("->")
            letters = words.split(",")
            plain = all(len(set(w)) == len(w) for w in (*letters, output))
            return plain and set("".join(letters)) == set(output)
    return False
