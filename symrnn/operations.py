"""What a schedule is made of: operations that each become one call, or a few, of a backend.

Values that are computed alike are computed together. ``Stacked`` multiplies one operand by several matrices (the gates
of a step), ``Gathered`` sums products of several operands (the adjoint of that), ``Bundle`` applies one expression to
several lanes, ``Reduction`` sums over time and batch (a weight gradient is one GEMM). ``Single`` is anything else.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from symrnn.ir import Node


@dataclass(frozen=True)
class Stacked:
    """results[k] = weights[k] @ operand (or the transposed weight): one GEMM, its output cut into lanes."""

    results: tuple[Node, ...]
    weights: tuple[Node, ...]
    operand: Node
    transposed: bool


@dataclass(frozen=True)
class Gathered:
    """result = Σ_k weights[k] @ operands[k] (or the transposed weights): one GEMM over operands side by side."""

    result: Node
    weights: tuple[Node, ...]
    operands: tuple[Node, ...]
    transposed: bool

    @property
    def results(self) -> tuple[Node, ...]:
        return (self.result,)


@dataclass(frozen=True)
class Bundle:
    """results[k] = expr(args[0][k], args[1][k], …); an argument with a single entry is shared by all lanes."""

    results: tuple[Node, ...]
    expr: sympy.Expr
    args: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True)
class Single:
    """A contraction or broadcast on its own."""

    node: Node

    @property
    def results(self) -> tuple[Node, ...]:
        return (self.node,)


@dataclass(frozen=True)
class Reduction:
    """names[k] = Σ over time and batch of left[k] rightᵀ, or of left[k] alone where ``right`` is None.

    The names are those of gradients, or of totals from which the rest of a gradient is computed.
    """

    names: tuple[str, ...]
    left: tuple[Node, ...]
    right: Node | None
    totals: bool = False

    @property
    def results(self) -> tuple[Node, ...]:
        return ()


Operation = Stacked | Gathered | Bundle | Single | Reduction


def reads(operation: Operation) -> tuple[Node, ...]:
    """The values that an operation reads, weights included."""
    match operation:
        case Stacked():
            return (operation.operand, *operation.weights)
        case Gathered():
            return (*operation.operands, *operation.weights)
        case Bundle():
            return tuple(n for lanes in operation.args for n in lanes)
        case Single():
            return operation.node.args
        case Reduction():
            return (*operation.left, *((operation.right,) if operation.right else ()))
