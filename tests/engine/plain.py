"""What a cell means, evaluated straight from the author's equations: the oracle of the engine's tests.

It shares nothing with lowering, the interpreter or the rules: every value is a matrix (a vector is a column, a scalar
1 by 1) with leading axes (direction, batch), functions come from a table of its own, and gradients are complex steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from symrnn.record import Record
from symrnn.tree import Apply, Arith, Compare, Named, Number, Param, Product, Ref, Structural, Transpose, Tree, fold

Arrays = dict[str, Any]
TINY = 1e-30


def rising(z: Any) -> Any:
    """1 where the real part is positive, else 0."""
    return (np.real(z) > 0) * 1.0


FUNCTIONS = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "heaviside": rising,
    "relu": lambda z: z * rising(z),
    "where": lambda c, a, b: np.where(c.real > 0, a, b),
    "magnitude": lambda z: z * (rising(z) - rising(-z)),
    "maximum": lambda a, b: b + (a - b) * rising(a - b),
    "minimum": lambda a, b: a - (a - b) * rising(a - b),
    "hard_sigmoid": lambda z, k: (k * z + 0.5) * rising(k * z + 0.5) * rising(0.5 - k * z) + rising(k * z - 0.5),
}


RELATIONS = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal}


def whole(name: str, parts: tuple[Any, ...], options: dict[str, Any], numbers: Mapping[str, float]) -> Any:
    """A function of whole values by its definition; a vector is a column, so axis 0 is the last but one."""
    axis = -1 if options.get("axis") == 1 else -2
    v = parts[0] if parts else None
    match name:
        case "softmax":
            return np.exp(v) / np.exp(v).sum(axis, keepdims=True)
        case "logsumexp":
            total = np.log(np.exp(v).sum(axis, keepdims=True))
            return total if axis == -1 else np.swapaxes(total, -1, -2)
        case "cumsum":
            return np.cumsum(v, axis)
        case "normalize":
            sizes = v**2 if options["p"] == 2 else v * np.sign(v.real)
            return v / (sizes.sum(axis, keepdims=True) + float(options["eps"])) ** (1 / float(options["p"]))
        case "layer_norm" | "rms_norm":
            return _standardized(v - v.mean(axis, keepdims=True) * (name[0] == "l"), parts[1:], axis, options["eps"])
        case "concat":
            lead = np.broadcast_shapes(*(p.shape[:-2] for p in parts))
            return np.concatenate([np.broadcast_to(p, (*lead, *p.shape[-2:])) for p in parts], -2)
        case "split":
            length = v.shape[-2] // options["parts"]
            return v[..., options["part"] * length : (options["part"] + 1) * length, :]
        case "reshape":
            return v.reshape(*v.shape[:-2], *(*extents(options["shape"], numbers), 1)[:2])
        case "ones" | "eye":
            (rows, *_) = extents(options["shape"], numbers)
            return np.ones((rows, 1)) if name == "ones" else np.eye(rows)
        case "diag":
            return v * np.eye(v.shape[-2])
        case "solve":
            return np.linalg.inv(v) @ parts[1]
        case "expm":
            terms = [np.eye(v.shape[-1]) + 0 * v]
            for k in range(1, 40):
                terms.append(terms[-1] @ v / k)
            return sum(terms)
    raise AssertionError(name)


def _standardized(v: Any, gains: tuple[Any, ...], axis: int, eps: Any) -> Any:
    gains = tuple(np.swapaxes(g, -1, -2) if axis == -1 else g for g in gains)
    scaled = v / np.sqrt((v**2).mean(axis, keepdims=True) + float(eps)) * (gains[0] if gains else 1)
    return scaled + gains[1] if len(gains) > 1 else scaled


def extents(shape: tuple[sympy.Expr, ...], sizes: Mapping[str, int]) -> tuple[int, ...]:
    """A shape in numbers."""
    return tuple(int(s.xreplace({n: sympy.Integer(sizes[n.name]) for n in s.free_symbols})) for s in shape)


def column(array: Any, rank: int) -> Any:
    """A value with its leading axes as a matrix: scalars of rank 0 get two axes, vectors one."""
    return array.reshape(array.shape + (1,) * (2 - rank))


def evaluate(tree: Tree, values: Mapping[tuple[str, int], Any], numbers: Mapping[str, float]) -> Any:
    """The value of an expression; ``values`` holds signals by name and lag, parameters by name and -1."""

    def combine(node: Tree, parts: tuple[Any, ...]) -> Any:
        match node:
            case Ref(name, lag):
                return values[name, lag]
            case Param(name):
                return values[name, -1]
            case Named(name):
                return numbers[name]
            case Number(value):
                return float(value)
            case Product():
                return parts[0] @ parts[1]
            case Transpose():
                return np.swapaxes(parts[0], -1, -2)
            case Apply(op):
                return FUNCTIONS[op](*parts)
            case Compare(op, _, _):
                return RELATIONS[op](parts[0].real, parts[1].real) * 1.0
            case Structural(name, _, options):
                return whole(name, parts, dict(options), numbers)
            case Arith("neg"):
                return -parts[0]
            case Arith(op):
                a, b = parts
                return {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b}.get(
                    op, lambda: a**b
                )()
        raise AssertionError(node)

    return fold(tree, combine)


@dataclass
class Problem:
    """A cell with sizes, and numbers to run it on; ``params`` are blocks by name."""

    record: Record
    sizes: dict[str, int]
    x: Arrays
    params: Arrays
    state: Arrays
    dy: Arrays
    dstate: Arrays

    @property
    def numbers(self) -> dict[str, float]:
        return {**dict(self.record.constants), **self.sizes}


def problem(record: Record, rng: np.random.Generator, T: int = 3, B: int = 2, **sizes: int) -> Problem:
    """Random numbers of moderate size for a cell."""

    def draw(lead: tuple[int, ...], shape: tuple[sympy.Expr, ...], domain: str = "real") -> Any:
        array = rng.uniform(0.2, 1.2, (*lead, *extents(shape, sizes)))
        return array if domain in ("positive", "unit") else array * rng.choice([-1.0, 1.0], array.shape)

    return Problem(
        record,
        sizes,
        {d.name: draw((T, B), d.shape, d.domain) for d in record.inputs},
        {d.name: draw((), d.shape, d.domain) for d in record.params},
        {d.name: draw((B,), d.shape, d.domain) for d in record.states},
        {n: draw((T, B), record.shape_of(n)) for n in record.outputs},
        {d.name: draw((B,), d.shape) for d in record.states},
    )


def run(p: Problem, x: Arrays, params: Arrays, state: Arrays) -> tuple[list[Arrays], Arrays]:
    """Every value of every tick, and the last state; arrays have leading axes (direction, batch) after time."""
    record, ticks = p.record, []
    rank = {d.name: len(d.shape) for d in (*record.inputs, *record.states, *record.params)}
    values = {(n, -1): column(v, rank[n]) for n, v in params.items()}
    now = {n: column(v, rank[n]) for n, v in state.items()}
    length = len(next(iter(x.values())))
    for t in range(length):
        values |= {(n, 1): v for n, v in now.items()} | {(n, 0): column(v[t], rank[n]) for n, v in x.items()}
        for equation in record.equations:
            values[equation.name, 0] = evaluate(equation.tree, values, p.numbers)
        now = {d.name: values[d.name, 0] for d in record.states}
        ticks.append({e.name: values[e.name, 0] for e in record.equations})
    return ticks, now


def lifted(arrays: Arrays, axis: int) -> Arrays:
    """Arrays with a direction axis of length 1 at ``axis``."""
    return {n: np.expand_dims(v, axis) for n, v in arrays.items()}


def forward(p: Problem) -> tuple[Arrays, Arrays]:
    """The outputs over time and the last state, in the shapes of the kernel's contract."""
    params = {n: v[None, None] for n, v in p.params.items()}
    ticks, last = run(p, lifted(p.x, 1), params, lifted(p.state, 0))
    y = {n: np.stack([plain_shape(t[n], d, n, p.record)[0] for t in ticks]) for n, d in p.dy.items()}
    return y, {n: plain_shape(last[n], p.dstate[n], n, p.record)[0] for n in p.state}


def plain_shape(value: Any, like: Any, name: str, record: Record) -> Any:
    """A value as (direction, batch, *shape), a value without a batch repeated."""
    shape = like.shape[-len(record.shape_of(name)) :]
    batch = like.shape[-len(shape) - 1]
    full = (*shape, 1) if len(shape) == 1 else shape
    lead = np.broadcast_shapes(value.shape[:-2], (1, batch))
    return np.broadcast_to(value, (*lead, *full)).reshape(*lead, *shape)


def losses(p: Problem, x: Arrays, params: Arrays, state: Arrays) -> Any:
    """Σ ⟨dy, y⟩ + ⟨dstate, last state⟩ for each direction and sequence: (direction, batch)."""
    ticks, last = run(p, x, params, state)
    total: Any = 0.0
    for n, weights in p.dy.items():
        for t, weight in enumerate(weights):
            total = total + _inner(plain_shape(ticks[t][n], weights, n, p.record), weight)
    for n, weight in p.dstate.items():
        total = total + _inner(plain_shape(last[n], weight, n, p.record), weight)
    return total


def _inner(value: Any, weight: Any) -> Any:
    return (value * weight).reshape(*value.shape[:2], -1).sum(-1)


def gradients(p: Problem) -> tuple[Arrays, Arrays, Arrays]:
    """The gradients of params (block by block), x and the first state by complex steps, all directions at once."""
    pieces = [(p.params, n, v.shape) for n, v in p.params.items()]
    pieces += [(p.x, n, (len(v), *v.shape[2:])) for n, v in p.x.items()]
    pieces += [(p.state, n, v.shape[1:]) for n, v in p.state.items()]
    counts = [int(np.prod(shape)) for _, _, shape in pieces]
    total = sum(counts)
    steps = np.split(1j * TINY * np.eye(total), np.cumsum(counts)[:-1], axis=1)
    x, params, state = lifted(p.x, 1), {n: v[None, None] for n, v in p.params.items()}, lifted(p.state, 0)
    for (group, n, shape), step in zip(pieces, steps, strict=True):
        moved = step.reshape(total, 1, *shape)
        if group is p.params:
            params[n] = params[n] + moved
        elif group is p.x:
            x[n] = x[n] + np.moveaxis(moved, 2, 0)
        else:
            state[n] = state[n] + moved
    slopes = np.broadcast_to(losses(p, x, params, state).imag / TINY, (total, _batch(p)))
    found: list[Arrays] = [{}, {}, {}]
    for (group, n, shape), rows in zip(pieces, np.split(slopes, np.cumsum(counts)[:-1]), strict=True):
        array = rows.reshape(*shape, -1)
        if group is p.params:
            found[0][n] = array.sum(-1)
        else:
            batch_axis = 1 if group is p.x else 0
            found[1 if group is p.x else 2][n] = np.moveaxis(array, -1, batch_axis)
    return found[0], found[1], found[2]


def _batch(p: Problem) -> int:
    return len(next(iter(p.state.values()))) if p.state else next(iter(p.x.values())).shape[1]


def distance(actual: Any, expected: Any) -> float:
    """The largest difference of two arrays, in units of the largest number expected."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.shape == expected.shape, f"shape {actual.shape}, expected {expected.shape}"
    scale = max(float(np.abs(expected).max(initial=0.0)), 1e-200)
    return float(np.abs(actual - expected).max(initial=0.0)) / scale
