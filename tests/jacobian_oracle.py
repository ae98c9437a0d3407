"""Derivatives of a step by perturbation, which share no rule with the engine: complex steps through the equations.

A function whose derivative is declared (straight-through) moves by what is declared, not by what it does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy

from symrnn.flat import flat
from symrnn.interpret import evaluate
from symrnn.ir import Leaf, Node, Pointwise
from symrnn.ops.elementwise import Head
from symrnn.record import Record
from symrnn.step import Step

EPS = 1e-20
SIZES = {"n_x": 2, "n_h": 3, "n_k": 2, "n_v": 4}
OTHER = 2  # the length of anything else
BATCH = 4
Values = dict[str, Any]


def length(size: sympy.Expr) -> int:
    """A size in numbers."""
    return int(size.xreplace({s: sympy.Integer(SIZES.get(s.name, OTHER)) for s in size.free_symbols}))


def numbers(step: Step) -> dict[str, float]:
    """Constants and sizes."""
    assert isinstance(step.origin, Record)
    return {**dict(step.origin.constants), **{s.name: length(s) for s in step.origin.sizes}}


def extents(node: Node) -> tuple[int, ...]:
    """The shape of a value in numbers."""
    return tuple(map(length, node.shape))


def count(node: Node) -> int:
    """The number of entries of a value."""
    return int(np.prod(extents(node)))


def sample(step: Step, seed: int = 0) -> Values:
    """Random leaves of the domains that the cell declares: signals with a batch axis, parameters without."""
    rng = np.random.default_rng(seed)
    assert isinstance(step.origin, Record)
    record = flat(step.origin)
    domains = {d.name: d.domain for d in (*record.inputs, *record.params)}
    values = {}
    for leaf in step.leaves:
        lead = () if is_parameter(leaf) else (BATCH,)
        drawn = rng.normal(size=(*lead, *extents(leaf)))
        values[step.names[leaf]] = within(drawn, domains.get(step.names[leaf], "real"))
    return values


def within(drawn: Any, domain: str) -> Any:
    """Random numbers brought to a domain."""
    match domain:
        case "positive":
            return np.abs(drawn) + 0.3
        case "time":
            return np.ceil(np.abs(drawn) * 3) + 1
        case "unit":
            return 1 / (1 + np.exp(-drawn))
        case "mask":
            return 1.0 * (drawn > 0)
    return drawn


def is_parameter(leaf: Node) -> bool:
    """Whether a leaf is the same for the whole batch."""
    return isinstance(leaf.op, Leaf) and leaf.op.role == "parameter"


def directions(node: Node) -> Any:
    """Every unit direction of a value times the step, shape (directions, 1, *own)."""
    n = count(node)
    return 1j * EPS * np.eye(n).reshape(n, 1, *extents(node))


def columns(value: Any, of: Node, wrt: Node) -> Any:
    """The imaginary parts of perturbed results, as (batch, rows, columns)."""
    full = np.broadcast_to((value + 0j).imag / EPS, (count(wrt), BATCH, *extents(of)))
    return np.moveaxis(full.reshape(count(wrt), BATCH, count(of)), 0, -1)


def tick(step: Step, values: Mapping[str, Any], at: Node | None = None) -> dict[Node, Any]:
    """Every value of a tick, ``at`` perturbed right after it was computed."""
    known: dict[Node, Any] = {leaf: values[step.names[leaf]] for leaf in step.leaves}
    if at in known:
        known[at] = known[at] + directions(at)
    for _, node in step.equations:
        if node in step.leaves:
            continue
        known[node] = moved(node, [known[a] for a in node.args], numbers(step))
        if node is at:
            known[node] = known[node] + directions(at)
    return known


def moved(node: Node, args: list[Any], known: Mapping[str, float]) -> Any:
    """The value of a node; where the derivative of a function is declared to be 1, its result moves as its argument."""
    if isinstance(node.op, Pointwise) and isinstance(node.op.expr, Head) and node.op.expr.op.surrogate:
        assert [int(d) for d in node.op.expr.op.accurate(*node.op.expr.args)] == [1]
        return evaluate(node, [args[0].real], known) + (args[0] - args[0].real)
    return evaluate(node, args, known)


def by_leaf(step: Step, values: Values, wrt: Node) -> dict[Node, Any]:
    """Every value of a tick with ``wrt``, a leaf, perturbed: what ``columns`` reads derivatives from."""
    return tick(step, values, wrt)


def total(step: Step, before: Values, now: Values, of: str, wrt: str) -> Any:
    """∂of_t/∂wrt_{t-1} with wrt perturbed where tick t-1 computed it; ``now`` lends the input of tick t."""
    carries = {c.name: c for c in step.carries}
    known = tick(step, before, carries[wrt].write)
    following = {**now, **{step.names[c.read]: known[c.write] for c in step.carries}}
    return columns(tick(step, following)[carries[of].write], carries[of].write, carries[wrt].write)
