"""The forward oracle: the equations as the author wrote them, evaluated at 50 digits.

It reads the authored trees and the SymPy definition of every function, and shares no code with flattening, lowering,
scheduling or emission: a complex value is a complex number, a copy an entry of its parameter, a delayed value one of
the values before. A vector is a column ``(n, 1)`` and a scalar is ``(1, 1)``, as in the mathematics, held in arrays of
Python objects; the same evaluator works on numbers of mpmath and on SymPy symbols.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import mpmath
import numpy as np
import sympy

from symrnn.flat import Place, places
from symrnn.ops import REGISTRY
from symrnn.record import Record
from symrnn.tree import (
    Apply,
    Arith,
    Compare,
    Imaginary,
    Named,
    Number,
    Param,
    Product,
    Ref,
    Structural,
    Transpose,
    Tree,
    fold,
)
from symrnn.verification.samples import Sample, last
from symrnn.verification.scalars import DIGITS, Meaningless, numeric
from symrnn.verification.whole import Whole

Array = Any
Read = Callable[[str, int], Array]


@dataclass(frozen=True)
class Domain:
    """What equations are evaluated over: numbers, elementwise functions, functions of whole values, 1 or 0."""

    function: Callable[[str, list[Array]], Array]
    whole: Whole
    truth: Callable[[Any], Any]
    imaginary: Any


@dataclass(frozen=True)
class Values:
    """What the equations of a cell read: parameters (of copies a list), inputs by tick, values before the first tick
    by signal (newest first), named numbers, and the numbers of its sizes."""

    parameters: Mapping[str, Array]
    inputs: Mapping[str, list[Array]]
    before: Mapping[str, list[Array]]
    constants: Mapping[str, Any]
    sizes: Mapping[str, int]


def forward(record: Record, sample: Sample) -> dict[str, Array]:
    """Outputs ``(T, B, …)`` and final states ``h[T]`` of a sample, in float64 after evaluation at 50 digits."""
    with mpmath.workdps(DIGITS):
        rows = [_row(record, sample, b) for b in range(sample.case.B)]
    shapes = {n: v.shape for n, v in sample.outputs.items()} | {last(n): v.shape for n, v in sample.states.items()}
    result = {}
    for name, shape in shapes.items():
        axis = 1 if name in sample.outputs else 0
        stacked = np.stack([np.array(r[name], dtype=np.float64) for r in rows], axis=axis)
        result[name] = stacked.reshape(shape)
    return result


def _row(record: Record, sample: Sample, row: int) -> dict[str, Array]:
    """One row of the batch, step by step."""
    values = at_row(record, sample, row)
    ticks = run(record, values, sample.case.T, NUMERIC)
    result: dict[str, Array] = {n: [tick[n] for tick in ticks] for n in record.outputs}
    parts = parts_of(record)
    for name, held in earlier(record).items():
        for back, place in enumerate(held):
            value = at_time(ticks, values, name, sample.case.T - 1 - back)
            result |= {last(str(p)): component(value, p.part) for p in parts[place]}
    return result


def parts_of(record: Record) -> dict[Place, list[Place]]:
    """For every place the flat values that it is made of: itself, or its real and its imaginary part."""
    found: dict[Place, list[Place]] = {}
    for place in places(record).values():
        found.setdefault(Place(place.name, place.index), []).append(place)
    return found


def earlier(record: Record) -> dict[str, list[Place]]:
    """For every state and delayed input the arrays that hold its values before the first tick, newest first."""
    held: dict[str, list[Place]] = {d.name: [Place(d.name)] for d in record.states}
    names = {f"{d.name}_past": d.name for d in (*record.inputs, *record.states)}
    for place in places(record).values():
        if place.name in names and place.index is not None and place.part in (None, "re"):
            held.setdefault(names[place.name], []).append(Place(place.name, place.index))
    return held


def component(value: Array, part: str | None) -> Array:
    """The real or imaginary part of an array of numbers, or all of it."""
    return value if part is None else np.frompyfunc(mpmath.re if part == "re" else mpmath.im, 1, 1)(value)


def at_row(record: Record, sample: Sample, row: int) -> Values:
    """One row of the batch of a sample in mpmath numbers, exactly as the floats are stored."""
    parts = parts_of(record)
    states = {n: column(v[row]) for n, v in sample.states.items()}
    flat = {n: column(v) for n, v in sample.parameters.items()}

    def joined(table: Mapping[str, Array], place: Place) -> Array:
        real, *imaginary = (table[str(part)] for part in parts[place])
        return real + imaginary[0] * NUMERIC.imaginary if imaginary else real

    parameters = {
        d.name: [joined(flat, Place(d.name, k)) for k in range(d.copies)]
        if d.copies is not None
        else joined(flat, Place(d.name))
        for d in record.params
    }
    return Values(
        parameters,
        {n: [column(v[t, row]) for t in range(sample.case.T)] for n, v in sample.inputs.items()},
        {n: [joined(states, place) for place in held] for n, held in earlier(record).items()},
        {n: mpmath.mpf(v) for n, v in sample.numbers.items()},
        {str(s): int(sample.numbers[str(s)]) for s in record.sizes},
    )


def column(value: Array) -> Array:
    """A float array as a column (or matrix) of mpmath numbers; nothing is rounded."""
    value = np.atleast_1d(np.asarray(value, dtype=np.float64))
    value = value.reshape(-1, 1) if value.ndim == 1 else value
    return np.frompyfunc(lambda v: mpmath.mpf(float(v)), 1, 1)(value)


def at_time(ticks: list[dict[str, Array]], values: Values, name: str, time: int) -> Array:
    """The value of a signal at a tick; at one before the first, what it started from."""
    return ticks[time][name] if time >= 0 else values.before[name][-time - 1]


def run(record: Record, values: Values, length: int, domain: Domain) -> list[dict[str, Array]]:
    """Every named value of every tick; what is static is evaluated once and stands in each of them."""
    static: dict[str, Array] = {}
    for equation in record.equations:
        if equation.static:
            static[equation.name] = evaluate(equation.tree, lambda name, _: static[name], values, domain)
    ticks: list[dict[str, Array]] = []
    for t in range(length):
        now: dict[str, Array] = static | {n: seq[t] for n, seq in values.inputs.items()}

        def read(name: str, lag: int, t: int = t, now: dict[str, Array] = now) -> Array:
            return now[name] if lag == 0 else at_time(ticks, values, name, t - lag)

        for equation in record.equations:
            if not equation.static:
                now[equation.name] = evaluate(equation.tree, read, values, domain)
        ticks.append(now)
    return ticks


def evaluate(tree: Tree, read: Read, values: Values, domain: Domain) -> Array:
    """The value of an authored tree."""
    return fold(tree, lambda node, parts: _value(node, list(parts), read, values, domain))


def _value(node: Tree, operands: list[Array], read: Read, values: Values, domain: Domain) -> Array:
    match node:
        case Ref(name, lag):
            return read(name, lag)
        case Param(name, copy):
            return values.parameters[name] if copy is None else values.parameters[name][copy]
        case Named(name):
            return np.array([[values.constants[name]]], dtype=object)
        case Number(fraction):
            return np.array([[domain.whole.number(fraction)]], dtype=object)
        case Imaginary():
            return np.array([[domain.imaginary]], dtype=object)
        case Arith(op, _):
            return domain.function("mod", operands) if op == "%" else _arithmetic(op, operands)
        case Product(_, _):
            return operands[0] @ operands[1]
        case Transpose(_):
            return operands[0].T
        case Apply(op, _):
            return domain.function(op, operands)
        case Compare(op, _, _):
            relation = RELATIONS[op]
            return np.frompyfunc(lambda a, b: domain.truth(relation(a, b)), 2, 1)(*operands)
        case Structural(name, _, options):
            return domain.whole(name, operands, {k: _option(v, values) for k, v in options})
    raise Meaningless(f"the oracle has no value for {node}")


def _option(value: Any, values: Values) -> Any:
    """An option in numbers: a shape is given in sizes."""
    if not isinstance(value, tuple):
        return value
    return tuple(int(n.xreplace({s: sympy.Integer(values.sizes[str(s)]) for s in n.free_symbols})) for n in value)


def _arithmetic(op: str, args: list[Array]) -> Array:
    if op == "neg":
        return -args[0]
    left, right = args
    if op == "**":
        return np.frompyfunc(lambda a, b: a**b, 2, 1)(left, right)
    return {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}[op](left, right)


def _apply(op: str, args: list[Array]) -> Array:
    """An elementwise function on arrays of mpmath numbers, by its definition."""
    complex = op in COMPLEX and any(isinstance(v, mpmath.mpc) for v in args[0].flat)
    return np.frompyfunc(COMPLEX[op] if complex else _numeric(op, len(args)), len(args), 1)(*args)


@cache
def _numeric(op: str, count: int) -> Callable[..., Any]:
    slots = sympy.symbols(f"v:{count}", real=True)
    function = numeric(slots, [REGISTRY[op].definition(*slots)])
    return lambda *args: function(*args)[0]


def _solve(matrix: Array, right: Array) -> Array:
    """The solution of A y = b, column by column."""
    columns = [mpmath.lu_solve(mpmath.matrix(matrix.tolist()), list(column)) for column in right.T]
    return np.array([list(column) for column in columns], dtype=object).T


def _expm(matrix: Array) -> Array:
    return np.array(mpmath.expm(mpmath.matrix(matrix.tolist())).tolist(), dtype=object).reshape(matrix.shape)


# What a definition in real symbols does not say: the modulus, and the rectifier of the modulus that keeps the phase.
COMPLEX: dict[str, Callable[..., Any]] = {
    "magnitude": abs,
    "modrelu": lambda z, b: z * (1 + b / abs(z)) if abs(z) + b > 0 else mpmath.mpf(0),
}
RELATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": lambda a, b: sympy.Eq(a, b) if isinstance(a, sympy.Basic) or isinstance(b, sympy.Basic) else a == b,
}
NUMBERS = Whole(
    lambda fraction: mpmath.mpf(fraction.numerator) / fraction.denominator,
    mpmath.exp,
    mpmath.log,
    mpmath.sqrt,
    abs,
    mpmath.re,
    mpmath.im,
    _solve,
    _expm,
)
NUMERIC = Domain(_apply, NUMBERS, lambda holds: mpmath.mpf(int(holds)), mpmath.mpc(0, 1))
