"""The tape: the forward values that the backward step reads, less those that it computes again because that is cheaper.

A value is computed again where one expression gives it from values that are kept anyway. What such an expression may
cost is for a backend to say: reading one more array back from memory costs about as much as an arithmetic operation,
a call of a function more than that, unless it is fused into a loop that has its argument at hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import sympy

from symrnn.adjoint import Program
from symrnn.ir import Leaf, Node, Pointwise, leaf, make, pointwise, topological
from symrnn.phases import STATIC, phases
from symrnn.simplify import rebuild, simplify
from symrnn.step import Step

Price = Callable[[sympy.Expr], bool]
MOST_OPERATIONS = 3  # of sums and products: not slower than storing; four to six took 2 to 7 % longer (rwkv4)


@dataclass(frozen=True)
class Tape:
    """The names of the forward values that a backward step reads and of those that it computes again, and that step."""

    names: tuple[str, ...]
    again: tuple[str, ...]
    backward: Step


def single_expression(expr: sympy.Expr) -> bool:
    """The price of a backend that fuses: any one expression. Normal form allows it a single function."""
    return True


def arithmetic(expr: sympy.Expr) -> bool:
    """The price of a backend that makes one pass over memory for each operation: a few sums and products."""
    parts = sympy.preorder_traversal(expr)
    plain = all(part.is_Symbol or part.is_Number or part.is_Add or part.is_Mul for part in parts)
    return plain and int(sympy.count_ops(expr)) <= MOST_OPERATIONS


def tape_of(program: Program, cheap: Price) -> Tape:
    """What the backward step of a program reads when it computes again what is cheap."""
    backward = simplify(program.backward)
    again = _computed_again(program.forward, _read(backward), cheap)
    if again:
        backward = simplify(_substituted(program.backward, again))
    live = set(topological(backward.roots))
    inputs = tuple(n for n in backward.inputs if n in live or role(n) == "cotangent")
    return Tape(tuple(_read(backward)), tuple(again), replace(backward, inputs=inputs))


def role(node: Node) -> str:
    """The role of a leaf, empty for what is computed."""
    return node.op.role if isinstance(node.op, Leaf) else ""


def _read(backward: Step) -> list[str]:
    """The names of the forward values that a backward step reads."""
    live = set(topological(backward.roots))
    return [n.op.name for n in backward.inputs if isinstance(n.op, Leaf) and n in live and role(n) != "cotangent"]


def _computed_again(forward: Step, read: list[str], cheap: Price) -> dict[str, Node]:
    """The cheap ones of the values that are read, as nodes over leaves of the backward step."""
    found = {name: forward.find(name) for name in read}
    when = phases(forward)
    written = {c.write: c for c in forward.carries}
    outputs = {node for _, node in forward.outputs}
    stays = outputs | {n for n in found.values() if not _single(n, cheap)}
    stays |= {n for n, c in written.items() if c.read in found.values() or n in outputs}
    again: dict[str, Node] = {}
    for name, node in found.items():
        if node in stays or node in written or when[node] == STATIC or not isinstance(node.op, Pointwise):
            continue
        if all(role(a) in ("input", "parameter") or a in stays or when[a] == STATIC for a in node.args):
            again[name] = pointwise(node.op.expr, [_seen(forward, a, when[a] == STATIC) for a in node.args])
    return again


def _single(node: Node, cheap: Price) -> bool:
    """Whether a value is one expression of others, and a cheap one."""
    return isinstance(node.op, Pointwise) and bool(node.args) and cheap(node.op.expr)


def _seen(forward: Step, node: Node, static: bool) -> Node:
    """A forward value as the backward step reads it."""
    if role(node) == "parameter":
        return node
    return leaf(forward.names[node], "static" if static else "tape", node.shape)


def _substituted(backward: Step, again: dict[str, Node]) -> Step:
    """The backward step with some leaves of its tape replaced by what computes them."""
    swap = {n: again[n.op.name] for n in backward.inputs if isinstance(n.op, Leaf) and n.op.name in again}
    leaves = [n for n in topological(swap.values()) if isinstance(n.op, Leaf) and role(n) != "parameter"]
    step = replace(backward, inputs=tuple(dict.fromkeys((*backward.inputs, *leaves))))

    def rule(node: Node, before: Node) -> Node:
        args = [swap.get(a, a) for a in node.args]
        return pointwise(node.op.expr, args) if isinstance(node.op, Pointwise) else make(node.op, *args)

    return rebuild(step, rule, "again")
