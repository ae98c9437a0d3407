"""In which interval a scalar expression stays, whatever the inputs and parameters: interval arithmetic on a step.

A function's range is a fact about the function. A state's range at t-1 is that of what the step writes, where this is
bounded without a premise on the state itself. An expression in one bounded value is a polynomial on an interval, whose
extremes are exact; anything else is bounded operation by operation, which may be wider than need be but never narrower.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy

from symrnn.flat import flat
from symrnn.ir import Broadcast, Contract, Node, Pointwise, is_slot, slot
from symrnn.jacobian_naming import Naming, parts, timed
from symrnn.ops.elementwise import Head
from symrnn.primitives import Reshape, Slice, Softmax
from symrnn.record import Record
from symrnn.scope import exact
from symrnn.sympy_view import rational


@dataclass(frozen=True)
class Interval:
    """All values between two bounds, which may be infinite; ``closed`` says whether the bounds may be reached."""

    low: sympy.Expr = -sympy.oo
    high: sympy.Expr = sympy.oo
    closed: bool = True

    @property
    def bounded(self) -> bool:
        """Whether both bounds are finite."""
        return bool(self.low.is_finite and self.high.is_finite)

    @property
    def largest(self) -> sympy.Expr:
        """The largest magnitude."""
        return sympy.Max(abs(self.low), abs(self.high))

    def within(self, low: int, high: int) -> bool:
        """Whether the interval lies between two numbers."""
        return bool(self.low >= low and self.high <= high)


ANY = Interval()
ZERO, ONE = sympy.Integer(0), sympy.Integer(1)
RANGES = {
    "sigmoid": Interval(ZERO, ONE, False),
    "tanh": Interval(-ONE, ONE, False),
    "hardtanh": Interval(-ONE, ONE),
    "hard_sigmoid": Interval(ZERO, ONE),
    "heaviside": Interval(ZERO, ONE),
    "heaviside_st": Interval(ZERO, ONE),
    "sin": Interval(-ONE, ONE),
    "cos": Interval(-ONE, ONE),
    "relu": Interval(ZERO),
    "magnitude": Interval(ZERO),
    "sqrt": Interval(ZERO),
    "exp": Interval(ZERO, closed=False),
    "expm1": Interval(-ONE, closed=False),
    "elu": Interval(-ONE, closed=False),
    "softplus": Interval(ZERO, closed=False),
    "logsigmoid": Interval(high=ZERO, closed=False),
}
# What grows with its argument takes an interval to the interval between the values at its ends.
GROWING = {
    "exp",
    "expm1",
    "sigmoid",
    "tanh",
    "softplus",
    "logsigmoid",
    "log",
    "log1p",
    "sqrt",
    "relu",
    "minimum",
    "maximum",
}
DOMAINS = {
    "unit": Interval(sympy.Integer(0), sympy.Integer(1)),
    "mask": Interval(sympy.Integer(0), sympy.Integer(1)),
    "positive": Interval(sympy.Integer(0), closed=False),
    "time": Interval(sympy.Integer(1)),
}


@dataclass
class Ranges:
    """The intervals of the values of a step."""

    naming: Naming
    known: dict[Node, Interval] = field(default_factory=dict)
    found: dict[sympy.Expr, Interval] = field(default_factory=dict)
    numbers: dict[sympy.Symbol, Interval] = field(default_factory=dict)

    def __post_init__(self) -> None:
        step = self.naming.step
        record = flat(step.origin) if isinstance(step.origin, Record) else None
        declared = (*record.inputs, *record.params) if record is not None else ()
        domains = {d.name: DOMAINS.get(d.domain, ANY) for d in declared}
        starts = {d.name: d.start for d in record.states} if record is not None else {}
        if record is not None:
            points = {name: rational(exact(value)) for name, value in record.constants}
            self.numbers = {sympy.Symbol(name): Interval(value, value) for name, value in points.items()}
            self.numbers |= {size: Interval(ONE) for size in record.sizes}
        self._propagate(domains)
        for carry in step.carries:
            found = self.known.get(carry.write, ANY)
            if found.bounded and found.low <= starts.get(carry.name, 0.0) <= found.high:
                self.known[carry.read] = found
        self._propagate(domains)

    def _propagate(self, domains: dict[str, Interval]) -> None:
        for leaf in self.naming.step.leaves:
            self.known.setdefault(leaf, domains.get(self.naming.step.names[leaf], ANY))
        for _, node in self.naming.step.equations:
            intervals = [self.known.get(a, ANY) for a in node.args]
            match node.op:
                case Pointwise(expr):
                    self.known[node] = bounds(expr, self.numbers | {slot(k): i for k, i in enumerate(intervals)})
                case Softmax():
                    self.known[node] = Interval(ZERO, ONE)
                case Broadcast() | Slice() | Reshape() | Contract("ij->ji"):
                    self.known[node] = intervals[0]

    def of(self, expr: sympy.Expr) -> Interval:
        """The interval of an expression over the symbols of a Jacobian (``f[t]``, ``c[t-1]``)."""
        if expr not in self.found:
            self.found[expr] = bounds(expr, {s: self._symbol(s) for s in expr.free_symbols if not is_slot(s)})
        return self.found[expr]

    def _symbol(self, symbol: sympy.Symbol) -> Interval:
        if symbol in self.numbers:
            return self.numbers[symbol]
        name, lag = parts(symbol)
        node = self.naming.nodes.get(symbol.name) or self.naming.nodes.get(timed(name, 0 if lag else lag))
        return self.known.get(node, ANY) if node is not None else ANY


def bounds(expr: sympy.Expr, known: dict[sympy.Symbol, Interval]) -> Interval:
    """The interval of an expression, given those of its symbols."""
    plain, inner = _without_functions(expr, known)
    interval = Interval(sympy.Integer(1), sympy.Integer(1))
    for group in groups(plain):
        interval = _times(interval, _group(group, inner))
    return interval


def groups(expr: sympy.Expr) -> list[sympy.Expr]:
    """The factors of a product, those of the same symbols multiplied: ``f*(1 - f)`` belongs together."""
    found: dict[frozenset[sympy.Symbol], sympy.Expr] = {}
    for factor in sympy.Mul.make_args(expr):
        key = frozenset(factor.free_symbols | factor.atoms(Head))
        found[key] = found.get(key, sympy.Integer(1)) * factor
    return [found[key] for key in sorted(found, key=lambda key: sorted(map(str, key)))]


def _without_functions(
    expr: sympy.Expr, known: dict[sympy.Symbol, Interval]
) -> tuple[sympy.Expr, dict[sympy.Symbol, Interval]]:
    """The expression with a symbol for every function that stands outside others, and what is known of all symbols."""
    inner = dict(known)
    swap: dict[sympy.Expr, sympy.Symbol] = {}
    heads = expr.atoms(Head)
    for head in sorted(heads, key=str):
        if not any(head is not other and other.has(head) for other in heads):
            swap[head] = sympy.Symbol(f"value of {head}")
            inner[swap[head]] = _function(head, known)
    return expr.xreplace(swap), inner


def _function(head: Head, known: dict[sympy.Symbol, Interval]) -> Interval:
    """The interval of a function's values: its range, narrowed where it grows and its arguments are bounded."""
    found = RANGES.get(head.op.name, ANY)
    if head.op.name not in GROWING:
        return found
    arguments = [bounds(argument, known) for argument in head.args]
    if all(argument == ANY for argument in arguments):
        return found
    low, high = (head.op.definition(*(getattr(a, end) for a in arguments)) for end in ("low", "high"))
    low = sympy.Max(low, found.low) if _plain(low) else found.low
    high = sympy.Min(high, found.high) if _plain(high) else found.high
    return Interval(low, high, any(a.closed for a in arguments))


def _plain(end: sympy.Expr) -> bool:
    """Whether a bound is one to print: a rational number, its exponential, or infinite."""
    inner = end.args[0] if isinstance(end, sympy.exp) else end
    return bool(inner.is_Rational or end in (sympy.oo, -sympy.oo))


def _group(expr: sympy.Expr, known: dict[sympy.Symbol, Interval]) -> Interval:
    """The interval of one group: exact for a polynomial in one bounded value."""
    symbols = expr.free_symbols
    if len(symbols) == 1:
        (symbol,) = symbols
        interval = known.get(symbol, ANY)
        if expr == symbol:
            return interval
        if interval.bounded and expr.is_polynomial(symbol):
            return _extremes(expr, symbol, interval)
    return _arithmetic(expr, known)


def _extremes(expr: sympy.Expr, symbol: sympy.Symbol, interval: Interval) -> Interval:
    """The smallest and largest value of a polynomial on an interval: at its ends, or where it is level."""
    polynomial = sympy.Poly(expr, symbol)
    level = polynomial.diff(symbol).real_roots() if polynomial.degree() > 1 else []
    inside = [root for root in level if interval.low < root < interval.high]
    values = [polynomial.eval(point) for point in (interval.low, interval.high, *inside)]
    low, high = sympy.Min(*values), sympy.Max(*values)
    reached = any(polynomial.eval(root) in (low, high) for root in inside)
    return Interval(low, high, interval.closed or reached)


def _arithmetic(expr: sympy.Expr, known: dict[sympy.Symbol, Interval]) -> Interval:
    """Operation by operation."""
    if expr.is_Rational:
        return Interval(expr, expr)
    if isinstance(expr, sympy.Symbol):
        return known.get(expr, ANY)
    parts_ = [_arithmetic(a, known) for a in expr.args]
    if isinstance(expr, sympy.Add):
        low, high = sympy.Add(*(p.low for p in parts_)), sympy.Add(*(p.high for p in parts_))
        return Interval(low, high)
    if isinstance(expr, sympy.Mul):
        interval = parts_[0]
        for part in parts_[1:]:
            interval = _times(interval, part)
        return interval
    if isinstance(expr, sympy.Pow) and expr.exp.is_Integer and expr.exp > 0:
        base = parts_[0]
        if expr.exp % 2 == 0:
            return Interval(sympy.Integer(0), base.largest**expr.exp)
        return Interval(base.low**expr.exp, base.high**expr.exp)
    if isinstance(expr, sympy.Pow) and expr.exp.is_negative:
        base = _arithmetic(expr.base ** (-expr.exp), known)
        above = base.low > 0 or (base.low == 0 and not base.closed)
        return Interval(1 / base.high, 1 / base.low if base.low > 0 else sympy.oo, base.closed) if above else ANY
    return ANY


def _times(a: Interval, b: Interval) -> Interval:
    """All products of two values."""
    corners = [sympy.Integer(0) if 0 in (p, q) else p * q for p in (a.low, a.high) for q in (b.low, b.high)]
    points = [i.low == i.high for i in (a, b)]
    closed = (a.closed and not points[0]) or (b.closed and not points[1]) or all(points)
    return Interval(sympy.Min(*corners), sympy.Max(*corners), closed)
