"""A program evaluated at 50 digits, straight from the nodes of its two steps.

With it the derived adjoint can be held against the explicit scalar derivatives to 40 digits, where a wrong digit of
double precision can hide nothing: not a term of 1e-12, and not a fast derivative form that only looks right.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import mpmath
import numpy as np
import sympy

from symrnn.adjoint import Program
from symrnn.ir import Contract, Node, Pointwise, is_slot, slot
from symrnn.ops.elementwise import Head
from symrnn.primitives import (
    Broadcast,
    Concat,
    CumSum,
    Expm,
    ExpmDerivative,
    LogSumExp,
    Reshape,
    Slice,
    Softmax,
    Solve,
    Total,
)
from symrnn.step import Step
from symrnn.verification.samples import Sample, extent, finals
from symrnn.verification.scalars import DIGITS, numeric

Array = Any
Values = dict[str, Array]


def adjoints(program: Program, sample: Sample) -> Values:
    """dL/d(everything) of a sample with one row, by gradient name, from the program's own equations."""
    with mpmath.workdps(DIGITS):
        return _adjoints(program, sample)


def _adjoints(program: Program, sample: Sample) -> Values:
    parameters = {n: exact(np.atleast_1d(v)) for n, v in sample.parameters.items()}
    state = {n: exact(v[0]) for n, v in sample.states.items()}
    ticks = []
    for t in range(sample.case.T):
        leaves = parameters | {n: exact(v[t, 0]) for n, v in sample.inputs.items()}
        leaves |= {f"{n}[t-1]": v for n, v in state.items()}
        ticks.append(_tick(program.forward, leaves, sample.numbers))
        state = {c.name: ticks[-1][program.forward.names[c.write]] for c in program.forward.carries}
    adjoint = {n: exact(v[0]) for n, v in finals(sample).items()}
    backward = program.backward
    inputs: dict[str, list[Array]] = {f"d{n}": [] for n in sample.inputs}
    sums: Values = {}
    for t in reversed(range(sample.case.T)):
        leaves = ticks[t] | {f"dy_{n}": exact(v[t, 0]) for n, v in sample.outputs.items()}
        leaves |= {backward.names[c.read]: adjoint[c.name] for c in backward.carries}
        tick = _tick(backward, leaves, sample.numbers)
        results = {name: tick[backward.names[node]] for name, node in (*backward.outputs, *backward.sums)}
        adjoint = {c.name: tick[backward.names[c.write]] for c in backward.carries}
        for name, seq in inputs.items():
            seq.insert(0, results[name])
        sums = {name: sums[name] + results[name] if name in sums else results[name] for name, _ in backward.sums}
    table = {n: np.array(seq, dtype=object) for n, seq in inputs.items()} | sums
    table |= {sample.starts[n]: v for n, v in adjoint.items()}
    return {n: np.reshape(table[n], v.shape) for n, v in sample.variables.items()}


def _tick(step: Step, leaves: Mapping[str, Array], numbers: Mapping[str, float]) -> Values:
    """Every named value of one tick of a step, leaves included."""
    known: dict[Node, Array] = {node: leaves[step.names[node]] for node in step.leaves}
    for _, node in step.equations:
        known[node] = _node(node, [known[a] for a in node.args], numbers)
    return dict(leaves) | {step.names[node]: value for node, value in known.items()}


def _node(node: Node, args: list[Array], numbers: Mapping[str, float]) -> Array:
    """The value of a node from those of its operands."""
    shape = extent(node.shape, numbers)
    match node.op:
        case Pointwise(expr):
            named = tuple(sorted((s for s in expr.free_symbols if not is_slot(s)), key=str))
            function = _scalar(expr, len(args), named)
            constants = [mpmath.mpf(numbers[s.name]) for s in named]
            aligned = [a if len(a.shape) == len(shape) else a.reshape((1,) * len(shape)) for a in args]
            if not args:
                return np.full(shape, function(*constants), dtype=object)
            value = np.frompyfunc(lambda *entries: function(*entries, *constants), len(args), 1)(*aligned)
            return np.broadcast_to(value, shape)
        case Contract(spec):
            return _contract(spec, args)
        case Broadcast(_, axes):
            kept = [n if axis in axes else 1 for axis, n in enumerate(shape)]
            return np.broadcast_to(args[0].reshape(kept), shape)
        case Slice(start, stop):
            first, end = extent((start, stop), numbers)
            return args[0][first:end]
        case Reshape():
            return args[0].reshape(shape)
        case op:
            return WHOLE[type(op)](op, *args)


def _softmax(op: Softmax, v: Array) -> Array:
    e = _exp(v)
    return e / e.sum(axis=op.axis, keepdims=True)


def _logsumexp(op: LogSumExp, v: Array) -> Array:
    return np.frompyfunc(mpmath.log, 1, 1)(np.atleast_1d(_exp(v).sum(axis=op.axis)))


def _cumsum(op: CumSum, v: Array) -> Array:
    return np.flip(np.flip(v, op.axis).cumsum(axis=op.axis), op.axis) if op.reverse else v.cumsum(axis=op.axis)


def _solve(op: Solve, matrix: Array, right: Array) -> Array:
    """Column by column; a vector is one column."""
    left = mpmath.matrix(matrix.tolist())
    columns = [mpmath.lu_solve(left, list(column)) for column in right.reshape(len(right), -1).T]
    return np.array([list(column) for column in columns], dtype=object).T.reshape(right.shape)


def _expm(op: Expm, a: Array) -> Array:
    return np.array(mpmath.expm(mpmath.matrix(a.tolist())).tolist(), dtype=object).reshape(a.shape)


def _expm_derivative(op: ExpmDerivative, a: Array, e: Array) -> Array:
    """The upper right block of the exponential of ((A, E), (0, A)) (Higham, Functions of Matrices, theorem 3.6)."""
    whole = np.block([[a, e], [0 * a, a]])
    return _expm(Expm(), whole)[: len(a), len(a) :]


def _exp(v: Array) -> Array:
    return np.frompyfunc(mpmath.exp, 1, 1)(v)


WHOLE: dict[type, Callable[..., Array]] = {
    # At one tick a total is that tick's share; what is made of it is linear, and the ticks are added up at the end.
    Total: lambda op, v: v,
    Softmax: _softmax,
    LogSumExp: _logsumexp,
    CumSum: _cumsum,
    Concat: lambda op, *parts: np.concatenate(parts),
    Solve: _solve,
    Expm: _expm,
    ExpmDerivative: _expm_derivative,
}


@cache
def _scalar(expr: sympy.Expr, count: int, named: tuple[sympy.Symbol, ...]) -> Callable[..., Any]:
    """A scalar expression over slots and named numbers as a function; each head means its definition."""
    if isinstance(expr, Head):
        expr = expr.op.definition(*expr.args)
    ours = sympy.symbols(f"v:{count + len(named)}", real=True)
    theirs = [*(slot(k) for k in range(count)), *named]
    function = numeric(ours, [expr.xreplace(dict(zip(theirs, ours, strict=True)))])
    return lambda *args: function(*args)[0]


def _contract(spec: str, args: list[Array]) -> Array:
    """An Einstein sum written out, index by index."""
    words, output = spec.split("->")
    letters = words.split(",")
    size = {c: n for word, a in zip(letters, args, strict=True) for c, n in zip(word, a.shape, strict=False)}
    total = np.full([size[c] for c in output] or [1], mpmath.mpf(0), dtype=object)
    for index in itertools.product(*(range(n) for n in size.values())):
        at = dict(zip(size, index, strict=True))
        term = mpmath.mpf(1)
        for word, a in zip(letters, args, strict=True):
            term = term * a[tuple(at[c] for c in word) or (0,)]
        total[tuple(at[c] for c in output) or (0,)] += term
    return total


def exact(value: Array) -> Array:
    """A float array as mpmath numbers; nothing is rounded."""
    return np.frompyfunc(lambda v: mpmath.mpf(float(v)), 1, 1)(np.asarray(value, dtype=np.float64))
