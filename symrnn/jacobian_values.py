"""The numbers behind the symbols of a Jacobian, and the matrices that its factors are.

A factor that has no simpler form is evaluated by what it does to every unit direction: an Einstein sum because it is
linear, a function of whole values by the tangent rule of its primitive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from symrnn.errors import UsageError
from symrnn.interpret import evaluate as evaluate_node
from symrnn.interpret import interpret, scalar
from symrnn.ir import Leaf, Node, Shape, leaf, make, slot, topological
from symrnn.jacobian_factors import (
    Contraction,
    Diagonal,
    Differential,
    Factor,
    Identity,
    Matrix,
    Reference,
    Reshaped,
    Selection,
    Spread,
)
from symrnn.jacobian_naming import Naming, parts
from symrnn.jacobian_terms import Definition, Term, Terms
from symrnn.record import Record
from symrnn.rules import JVP
from symrnn.step import Step

Array = Any


def extent(size: sympy.Expr, numbers: Mapping[str, float]) -> int:
    """A size in numbers, by the names of its symbols."""
    return int(size.xreplace({s: sympy.Integer(numbers[s.name]) for s in size.free_symbols}))


@dataclass(frozen=True)
class Values:
    """The numbers of one tick, and of the tick before where it is given; arrays may have leading axes (a batch)."""

    naming: Naming
    arrays: dict[str, tuple[Array, int]]
    numbers: dict[str, float]
    lead: tuple[int, ...]

    def array(self, symbol: sympy.Symbol, rank: int) -> Array:
        """The value of a symbol, a scalar with as many last axes as it is combined with."""
        if symbol.name not in self.arrays:
            lag = parts(symbol)[1]
            hint = "; give the values of the tick before as previous=" if lag else ""
            raise UsageError(f"{symbol.name} has no value{hint}")
        value, own = self.arrays[symbol.name]
        return value.reshape(value.shape + (1,) * (rank - own)) if rank > own else value

    def sizes(self, shape: Shape) -> tuple[int, ...]:
        """A shape in numbers."""
        return tuple(extent(size, self.numbers) for size in shape)

    def count(self, shape: Shape) -> int:
        """The number of entries of a value of that shape."""
        return int(np.prod(self.sizes(shape)))


def collect(step: Step, values: Mapping[str, Array], previous: Mapping[str, Array] | None) -> Values:
    """The values of a tick from its leaves by name (``x``, ``h[t-1]``, ``U_f``), and of the tick before likewise.

    ``previous`` may leave out the parameters.
    """
    naming = Naming(step)
    constants = dict(step.origin.constants) if isinstance(step.origin, Record) else {}
    arrays: dict[str, tuple[Array, int]] = {}
    numbers: dict[str, float] = dict(constants)
    lead: tuple[int, ...] = ()
    parameters = {step.names[p]: values[step.names[p]] for p in step.parameters if step.names[p] in values}
    for lag, given in ((1, previous), (0, values)):
        if given is None:
            continue
        leaves = _leaves(step, {**parameters, **given})
        for node, array in leaves.items():
            numbers |= _sizes(node, array)
            lead = np.broadcast_shapes(lead, array.shape[: array.ndim - len(node.shape)])
        known = interpret(step, {step.names[n]: a for n, a in leaves.items()}, numbers)
        for node, name in step.names.items():
            arrays[naming.symbol(node, lag).name] = (known[name], len(node.shape))
    return Values(naming, arrays, numbers, lead)


def _leaves(step: Step, given: Mapping[str, Array]) -> dict[Node, Array]:
    """The arrays of a step's leaves, scalar parameters as vectors of length 1."""
    missing = [step.names[node] for node in step.leaves if step.names[node] not in given]
    if missing:
        raise UsageError(f"{step.name}: no value is given for {', '.join(missing)}")
    arrays = {node: np.asarray(given[step.names[node]]) for node in step.leaves}
    for node, array in arrays.items():
        if array.ndim == 0 and node.shape == (1,):
            arrays[node] = array.reshape(1)
        elif array.ndim < len(node.shape):
            raise UsageError(f"{step.names[node]} has shape {node.shape}, not {array.shape}")
    return arrays


def _sizes(node: Node, array: Array) -> dict[str, float]:
    """The sizes that an array binds."""
    own = array.shape[array.ndim - len(node.shape) :]
    return {size.name: extent for size, extent in zip(node.shape, own, strict=True) if isinstance(size, sympy.Symbol)}


def evaluate(terms: Terms, definitions: tuple[Definition, ...], rows: Shape, columns: Shape, values: Values) -> Array:
    """The sum of the terms as an array of shape ``(*lead, rows, columns)``."""
    known: dict[Reference, Array] = {}
    for definition in definitions:
        reference = definition.reference
        known[reference] = _total(definition.terms, reference.rows, reference.columns, values, known)
    return _total(terms, rows, columns, values, known)


def _total(terms: Terms, rows: Shape, columns: Shape, values: Values, known: dict[Reference, Array]) -> Array:
    total = np.zeros((*values.lead, values.count(rows), values.count(columns)))
    for term in terms:
        total = total + _product(term, values, known)
    return total


def _product(term: Term, values: Values, known: dict[Reference, Array]) -> Array:
    """The factors of a term multiplied from the right."""
    product = np.eye(values.count(term.columns)) * float(term.coefficient)
    for factor in reversed(term.factors):
        if isinstance(factor, Diagonal):
            product = _diagonal(factor, values)[..., :, None] * product
        elif not isinstance(factor, Identity | Reshaped):
            product = _dense(factor, values, known) @ product
    return product


def _diagonal(factor: Diagonal, values: Values) -> Array:
    """The entries of a diagonal, shape ``(..., n)``."""
    symbols = sorted((s for s in factor.expr.free_symbols if s.name in values.naming.nodes or parts(s)[1]), key=str)
    rank = len(factor.shape)
    arrays = [values.array(s, rank) for s in symbols]
    entries = scalar(factor.expr.xreplace({s: slot(k) for k, s in enumerate(symbols)}), arrays, values.numbers)
    own = values.sizes(factor.shape)
    lead = entries.shape[: entries.ndim - rank] if entries.ndim >= rank else ()
    return np.broadcast_to(entries, (*lead, *own)).reshape(*lead, -1)


def _dense(factor: Factor, values: Values, known: dict[Reference, Array]) -> Array:
    """A factor as a matrix, shape ``(..., rows, columns)``."""
    match factor:
        case Matrix(value, _, transposed):
            array = values.array(value, 2)
            return np.swapaxes(array, -1, -2) if transposed else array
        case Spread(rows, axes):
            return _spread(values.sizes(rows), axes)
        case Selection(start, stop, whole, placed):
            first, last = values.sizes((start, stop))
            chosen = np.eye(values.count((whole,)))[first:last]
            return chosen.T if placed else chosen
        case Reference():
            return known[factor]
    assert isinstance(factor, Contraction | Differential)
    return _moved(factor, values)


def _spread(sizes: tuple[int, ...], axes: tuple[int, ...]) -> Array:
    """Which entry of a value each entry of its repetition is."""
    own = [sizes[axis] for axis in axes]
    count = int(np.prod(own))
    places = np.arange(count).reshape([n if axis in axes else 1 for axis, n in enumerate(sizes)])
    return np.eye(count)[np.broadcast_to(places, sizes).reshape(-1)]


def _moved(factor: Contraction | Differential, values: Values) -> Array:
    """The matrix of a linear map: what it makes of every unit direction, which becomes the last axis."""
    moved, direction = tangent(factor)
    count, own = values.count(factor.columns), values.sizes(factor.columns)
    lead = (1,) * len(values.lead)
    known: dict[Node, Array] = {direction: np.eye(count).reshape(count, *lead, *own)}
    for node in topological([moved]):
        if isinstance(node.op, Leaf) and node is not direction:
            known[node] = values.array(sympy.Symbol(node.op.name), len(node.shape))
        elif node is not direction:
            known[node] = evaluate_node(node, [known[a] for a in node.args], values.numbers)
    value = known[moved].reshape(*known[moved].shape[: known[moved].ndim - len(moved.shape)], values.count(moved.shape))
    return np.moveaxis(value, 0, -1)


def tangent(factor: Contraction | Differential) -> tuple[Node, Node]:
    """How a value moves as one of its operands does, and the leaf of that operand's direction."""
    direction = leaf("direction", "tangent", factor.columns)
    operands = [leaf(s.name, "tape", shape) for s, shape in zip(factor.operands, factor.shapes, strict=True)]
    node = make(factor.op, *operands)
    value = leaf(factor.value.name, "tape", node.shape) if isinstance(factor, Differential) else node
    moves = [direction if k == factor.hole else None for k in range(len(operands))]
    moved = JVP[type(factor.op)](node, moves, lambda n: value if n is node else n, False)
    assert moved is not None
    return moved, direction


def reads(terms: Terms) -> set[sympy.Symbol]:
    """The symbols of the values and constants that terms hold, those of references left out."""
    found: set[sympy.Symbol] = set()
    for factor in {f for term in terms for f in term.factors}:
        match factor:
            case Diagonal(expr):
                found |= expr.free_symbols
            case Matrix(value):
                found.add(value)
            case Contraction() | Differential():
                moved, direction = tangent(factor)
                leaves = (n.op for n in topological([moved]) if n is not direction)
                found |= {sympy.Symbol(op.name) for op in leaves if isinstance(op, Leaf)}
    return found
