"""Claims about how large a value can be: σ′ ≤ 1/4, tanh ∈ (−1, 1), 0 < f_t < 1, by interval arithmetic.

A bound is shown where the interval in which a value stays lies within it. It is refuted by a point that lies outside,
or by the range of a function, all of which is taken: its ends are limits that a function comes as near to as one likes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import mpmath
import numpy as np
import sympy

from symrnn.analysis.agreement import DEFINED, Gap
from symrnn.analysis.claim_algebra import Item, Undecided
from symrnn.analysis.claim_values import Meaning
from symrnn.analysis.claim_verdicts import FALSE, HOLDS, HOLDS_WITH, INTERVAL, POINTS, Evidence, Judged
from symrnn.analysis.digits import defined
from symrnn.analysis.ticks import Ticks
from symrnn.document.ranges import ANY, RANGES, Interval, Ranges, bounds
from symrnn.ir import Node, Pointwise, slot, topological
from symrnn.jacobian_naming import Naming
from symrnn.lower import lower
from symrnn.ops import REGISTRY
from symrnn.ops.elementwise import Head
from symrnn.reading import tree as read
from symrnn.reading.claim import Claim
from symrnn.reading.traversal import walk
from symrnn.verification.scalars import DIGITS, Meaningless, numeric

GRID = (-40, -10, -3, -1, "-1/2", "-1/10", 0, "1/10", "1/2", 1, 3, 10, 40)  # arguments at which functions are tried
TRIES = 12
CORNERS = 8  # operands up to which all corners are tried
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True)
class Bound:
    """What a claim says of a value: at least ``low`` and at most ``high``; ``closed`` whether the ends are allowed."""

    low: sympy.Expr
    high: sympy.Expr
    closed: tuple[bool, bool]

    def admits(self, value: sympy.Expr) -> bool:
        """Whether a number is within the bound."""
        above = value >= self.low if self.closed[0] else value > self.low
        below = value <= self.high if self.closed[1] else value < self.high
        return bool(above) and bool(below)

    def follows(self, found: Reach) -> bool:
        """Whether every value that may be reached is within the bound."""
        low = found.low >= self.low if self.closed[0] or not found.closed[0] else found.low > self.low
        high = found.high <= self.high if self.closed[1] or not found.closed[1] else found.high < self.high
        return bool(low) and bool(high)


@dataclass(frozen=True)
class Reach:
    """All values between two ends, each of which may be reached or not."""

    low: sympy.Expr
    high: sympy.Expr
    closed: tuple[bool, bool]

    @property
    def magnitude(self) -> Reach:
        """The same of the magnitude."""
        (low, low_in), (high, high_in) = sorted(
            ((abs(self.low), self.closed[0]), (abs(self.high), self.closed[1])), key=lambda end: (end[0], end[1])
        )
        if self.low <= 0 <= self.high:
            inside = self.low < 0 < self.high or (self.closed[0] if self.low == 0 else self.closed[1])
            return Reach(sympy.Integer(0), high, (inside, high_in))
        return Reach(low, high, (low_in, high_in))

    def __str__(self) -> str:
        low = "[" if self.closed[0] and self.low != -sympy.oo else "("
        high = "]" if self.closed[1] and self.high != sympy.oo else ")"
        return f"{low}{self.low}, {self.high}{high}".replace("oo", "∞")


def reach(found: Interval) -> Reach:
    """An interval as it is known: both ends may be reached, or neither."""
    return Reach(found.low, found.high, (found.closed, found.closed))


def judge_range(claim: Claim) -> Judged:
    """The verdict on a bound. Raises Undecided."""
    left, right, relation = claim.left, claim.right, claim.relation
    if not isinstance(right, read.Interval) and not is_number(right):
        if relation not in TURNED or not is_number(left):
            raise Undecided("only bounds that are numbers are decided")
        left, right, relation = right, left, TURNED[relation]
    bound = _bound(relation, right)
    function = _function(left)
    if function is not None:
        return _of_function(claim, bound, *function)
    return _of_value(claim, bound, left)


def is_number(tree: read.Tree) -> bool:
    kinds = read.Name | read.Call | read.Function | read.Partial | read.Adjoint
    open_ = (n for n in walk(tree) if isinstance(n, kinds))
    return all(isinstance(n, read.Call) and n.function == "sqrt" for n in open_)


def _bound(relation: str, right: read.Tree) -> Bound:
    match relation, right:
        case "in", read.Interval(low, high, closed):
            return Bound(_number(low), _number(high), closed)
        case (("<" | "<="), _):
            return Bound(-sympy.oo, _number(right), (True, relation == "<="))
        case ((">" | ">="), _):
            return Bound(_number(right), sympy.oo, (relation == ">=", True))
    raise Undecided(f"{relation} is no bound")


def _number(tree: read.Tree) -> sympy.Expr:
    match tree:
        case read.Number(value):
            return sympy.Rational(value.numerator, value.denominator)
        case read.Infinity():
            return sympy.oo
        case read.Negative(arg):
            return -_number(arg)
        case read.Binary(op, left, right) if op in ("+", "-", "/", "**", "*", "?", "@"):
            a, b = _number(left), _number(right)
            if op == "**" and abs(b) > 64:
                raise Undecided("the exponent is too large")
            return {"+": a + b, "-": a - b, "**": a**b if op == "**" else a}.get(op, a / b if op == "/" else a * b)
        case read.Call("sqrt", (arg,)):
            return sympy.sqrt(_number(arg))
    raise Undecided("only bounds that are numbers are decided")


def _function(tree: read.Tree) -> tuple[str, int, bool] | None:
    """A function of an argument that may be anything: its name, its derivative, and whether its magnitude is meant."""
    match tree:
        case read.Function(name, derivative):
            return name, derivative, False
        case read.Call("abs" | "magnitude" | "norm", (inner,)):
            found = _function(inner)
            return None if found is None else (found[0], found[1], True)
        case read.Call(name, (read.Name(_, None),), _, derivative) if name in REGISTRY:
            return name, derivative, False
    return None


def _of_function(claim: Claim, bound: Bound, name: str, derivative: int, size: bool) -> Judged:
    """A bound on an activation or its derivative, for every real argument."""
    if name not in REGISTRY or REGISTRY[name].arity != 1:
        raise Undecided(f"the function {name} is not known here")
    op, y, z = REGISTRY[name], sympy.Symbol("y"), sympy.Symbol("z", real=True)
    expr = op.head(z, *op.defaults)
    if derivative:
        expr = sympy.diff(expr, z, derivative)
    found = _reach(expr.xreplace({op.head(z, *op.defaults): y}), y, RANGES.get(name, ANY))
    found = found.magnitude if size else found
    if bound.follows(found):
        return Judged(claim, HOLDS, Evidence(INTERVAL, expression=str(found)))
    return _outside(claim, bound, found, sympy.Abs(expr) if size else expr, z)


def _reach(expr: sympy.Expr, y: sympy.Symbol, values: Interval) -> Reach:
    """What an expression in the value of a function reaches; of a polynomial on a bounded interval exactly."""
    if expr.free_symbols != {y} or expr.atoms(Head):
        return reach(ANY)
    if not values.bounded or not expr.is_polynomial(y):
        return reach(bounds(expr, {y: values}))
    polynomial = sympy.Poly(expr, y)
    level = polynomial.diff(y).real_roots() if polynomial.degree() > 1 else []
    inside = [polynomial.eval(root) for root in level if values.low < root < values.high]
    ends = [polynomial.eval(end) for end in (values.low, values.high)]
    low, high = sympy.Min(*ends, *inside), sympy.Max(*ends, *inside)
    return Reach(low, high, (values.closed or low in inside, values.closed or high in inside))


def _outside(claim: Claim, bound: Bound, found: Reach, expr: sympy.Expr, z: sympy.Symbol) -> Judged:
    """A value of a function outside a bound."""
    while heads := expr.atoms(Head):
        expr = expr.xreplace({h: h.op.definition(*h.args) for h in heads})
    function = numeric((z,), [expr])
    for argument in map(sympy.Rational, GRID):
        try:
            with mpmath.workdps(DIGITS):
                ((value,),) = defined([np.array(function(mpmath.mpf(argument.p) / argument.q), dtype=object)])
        except DEFINED:
            continue
        if not bound.admits(sympy.Float(value, DIGITS)):
            reason = f"at {argument} it is {float(value):.6g}"
            return Judged(claim, FALSE, Evidence(POINTS, expression=str(found), reason=reason))
    raise Undecided(f"it stays in {found}, and no value outside the bound was found")


def _of_value(claim: Claim, bound: Bound, tree: read.Tree) -> Judged:
    """A bound on a value of the cell, for all inputs and parameters."""
    if claim.cell is None:
        raise Undecided("no cell of this text has these names")
    ticks = Ticks(lower(claim.cell.record))
    bound, tree = _of_both_signs(bound, tree)
    value = Meaning(ticks).value(tree)
    if not isinstance(value, Item):
        raise Undecided("a bound on a Jacobian is not decided here")
    ranges = Ranges(Naming(ticks.step))
    known = {ticks.at(own, 0): reach(found) for own, found in ranges.known.items()}
    found = reached(value.node, known, ranges)
    if bound.follows(found):
        return Judged(claim, HOLDS, Evidence(INTERVAL, expression=str(found)))
    for name, carry in ticks.carries.items():
        held = ticks.at(carry.write, 0) is value.node and next(kept(ticks, name, bound, ranges), None)
        if held:
            start = f"{name}[0] = 0" if held.admits(sympy.Integer(0)) else f"{name}[0] within it"
            return Judged(claim, HOLDS_WITH, Evidence(INTERVAL, f"a start within the bound, such as {start}"))
    worst = _worst(ticks, value.node, bound)
    if worst is not None:
        return Judged(claim, FALSE, Evidence(POINTS, expression=str(found), counterexample=worst))
    raise Undecided(f"intervals give {found}, and no value outside the bound was found")


def _of_both_signs(bound: Bound, tree: read.Tree) -> tuple[Bound, read.Tree]:
    """A bound on a magnitude as one on the value itself: ``|h| <= 1`` says that h is at least -1 and at most 1."""
    if isinstance(tree, read.Call) and tree.function in ("abs", "magnitude") and bound.low == -sympy.oo:
        return Bound(-bound.high, bound.high, (bound.closed[1], bound.closed[1])), tree.args[0]
    return bound, tree


def kept(ticks: Ticks, state: str, bound: Bound, ranges: Ranges) -> Iterator[Bound]:
    """The bounds in which a step leaves a state that it finds there, so that all steps do: the one asked about, and
    where it is one-sided the two-sided one from which it follows."""
    carry = ticks.carries[state]
    ends = [(end, closed) for end, closed in zip((bound.low, bound.high), bound.closed, strict=True) if end.is_finite]
    both = [Bound(-abs(end), abs(end), (closed, closed)) for end, closed in ends if len(ends) == 1]
    for tried in (bound, *both):
        within = Reach(tried.low, tried.high, tried.closed)
        if tried.follows(reached(ticks.at(carry.write, 0), {ticks.at(carry.read, 0): within}, ranges)):
            yield tried


def reached(root: Node, known: Mapping[Node, Reach], ranges: Ranges) -> Reach:
    """What a value reaches, operation by operation."""
    found = dict(known)
    for node in topological([root]):
        if node not in found and isinstance(node.op, Pointwise):
            found[node] = _pointwise(node.op.expr, [found[a] for a in node.args], ranges)
        elif node not in found:
            found[node] = reach(ANY)
    return found[root]


def _pointwise(expr: sympy.Expr, args: list[Reach], ranges: Ranges) -> Reach:
    """What an expression reaches. One of degree 1 in every operand has its extremes at the corners, and reaches them
    only there, being harmonic."""
    slots = [slot(k) for k in range(len(args))]
    if isinstance(expr, Head) and expr.op.name == "magnitude":
        return args[0].magnitude
    finite = all(a.low.is_finite and a.high.is_finite for a in args)
    if expr.atoms(Head) or not finite or len(args) > CORNERS or expr.free_symbols != set(slots):
        intervals = {s: Interval(a.low, a.high, any(a.closed)) for s, a in zip(slots, args, strict=True)}
        return reach(bounds(expr, ranges.numbers | intervals))
    if not expr.is_polynomial(*slots) or any(sympy.degree(expr, s) > 1 for s in slots):
        intervals = {s: Interval(a.low, a.high, any(a.closed)) for s, a in zip(slots, args, strict=True)}
        return reach(bounds(expr, intervals))
    corners = itertools.product(*((a.low, a.high) for a in args))
    values = [expr.xreplace(dict(zip(slots, corner, strict=True))) for corner in corners]
    closed = any(c for a in args for c in a.closed)
    return Reach(sympy.Min(*values), sympy.Max(*values), (closed, closed))


def _worst(ticks: Ticks, node: Node, bound: Bound) -> Gap | None:
    """The value furthest outside a bound, of the points tried."""
    worst: Gap | None = None
    for k in range(TRIES):
        try:
            point = ticks.points.at((0, k))
            (entries,) = point.values([node])
        except (Meaningless, *DEFINED):
            continue
        for entry in np.ndindex(*entries.shape):
            number = sympy.Float(entries[entry], 50)
            if not bound.admits(number):
                end = bound.high if number >= bound.high else bound.low
                gap = Gap(entry, float(end), float(number), tuple(point.sizes.items()), (0, k))
                worst = gap if worst is None or gap.size > worst.size else worst
    return worst
