"""The reference meaning of a step: slow, obvious, and indifferent to how many leading axes its arrays have.

Every array may carry leading axes (batch, directions of a complex step), which broadcast; the last axes are the
value's own shape. Complex numbers pass through every function, kinks branching on the real part, so that a complex
step of 1e-60 through this interpreter gives derivatives to machine precision.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy

from symrnn.errors import StepError
from symrnn.ir import Broadcast, Contract, Leaf, Node, Pointwise, Shape, is_slot
from symrnn.ops.elementwise import Head
from symrnn.step import Step
from symrnn.whole_values import VALUES

Array = Any


def interpret(step: Step, values: Mapping[str, Array], numbers: Mapping[str, float]) -> dict[str, Array]:
    """Every named value of one tick.

    ``values`` holds the leaves by name (``x``, ``h[t-1]``, ``W_i``), each of shape ``(..., *shape)``; ``numbers`` holds
    the named constants and sizes. Outputs, carries (``h[t]``) and sums come under their own names too.
    """
    known: dict[Node, Array] = {leaf: values[step.names[leaf]] for leaf in step.leaves}
    for _, node in step.equations:
        known[node] = evaluate(node, [known[a] for a in node.args], numbers)
    result = {name: known[node] for node, name in step.names.items()}
    result |= {name: known[node] for name, node in (*step.outputs, *step.sums)}
    return result | {write_name(step, c.name): known[c.write] for c in step.carries}


def write_name(step: Step, name: str) -> str:
    """The name under which ``interpret`` returns what a carry hands on: ``h[t]`` forwards, ``dh[t-1]`` backwards."""
    return f"d{name}[t-1]" if step.reverse else f"{name}[t]"


def unroll(
    step: Step,
    inputs: Mapping[str, Array],
    carry: Mapping[str, Array],
    parameters: Mapping[str, Array],
    numbers: Mapping[str, float],
) -> tuple[list[dict[str, Array]], dict[str, Array]]:
    """Run a step over the sequences in ``inputs`` (first axis is time).

    Returns the values of every tick in order of t, and the carry it ends with. A step that runs backwards starts at
    the last tick.
    """
    length = min((len(v) for v in inputs.values()), default=0)
    ticks: list[dict[str, Array]] = []
    state = dict(carry)
    for t in reversed(range(length)) if step.reverse else range(length):
        leaves = {name: seq[t] for name, seq in inputs.items()} | dict(parameters)
        leaves |= {step.names[c.read]: state[c.name] for c in step.carries}
        ticks.append(interpret(step, leaves, numbers))
        state = {c.name: ticks[-1][write_name(step, c.name)] for c in step.carries}
    return (ticks[::-1] if step.reverse else ticks), state


def evaluate(node: Node, args: list[Array], numbers: Mapping[str, float]) -> Array:
    """The value of one node from the values of its operands."""
    match node.op:
        case Pointwise(expr):
            rank = len(node.shape)
            if not args:
                return np.reshape(scalar(expr, [], numbers), (1,))
            aligned = [_align(value, len(a.shape), rank) for value, a in zip(args, node.args, strict=True)]
            return scalar(expr, aligned, numbers)
        case Contract(spec):
            return _einsum(spec, args)
        case Broadcast(shape, axes):
            own = args[0] if axes or len(shape) == 1 else args[0][..., 0]
            lead = own.shape[: own.ndim - max(len(axes), int(len(shape) == 1))]
            kept = [n if axis in axes else 1 for axis, n in enumerate(_extents(shape, numbers))]
            return own.reshape(*lead, *kept) * np.ones(_extents(shape, numbers))
        case Leaf(name):
            raise StepError(f"{name} has no value")
        case op:
            return VALUES[type(op)](op, args, [len(a.shape) for a in node.args], lambda s: _extents(s, numbers))


def _extents(shape: Shape, numbers: Mapping[str, float]) -> tuple[int, ...]:
    """A symbolic shape in numbers."""
    return tuple(int(s.xreplace({n: sympy.Integer(numbers[n.name]) for n in s.free_symbols})) for s in shape)


def _align(value: Array, own: int, rank: int) -> Array:
    """A scalar beside matrices: one more axis at the end for each that it lacks."""
    return value.reshape(value.shape + (1,) * (rank - own)) if rank > own else value


def _einsum(spec: str, args: list[Array]) -> Array:
    """An Einstein sum over the own axes; leading axes broadcast, scalars have a last axis of length 1."""
    words, output = spec.split("->")
    operands = [a if word else a[..., 0] for a, word in zip(args, words.split(","), strict=True)]
    single = "".join(dict.fromkeys(output))
    full = ",".join("..." + word for word in words.split(",")) + "->..." + single
    value = np.einsum(full, *operands)
    if single != output:  # a diagonal matrix
        return value[..., None] * np.eye(value.shape[-1])
    return value if output else value[..., None]


def scalar(expr: sympy.Expr, args: list[Array], numbers: Mapping[str, float]) -> Array:
    """A scalar expression over slots, applied to arrays."""
    if isinstance(expr, sympy.Symbol):
        return args[int(expr.name[1:])] if is_slot(expr) else np.float64(numbers[expr.name])
    if expr.is_Number:
        return np.float64(expr)
    values = [scalar(a, args, numbers) for a in expr.args]
    if isinstance(expr, Head):
        return expr.op.value(*values)
    if isinstance(expr, sympy.Pow):
        return _power(values[0], expr.exp, values[1])
    total = values[0]
    for value in values[1:]:
        total = total + value if isinstance(expr, sympy.Add) else total * value
    return total


def _power(base: Array, exponent: sympy.Expr, value: Array) -> Array:
    """A power; whole exponents are multiplied out, so that a complex step stays exact."""
    if not exponent.is_Integer:
        return base**value
    power = base
    for _ in range(abs(int(exponent)) - 1):
        power = power * base
    return power if exponent > 0 else 1 / power
