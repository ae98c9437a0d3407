"""Step to Step: every elementwise value becomes one NumPy call of values that are one call each.

What the calls of one value leave behind on their way has a node and a name of its own, so that equal calls are made
once, and calls of one kind that belong to different values can be made together. Several forms of an expression are
tried, and the one that needs the fewest calls more than are there already is taken; calls in the loop count most.

Before: c = c[t-1]*f + g*i. After: c_1 = c[t-1]*f, c_2 = g*i, c = c_1 + c_2.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import sympy

from symrnn.backends.three_address import forms, negative
from symrnn.ir import Leaf, Node, Pointwise, is_slot, pointwise, slot
from symrnn.ops.elementwise import Head
from symrnn.phases import ONCE, moving, phases
from symrnn.simplify import assembled, is_parameter, is_scaled_matvec, with_args
from symrnn.step import Step

Operand: TypeAlias = Any  # a node, or an expression of numbers and named constants
IN_LOOP, PER_TICK = 100, 10


def single_calls(step: Step, accurate: bool) -> Step:
    """The step in single calls; ``accurate`` takes the stable form of functions that NumPy lacks."""
    run = _Lowering(step, accurate)
    for name, node in step.equations:
        run.visit(name, node)
    return assembled(step, run.swap, run.names, "k")


@dataclass
class _Lowering:
    """The calls made so far, and what has become of each value."""

    step: Step
    accurate: bool
    swap: dict[Node, Node] = field(default_factory=dict)
    names: dict[Node, str] = field(default_factory=dict)
    depth: dict[Node, int] = field(default_factory=dict)
    made: set[Node] = field(default_factory=set)
    products: dict[frozenset[Operand], Node] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.swap.update({leaf: leaf for leaf in self.step.leaves})
        self.phase = phases(self.step)
        self.moves = moving(self.step)
        self.taken = {*self.step.names.values()}
        self.tried: dict[str, int] = {}

    def visit(self, name: str, node: Node) -> None:
        """Find the calls of an equation; the last of them has its name."""
        args = [self.swap[a] for a in node.args]
        new = with_args(node, args)
        if isinstance(new.op, Pointwise) and self.phase[node] not in ONCE and not gathered(new):
            trial = self.best(new)
            new = trial.result
            for inner in trial.calls:
                self.note(inner)
                if inner is not new and inner not in self.names:
                    self.names[inner] = self.part(name)
            self.products |= trial.products
        self.swap[node] = new
        self.note(new)
        if not isinstance(new.op, Leaf):
            self.names.setdefault(new, name)

    def part(self, name: str) -> str:
        """A name for a call on the way to the value of that name: ``c_1``, ``c_2``."""
        count = self.tried.get(name, 0) + 1
        while f"{name}_{count}" in self.taken:
            count += 1
        self.tried[name] = count
        self.taken.add(f"{name}_{count}")
        return f"{name}_{count}"

    def note(self, node: Node) -> None:
        """Count a value among those that are there."""
        self.made.add(node)
        if any(a in self.moves for a in node.args):
            self.moves.add(node)
        self.depth[node] = 1 + max((self.depth.get(a, 0) for a in node.args), default=0) if node in self.moves else 0

    def best(self, node: Node) -> _Calls:
        """The cheapest way to make a value."""
        assert isinstance(node.op, Pointwise)
        trials = []
        for form in forms(node.op.expr, self.accurate):
            trial = _Calls(self, node.args)
            value = trial.value(form)
            trial.result = value if isinstance(value, Node) else node
            trials.append(trial)
        return min(trials, key=lambda t: t.cost)


@dataclass
class _Calls:
    """One way to make a value, as calls in the order in which they are made."""

    run: _Lowering
    operands: tuple[Node, ...]
    calls: list[Node] = field(default_factory=list)
    products: dict[frozenset[Operand], Node] = field(default_factory=dict)
    result: Node = field(init=False)

    @property
    def cost(self) -> int:
        """The calls that are not there yet, weighted by how often each is made."""
        total = 0
        moves: set[Node] = set()
        for call in dict.fromkeys(self.calls):
            if any(a in self.run.moves or a in moves for a in call.args):
                moves.add(call)
            if call not in self.run.made:
                total += IN_LOOP if call in moves else 0 if all(map(is_parameter, call.args)) else PER_TICK
        return total

    def call(self, expr: sympy.Expr, args: Iterable[Operand]) -> Node:
        """The value of one call, with operands where ``expr`` has slots."""
        nodes, table = [], {}
        for k, arg in enumerate(args):
            if isinstance(arg, Node):
                nodes.append(arg)
                table[slot(k)] = slot(len(nodes) - 1)
            else:
                table[slot(k)] = arg
        node = pointwise(expr.xreplace(table), nodes)
        self.calls.append(node)
        return node

    def value(self, expr: sympy.Expr) -> Operand:
        """A part of the expression: an operand, a number, or the result of calls."""
        if isinstance(expr, sympy.Symbol):
            return self.operands[int(expr.name[1:])] if is_slot(expr) else expr
        if fixed(expr):
            return expr
        if isinstance(expr, Head):
            args = [self.value(a) for a in expr.args]
            return self.call(expr.func(*(slot(k) for k in range(len(args)))), args)
        if isinstance(expr, sympy.Add):
            return self.sum(expr)
        if isinstance(expr, sympy.Mul):
            return self.product(expr)
        return self.power(expr)

    def sum(self, expr: sympy.Expr) -> Operand:
        """Terms one after the other: positive ones first, and of these what is known first; numbers are one term."""
        numbers = [t for t in expr.args if fixed(t)]
        rest = [t for t in expr.args if t not in numbers]
        terms = [(negative(t), self.value(-t if negative(t) else t)) for t in rest]
        if numbers:
            total = sympy.Add(*numbers)
            terms.append((negative(total), -total if negative(total) else total))
        terms.sort(key=lambda t: (t[0], self.known(t[1])))
        minus, total = terms[0]
        if minus:
            total = self.call(-slot(0), (total,))
        for minus, term in terms[1:]:
            total = self.call(slot(0) - slot(1) if minus else slot(0) + slot(1), (total, term))
        return total

    def known(self, operand: Operand) -> tuple[int, int, bool]:
        """How late a value is known; what a matrix product gives comes first, so that sums of gates are alike."""
        if not isinstance(operand, Node):
            return -1, 0, False
        depth = self.run.depth
        deep = depth.get(operand, 1 + max((depth.get(a, 0) for a in operand.args), default=0))
        return deep, 0, not is_scaled_matvec(operand)

    def product(self, expr: sympy.Expr) -> Operand:
        """Factors one after the other, starting from the largest product that is there already; quotients last."""
        number = sympy.Mul(*(f for f in sympy.Mul.make_args(expr) if fixed(f)))
        factors = [f for f in sympy.Mul.make_args(expr) if not fixed(f)]
        below = [isinstance(f, sympy.Pow) and bool(f.exp.is_negative) for f in factors]
        top = [self.value(f) for f, under in zip(factors, below, strict=True) if not under]
        bottom = [self.value(1 / f) for f, under in zip(factors, below, strict=True) if under]
        if number not in (1, -1) or (not top and number == 1):
            top.append(number)
        total = self.multiplied(top) if top else None
        for factor in bottom:
            total = self.call(1 / slot(0), (factor,)) if total is None else self.quotient(total, factor)
        assert total is not None
        return self.call(-slot(0), (total,)) if number == -1 else total

    def quotient(self, above: Operand, below: Operand) -> Operand:
        return self.call(1 / slot(0), (below,)) if above == 1 else self.call(slot(0) / slot(1), (above, below))

    def multiplied(self, factors: list[Operand]) -> Operand:
        """The product of several values."""
        everything = {**self.run.products, **self.products}
        rest = sorted(factors, key=self.known)
        fits = [k for k in everything if len(k) <= len(rest) and all(rest.count(f) == 1 for f in k)]
        total: Operand
        if fits and len(rest) > 1:
            largest = max(fits, key=len)
            total = everything[largest]
            done = largest
            rest = [f for f in rest if f not in largest]
        else:
            total, done = rest[0], frozenset(rest[:1])
            rest = rest[1:]
        for factor in rest:
            total = self.call(slot(0) * slot(1), (total, factor))
            done = done | {factor}
            if len(done) == len(set(done)) and isinstance(total, Node):
                self.products[done] = total
        return total

    def power(self, expr: sympy.Expr) -> Operand:
        """Squares, cubes and fourth powers are multiplied out."""
        base, exponent = self.value(expr.base), expr.exp
        if exponent == -1:
            return self.call(1 / slot(0), (base,))
        if exponent.is_Integer and 2 <= exponent <= 4:
            square = self.call(slot(0) ** 2, (base,))
            if exponent == 2:
                return square
            return self.call(slot(0) ** 2, (square,)) if exponent == 4 else self.call(slot(0) * slot(1), (square, base))
        return self.call(slot(0) ** slot(1), (base, self.value(exponent)))


def gathered(node: Node) -> bool:
    """Whether a value is a sum of matrix products and of nothing else: that is one product, or a few."""
    assert isinstance(node.op, Pointwise)
    bare = isinstance(node.op.expr, sympy.Add) and all(t.is_Symbol for t in node.op.expr.args)
    return bare and all(map(is_scaled_matvec, node.args))


def fixed(expr: sympy.Expr) -> bool:
    """Whether an expression is made of numbers and named constants alone."""
    return not any(map(is_slot, expr.free_symbols)) and not expr.atoms(Head)
