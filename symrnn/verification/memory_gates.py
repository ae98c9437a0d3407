"""Which biases hold a memory open: found in the equations, never by the name of a cell or a gate.

A gate is a memory gate where it multiplies the previous value of a state elementwise and outside any matrix product:
``f * c``, ``(1 - z) * h``, ``a @ ones().T * S``, ``diag(a) @ S``. Its biases are shifted in the long case so that the
state is kept: in the direction in which the factor grows, which is followed through sums, differences, products with
what is positive, and functions that only grow. A cell without such a gate or without biases has nothing to shift.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

import numpy as np

from symrnn.ops import REGISTRY
from symrnn.record import Record
from symrnn.tree import (
    Apply,
    Arith,
    Named,
    Number,
    Param,
    Product,
    Ref,
    Structural,
    Transpose,
    Tree,
    children,
    fold,
)

Signs = dict[str, float]  # the direction in which a value grows with each bias


def memory_gates(record: Record) -> dict[str, float]:
    """``{bias: +1 or -1}`` of a flat record: the direction in which each bias of a memory gate is shifted."""
    states = {d.name for d in record.states}
    signs = _Signs(record)
    shift: Signs = {}
    for equation in record.equations:
        for factors in _products(equation.tree):
            kept = [f for f in factors if isinstance(f, Ref) and f.name in states and f.lag >= 1]
            for factor in factors if kept else ():
                for name, sign in signs.of(factor).items():
                    shift.setdefault(name, sign)
    return shift


def _products(tree: Tree) -> Iterator[list[Tree]]:
    """The factors of every elementwise product that is not an operand of a matrix product."""
    stack = [tree]
    while stack:
        node = _spread(stack.pop())
        match node:
            case Arith("*"):
                factors = _factors(node)
                yield factors
                stack.extend(f for f in factors if isinstance(f, (Arith, Apply)))
            case Product(Structural("diag", (v,)), other) | Product(other, Structural("diag", (v,))):
                yield [v, other]
            case Product() | Transpose():
                continue
            case _:
                stack.extend(children(node))


def _spread(tree: Tree) -> Tree:
    """What is repeated along rows or columns, by a product with ones, is that vector."""
    match tree:
        case Product(v, Transpose(Structural("ones"))) | Product(Structural("ones"), Transpose(v)):
            return v
    return tree


def _factors(product: Tree) -> list[Tree]:
    factors: list[Tree] = []
    stack = [product]
    while stack:
        node = _spread(stack.pop())
        if isinstance(node, Arith) and node.op == "*":
            stack.extend(node.args)
        else:
            factors.append(node)
    return factors


class _Signs:
    """The directions of every value of a cell, and which of them are positive."""

    def __init__(self, record: Record) -> None:
        self.biases = {d.name for d in record.params if d.kind == "bias"}
        self.positive = {d.name for d in (*record.params, *record.inputs) if d.domain in ("positive", "unit")}
        self.positive |= {name for name, value in record.constants if value > 0} | {str(s) for s in record.sizes}
        self.known: dict[str, tuple[Signs, bool]] = {}
        for equation in record.equations:
            self.known[equation.name] = fold(equation.tree, self._node)

    def of(self, tree: Tree) -> Signs:
        """The direction in which a factor grows with each bias; a bare sum with a bias is no gate."""
        gate = tree
        if isinstance(gate, Arith) and gate.op == "-" and isinstance(gate.args[0], Number):
            gate = gate.args[1]
        bare = isinstance(gate, Arith) and gate.op != "/"
        return {} if bare or isinstance(gate, Param) else fold(tree, self._node)[0]

    def _node(self, node: Tree, parts: tuple[tuple[Signs, bool], ...]) -> tuple[Signs, bool]:
        match node:
            case Ref(name, 0) if name in self.known:
                return self.known[name]
            case Ref(name) | Named(name):
                return {}, name in self.positive
            case Param(name):
                return ({name: 1.0} if name in self.biases else {}), name in self.positive
            case Number(value):
                return {}, value > 0
            case Arith(op):
                return _arithmetic(op, parts)
            case Apply(op, args):
                numbers = tuple(float(a.value) for a in args[REGISTRY[op].arity :] if isinstance(a, Number))
                grows, positive = _shape(op, numbers)
                return (dict(parts[0][0]) if grows else {}), positive
        return {}, False


def _arithmetic(op: str, parts: tuple[tuple[Signs, bool], ...]) -> tuple[Signs, bool]:
    """Sums and differences, and products with what is positive."""
    (left, up), (right, right_up) = parts[0], parts[-1]
    match op:
        case "neg":
            return _negative(left), False
        case "+":
            return _merged(left, right), up and right_up
        case "-":
            return _merged(left, _negative(right)), False
        case "*":
            return _merged(left if right_up else {}, right if up else {}), up and right_up
        case "/" if right_up:
            return _merged(left, _negative(right) if up else {}), up
    return {}, False


def _merged(left: Signs, right: Signs) -> Signs:
    """Both together; a bias that pulls in two directions has none."""
    return {n: s for n, s in (left | right).items() if left.get(n, s) == right.get(n, s)}


def _negative(signs: Mapping[str, float]) -> Signs:
    return {name: -sign for name, sign in signs.items()}


@cache
def _shape(op: str, numbers: tuple[float, ...]) -> tuple[bool, bool]:
    """Whether a function of one value only grows, and whether it is only positive, looked at where it is used."""
    function = REGISTRY[op]
    if function.arity != 1:
        return False, False
    values = function.value(np.linspace(-4.0 if function.domain == "real" else 0.1, 4.0, 81), *numbers)
    return bool(np.all(np.diff(values) >= 0)), bool(np.all(values > 0))
