"""The value of any node at 50 digits, from numbers for its leaves.

A function is what its definition says (``symrnn.ops``), an Einstein sum is added up term by term. The rule tables of
the engine are not consulted, so a derived value is checked here by other means than it was made by.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
import sympy

from symrnn.analysis.sizes import Sizes
from symrnn.ir import Broadcast, Contract, Leaf, Node, Pointwise, Shape, slot
from symrnn.ops.elementwise import Head
from symrnn.primitives import Concat, CumSum, Expm, LogSumExp, Reshape, Slice, Softmax, Solve, Total
from symrnn.verification.oracle import NUMBERS
from symrnn.verification.scalars import DIGITS, Meaningless, numeric

Array = Any


def values(roots: Sequence[Node], known: dict[Node, Array], numbers: Mapping[str, Any]) -> list[Array]:
    """The values of nodes, added to those that are ``known`` (of all leaves at least).

    ``numbers`` has sizes and named constants. Raises Meaningless where there is no value.
    """
    stack = [(root, False) for root in reversed(roots)]
    with mpmath.workdps(DIGITS):
        while stack:
            node, ready = stack.pop()
            if node in known:
                continue
            if ready or not node.args:
                known[node] = _value(node, [known[a] for a in node.args], numbers)
            else:
                stack.append((node, True))
                stack.extend((a, False) for a in reversed(node.args))
    return [known[root] for root in roots]


def defined(found: list[Array]) -> list[Array]:
    """The same values. Raises ZeroDivisionError unless all of them are real and finite."""
    if not all(isinstance(v, mpmath.mpf | int) and mpmath.isfinite(v) for value in found for v in value.flat):
        raise ZeroDivisionError("a value is not defined at this point")
    return found


def extents(shape: Shape, numbers: Mapping[str, Any]) -> tuple[int, ...]:
    """A symbolic shape in numbers."""
    table: Sizes = {s: sympy.Integer(int(numbers[s.name])) for n in shape for s in n.free_symbols}
    return tuple(int(n.xreplace(table)) for n in shape)


def _value(node: Node, args: list[Array], numbers: Mapping[str, Any]) -> Array:
    match node.op:
        case Leaf(name):
            raise Meaningless(f"{name} has no value")
        case Pointwise(expr):
            rank = len(node.shape)
            aligned = [a.reshape(a.shape + (1,) * (rank - a.ndim)) for a in args]
            found = _scalar(expr, len(args))(*aligned, *(numbers[s.name] for s in _named(expr, len(args))))
            return np.broadcast_to(np.asarray(found, dtype=object), extents(node.shape, numbers))
        case Contract(spec):
            return _einsum(spec, args)
        case Broadcast(shape, axes):
            whole = extents(shape, numbers)
            kept = [n if axis in axes else 1 for axis, n in enumerate(whole)]
            return np.broadcast_to(args[0].reshape(kept), whole)
    if type(node.op) not in WHOLE:
        raise Meaningless(f"there is no value at {DIGITS} digits for {type(node.op).__name__}")
    return WHOLE[type(node.op)](node.op, args, numbers)


@lru_cache(maxsize=4096)
def _named(expr: sympy.Expr, count: int) -> tuple[sympy.Symbol, ...]:
    """The named numbers of an expression, in order."""
    return tuple(sorted(expr.free_symbols - {slot(k) for k in range(count)}, key=str))


@lru_cache(maxsize=4096)
def _scalar(expr: sympy.Expr, count: int) -> Callable[..., Array]:
    """A scalar expression as a function of arrays: of its slots, then of its named numbers."""
    slots = (*(slot(k) for k in range(count)), *_named(expr, count))
    real = [sympy.Dummy(real=True) for _ in slots]
    plain = expr.xreplace(dict(zip(slots, real, strict=True)))
    while heads := plain.atoms(Head):
        plain = plain.xreplace({h: sympy.sympify(h.op.definition(*h.args), strict=True) for h in heads})
    function = numeric(tuple(real), [plain])
    if not slots:
        return lambda: function()[0]
    each = np.frompyfunc(lambda *a: function(*a)[0], len(slots), 1)
    return lambda *a: each(*a)


def _einsum(spec: str, args: list[Array]) -> Array:
    """An Einstein sum, index by index; a scalar has one entry, and so has a result without letters."""
    words, output = spec.split("->")
    sizes: dict[str, int] = {}
    for word, arg in zip(words.split(","), args, strict=True):
        sizes |= dict(zip(word, arg.shape, strict=False))
    free = list(dict.fromkeys(output))
    summed = [letter for letter in sizes if letter not in free]
    result = np.full([sizes[letter] for letter in output] or [1], mpmath.mpf(0), dtype=object)
    for index in itertools.product(*(range(sizes[letter]) for letter in (*free, *summed))):
        at = dict(zip((*free, *summed), index, strict=True))
        term = mpmath.mpf(1)
        for word, arg in zip(words.split(","), args, strict=True):
            term = term * arg[tuple(at[letter] for letter in word) or 0]
        result[tuple(at[letter] for letter in output) or 0] += term
    return result


def _along(function: Callable[[list[Any]], list[Any]], axis: int, value: Array) -> Array:
    """A function of the entries along an axis."""
    return np.apply_along_axis(lambda v: np.array(function(list(v)), dtype=object), axis, value)


def _softmax(entries: list[Any]) -> list[Any]:
    grown = [mpmath.exp(v) for v in entries]
    return [v / mpmath.fsum(grown) for v in grown]


def _logsumexp(op: LogSumExp, args: list[Array], numbers: Mapping[str, Any]) -> Array:
    found = _along(lambda v: [mpmath.log(mpmath.fsum(map(mpmath.exp, v)))], op.axis, args[0])
    return found if args[0].ndim == 1 else found.squeeze(op.axis)


def _cumsum(op: CumSum, args: list[Array], numbers: Mapping[str, Any]) -> Array:
    if op.reverse:
        return np.flip(np.flip(args[0], op.axis).cumsum(axis=op.axis), op.axis)
    return args[0].cumsum(axis=op.axis)


def _slice(op: Slice, args: list[Array], numbers: Mapping[str, Any]) -> Array:
    start, stop = extents((op.start, op.stop), numbers)
    return args[0][start:stop]


def _solve(op: Solve, args: list[Array], numbers: Mapping[str, Any]) -> Array:
    right = args[1].reshape(len(args[1]), -1)
    return NUMBERS.solve(args[0], right).reshape(args[1].shape)


WHOLE: dict[type, Callable[[Any, list[Array], Mapping[str, Any]], Array]] = {
    Softmax: lambda op, args, numbers: _along(_softmax, op.axis, args[0]),
    LogSumExp: _logsumexp,
    CumSum: _cumsum,
    Concat: lambda op, args, numbers: np.concatenate(args),
    Slice: _slice,
    Reshape: lambda op, args, numbers: args[0].reshape(extents(op.shape, numbers)),
    Solve: _solve,
    Expm: lambda op, args, numbers: NUMBERS.expm(args[0]),
    Total: lambda op, args, numbers: args[0],
}
