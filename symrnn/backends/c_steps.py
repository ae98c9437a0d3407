"""The two steps that the C backend works from, and which forward values the tape holds.

What can be had again for the price of at most one function from values that are kept anyway is no load for the tape:
the backward step computes it anew. Of an LSTM this is tanh(c), one number in eight.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from symrnn.adjoint import Program
from symrnn.ir import Leaf, Node, Pointwise, leaf, make, pointwise, topological
from symrnn.phases import STATIC, phases
from symrnn.simplify import rebuild, simplify
from symrnn.step import Step


@dataclass(frozen=True)
class Steps:
    """The forward step, whose outputs hold the tape as well, its adjoint, and a single step without a tape.

    ``kept`` gives for the name of every tape leaf of the backward step the forward value under it.
    """

    forward: Step
    backward: Step
    single: Step
    kept: dict[str, Node]


def steps(program: Program) -> Steps:
    """The steps of a program."""
    backward = simplify(program.backward)
    again = _recomputed(program.forward, _read(backward))
    if again:
        backward = simplify(_substituted(program.backward, again))
    names = _read(backward)
    live = set(topological(backward.roots))
    backward = replace(backward, inputs=tuple(n for n in backward.inputs if n in live or _role(n) == "cotangent"))
    own = {name for name, _ in program.forward.outputs}
    extra = tuple((n, program.forward.find(n)) for n in names if n not in own)
    forward = simplify(replace(program.forward, outputs=(*program.forward.outputs, *extra)))
    found = dict(forward.outputs)
    kept = {n: found[n] for n in names}
    outputs = tuple((n, v) for n, v in forward.outputs if n in own)
    return Steps(replace(forward, outputs=outputs), backward, program.forward, kept)


def _role(node: Node) -> str:
    return node.op.role if isinstance(node.op, Leaf) else ""


def _read(backward: Step) -> list[str]:
    """The names of the forward values that a backward step reads."""
    live = set(topological(backward.roots))
    return [n.op.name for n in backward.inputs if isinstance(n.op, Leaf) and n in live and _role(n) != "cotangent"]


def _recomputed(forward: Step, tape: list[str]) -> dict[str, Node]:
    """The values of a tape that the backward step computes again, as nodes over its own leaves."""
    found = {name: forward.find(name) for name in tape}
    when = phases(forward)
    written = {c.write: c for c in forward.carries}
    outputs = {node for _, node in forward.outputs}
    stays = set(outputs) | {n for n in found.values() if not _cheap(n)}
    stays |= {n for n, c in written.items() if c.read in found.values() or n in outputs}
    again: dict[str, Node] = {}
    for name, node in found.items():
        if node in stays or node in written or when[node] == STATIC or not _cheap(node):
            continue
        if all(_role(a) in ("input", "parameter") or a in stays or when[a] == STATIC for a in node.args):
            assert isinstance(node.op, Pointwise)
            again[name] = pointwise(node.op.expr, [_seen(forward, a, when[a] == STATIC) for a in node.args])
    return again


def _cheap(node: Node) -> bool:
    """Whether a value is one expression of others: normal form allows it a single function."""
    return isinstance(node.op, Pointwise) and bool(node.args)


def _seen(forward: Step, node: Node, static: bool) -> Node:
    """A forward value as the backward step reads it."""
    if _role(node) == "parameter":
        return node
    return leaf(forward.names[node], "static" if static else "tape", node.shape)


def _substituted(backward: Step, again: dict[str, Node]) -> Step:
    """The backward step with some leaves of its tape replaced by what computes them."""
    swap = {n: again[n.op.name] for n in backward.inputs if isinstance(n.op, Leaf) and n.op.name in again}
    leaves = [n for n in topological(swap.values()) if isinstance(n.op, Leaf) and _role(n) != "parameter"]
    step = replace(backward, inputs=tuple(dict.fromkeys((*backward.inputs, *leaves))))

    def rule(node: Node, before: Node) -> Node:
        args = [swap.get(a, a) for a in node.args]
        return pointwise(node.op.expr, args) if isinstance(node.op, Pointwise) else make(node.op, *args)

    return rebuild(step, rule, "again")
