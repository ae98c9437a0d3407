"""The values of a step as indexed sums in normal form: two values with one form are the same function of the leaves."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from functools import cached_property
from math import prod

import sympy

from symrnn.analysis.algebra import LEAF, ONE, WHOLE, WIDE, Algebra, Atom
from symrnn.analysis.functions import Functions
from symrnn.analysis.indexed import Number, Sum, canonical, collected, contracted, lowest, plus
from symrnn.ir import Contract, Leaf, Node, Pointwise, Shape, slot
from symrnn.primitives import Broadcast, CumSum, LogSumExp, Reshape, Slice, Softmax, Solve, Total
from symrnn.step import Step


def live(shape: Shape) -> dict[int, int]:
    """The axes of a shape that bear an index, each with its place among them; an axis of length 1 bears none."""
    return {axis: place for place, axis in enumerate(axis for axis, size in enumerate(shape) if size != 1)}


@dataclass(frozen=True)
class NormalForms:
    """The forms of the values of steps, over atoms that the steps share."""

    algebra: Algebra = field(default_factory=Algebra)

    @cached_property
    def functions(self) -> Functions:
        """The elementwise functions of this algebra."""
        return Functions(self.algebra)

    def of(self, step: Step) -> dict[Node, Sum]:
        """The form of every leaf and every equation of a step."""
        table = {leaf: self._leaf(leaf) for leaf in step.leaves}
        for _, node in step.equations:
            table[node] = self._value(node, [table[a] for a in node.args])
        return table

    def _leaf(self, node: Node) -> Sum:
        assert isinstance(node.op, Leaf)
        return self.algebra.atom(Atom(LEAF, (), (node.op.name, node.op.role)), tuple(live(node.shape).values()))

    def _value(self, node: Node, args: list[Sum]) -> Sum:
        match node.op:
            case Pointwise(expr):
                return self.functions.value(expr, {slot(k): arg for k, arg in enumerate(args)})
            case Contract(spec):
                return self._contract(spec, node.args, args)
            case Broadcast(shape, axes):
                own, places = live(node.args[0].shape), live(shape)
                return args[0].moved({own[k]: places[axis] for k, axis in enumerate(axes) if k in own})
            case Softmax(axis):
                return self._softmax(args[0], node.shape, axis)
            case LogSumExp(axis):
                return self._logsumexp(args[0], node.args[0].shape, axis)
            case CumSum() | Slice() | Reshape() | Solve():
                return self._linear(node, args)
            case Total():
                return args[0]
        return self._opaque(node, args)

    def _contract(self, spec: str, nodes: tuple[Node, ...], args: list[Sum]) -> Sum:
        """An Einstein sum, term by term; where that would be too many, the longest operands are kept whole."""
        words = spec.split("->")[0].split(",")
        sizes: dict[str, Number] = {}
        for word, node in zip(words, nodes, strict=True):
            sizes |= {letter: size for letter, size in zip(word, node.shape, strict=False) if size != 1}
        while prod(len(a.terms) for a in args) > WIDE:
            longest = max(range(len(args)), key=lambda k: len(args[k].terms))
            args = [self.algebra.grouped(a) if k == longest else a for k, a in enumerate(args)]
        found = (contracted(spec, list(terms), sizes) for terms in itertools.product(*(a.terms for a in args)))
        return self.algebra.divided(found)

    def _summed(self, arg: Sum, shape: Shape, axis: int) -> Sum:
        """The sum along an axis, with the other axes where they were."""
        place = live(shape)[axis]
        terms = []
        for monomial, value in arg.terms:
            new = lowest(monomial) - 1
            moved = [(a, tuple(new if i == place else i for i in indices), p) for a, indices, p in monomial]
            reads = any(place in indices for _, indices, _ in monomial)
            terms.append((canonical(moved), value if reads else value * shape[axis]))
        return self.algebra.divided(terms)

    def _softmax(self, arg: Sum, shape: Shape, axis: int) -> Sum:
        """exp(v) divided by its sum."""
        if axis not in live(shape):
            return ONE
        grown = self.functions.exp(arg)
        return self.algebra.times(grown, self.algebra.inverse(self._summed(grown, shape, axis)))

    def _logsumexp(self, arg: Sum, shape: Shape, axis: int) -> Sum:
        """The logarithm of the sum of exp(v); the axis is gone."""
        if axis not in live(shape):
            return arg
        place = live(shape)[axis]
        total = self.functions.log(self._summed(self.functions.exp(arg), shape, axis))
        return total.moved({i: i - 1 for i in total.axes if i > place})

    def _linear(self, node: Node, args: list[Sum]) -> Sum:
        """What is linear in its last operand, term by term; numbers and scalars come out."""
        parts = []
        for monomial, value in args[-1].terms:
            outside = tuple(f for f in monomial if not f[1])
            inside = tuple(f for f in monomial if f[1])
            if not inside and isinstance(node.op, Slice | Reshape):
                parts.append(collected([(monomial, value)]))
                continue
            kept = self._opaque(node, [*args[:-1], Sum(((inside, sympy.Integer(1)),))])
            parts.append(self.algebra.times(Sum(((outside, value),)), kept))
        return plus(parts)

    def _opaque(self, node: Node, args: list[Sum]) -> Sum:
        """A function of whole values as one atom."""
        shapes = tuple(arg.shape for arg in node.args)
        return self.algebra.atom(Atom(WHOLE, tuple(args), (node.op, shapes)), tuple(live(node.shape).values()))
