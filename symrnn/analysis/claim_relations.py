"""Claims that one value is never larger than another, such as |c_t| ≤ |c_{t-1}| + 1, entry by entry.

Both sides are written out in values of which an interval is known. Their difference is shown to be at least 0 where it
is one of degree 1 in each of them: such a function is smallest at a corner, and above that everywhere inside. Signs of
what stands in a magnitude are taken case by case. A claim is refuted by a point.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import sympy

from symrnn.analysis.agreement import DEFINED, Gap
from symrnn.analysis.claim_algebra import Item, Undecided
from symrnn.analysis.claim_ranges import Bound, Reach, kept, reach
from symrnn.analysis.claim_values import Meaning, window
from symrnn.analysis.claim_verdicts import FALSE, HOLDS, HOLDS_WITH, INTERVAL, POINTS, Evidence, Judged
from symrnn.analysis.ticks import Ticks
from symrnn.document.ranges import ANY, RANGES, Ranges
from symrnn.ir import Broadcast, Leaf, Node, Pointwise, broadcast, slot, topological
from symrnn.jacobian_naming import Naming
from symrnn.lower import lower
from symrnn.ops.elementwise import Head
from symrnn.primitives import Reshape, Slice, Softmax
from symrnn.reading import tree as read
from symrnn.reading.claim import Claim
from symrnn.reading.traversal import walk
from symrnn.verification.scalars import Meaningless

TRIES = 40
ATOMS = 12  # values up to which all corners are looked at
LARGEST = ("maximum", "max")
ZERO = sympy.Integer(0)
ANYWHERE = Reach(-sympy.oo, sympy.oo, (True, True))
UPWARDS = Reach(ZERO, sympy.oo, (True, True))


def judge_relation(claim: Claim) -> Judged:
    """The verdict on a bound of one value by another. Raises Undecided."""
    if claim.cell is None:
        raise Undecided("no cell of this text has these names")
    if claim.relation not in ("<", "<=", ">", ">="):
        raise Undecided("only bounds are decided between values")
    ticks = Ticks(lower(claim.cell.record), *_shortest(claim))
    sides = (claim.left, claim.right) if claim.relation[0] == "<" else (claim.right, claim.left)
    small, large = _alike(*(_node(ticks, side) for side in sides))
    strict = not claim.relation.endswith("=")
    ranges = Ranges(Naming(ticks.step))
    if Written(_known(ticks, ranges, start=False)).shows(small, large, strict):
        return Judged(claim, HOLDS, Evidence(INTERVAL))
    starts = {name: found for name in ticks.carries if (found := _start(ticks, name, ranges)) is not None}
    bounded = {ticks.before(name): found for name, found in starts.items()}
    if starts and Written(_known(ticks, ranges, start=True) | bounded).shows(small, large, strict):
        said = " and ".join(f"{name} starting within {found}, where it stays" for name, found in starts.items())
        return Judged(claim, HOLDS_WITH, Evidence(INTERVAL, said))
    gap = _beyond(ticks, small, large, strict)
    if gap is not None:
        return Judged(claim, FALSE, Evidence(POINTS, counterexample=gap))
    raise Undecided("intervals do not show it, and no point was found where it is wrong")


def _shortest(claim: Claim) -> tuple[int, int]:
    """The ticks that a claim speaks of, where a state may be that before the first of them."""
    assert claim.cell is not None
    states = {d.name for d in claim.cell.record.states}
    names = [n for side in (claim.left, claim.right) for n in walk(side) if isinstance(n, read.Name) and n.time]
    shifts = [n.time.shift + (n.name in states) for n in names if n.time is not None and n.time.letter == "t"]
    return min([0, *shifts]), window(claim)[1]


def _node(ticks: Ticks, side: read.Tree) -> Node:
    value = Meaning(ticks).value(side)
    if not isinstance(value, Item):
        raise Undecided("a bound on a Jacobian is not decided here")
    return value.node


def _alike(a: Node, b: Node) -> tuple[Node, Node]:
    shape = a.shape if len(a.shape) > len(b.shape) or b.shape == (1,) else b.shape
    if {a.shape, b.shape} - {shape, (1,), ()}:
        raise Undecided("the two sides have different shapes")
    return broadcast(a, shape), broadcast(b, shape)


def _known(ticks: Ticks, ranges: Ranges, start: bool) -> dict[Node, Reach]:
    """The intervals of the values of all ticks; without ``start`` the state before the first one may be anything."""
    found: dict[Node, Reach] = {}
    for tick in range(ticks.first, ticks.last + 1):
        for own, interval in ranges.known.items():
            found[ticks.at(own, tick)] = reach(interval) if start else _anyhow(own, ranges)
    return found | dict.fromkeys(map(ticks.before, ticks.carries), ANYWHERE)


def _anyhow(node: Node, ranges: Ranges) -> Reach:
    """The interval of a value whatever the states are: that of a function, or of a declared domain."""
    while isinstance(node.op, Broadcast | Slice | Reshape):
        node = node.args[0]
    if isinstance(node.op, Pointwise):
        expr = node.op.expr
        return reach(RANGES.get(expr.op.name, ANY)) if isinstance(expr, Head) else ANYWHERE
    fixed = isinstance(node.op, Softmax) or isinstance(node.op, Leaf) and node.op.role != "carry"
    return reach(ranges.known.get(node, ANY)) if fixed else ANYWHERE


def _start(ticks: Ticks, name: str, ranges: Ranges) -> Reach | None:
    """An interval in which a step leaves the state that it finds there: that of what it writes, or [-1, 1]."""
    carry, one = ticks.carries[name], sympy.Integer(1)
    written = ranges.known.get(carry.write)
    if written is not None and written.bounded:
        return Reach(written.low, written.high, (True, True))
    unit = Bound(-one, one, (True, True))
    stays = any(bound == unit for bound in kept(Ticks(ticks.step), name, unit, ranges))
    return Reach(-one, one, (True, True)) if stays else None


@dataclass
class Written:
    """Values written out in those of which an interval is known, or about which nothing is."""

    known: Mapping[Node, Reach]
    symbols: dict[Node | sympy.Expr, sympy.Symbol] = field(default_factory=dict)
    reaches: dict[sympy.Symbol, Reach] = field(default_factory=dict)

    def shows(self, small: Node, large: Node, strict: bool) -> bool:
        """Whether one value is shown to be at most, or less than, the other."""
        low, high = self.of(small), self.of(large)
        return all(self._shown(high - one, self.reaches, strict) for one in _both_signs(low))

    def of(self, root: Node) -> sympy.Expr:
        """A value as an expression in symbols."""
        done: dict[Node, sympy.Expr] = {}
        for node in topological([root]):
            done[node] = self._one(node, done)
        return done[root]

    def _one(self, node: Node, done: Mapping[Node, sympy.Expr]) -> sympy.Expr:
        if isinstance(node.op, Broadcast) and not node.op.axes:
            return done[node.args[0]]
        if not isinstance(node.op, Pointwise):
            return self._symbol(node, self.known.get(node, ANYWHERE))
        table = {slot(k): done[a] for k, a in enumerate(node.args)}
        return sympy.expand(self._plain(node.op.expr, table, self.known.get(node)))

    def _plain(
        self, expr: sympy.Expr, table: Mapping[sympy.Expr, sympy.Expr], whole: Reach | None = None
    ) -> sympy.Expr:
        """An expression with a symbol for every function but magnitudes and largest values."""
        if isinstance(expr, Head):
            args = [self._plain(a, table) for a in expr.args]
            if expr.op.name == "magnitude":
                return sympy.Abs(args[0])
            if expr.op.name in LARGEST:
                return sympy.Max(*args)
            return self._symbol(expr.func(*args), whole or reach(RANGES.get(expr.op.name, ANY)))
        if expr.is_Add or expr.is_Mul or expr.is_Pow and expr.exp.is_Integer and 0 < expr.exp < 5:
            return expr.func(*(self._plain(a, table) for a in expr.args))
        if expr in table or expr.is_number:
            return table.get(expr, expr)
        return self._symbol(expr.xreplace(dict(table)), whole or ANYWHERE)

    def _symbol(self, key: Node | sympy.Expr, found: Reach) -> sympy.Symbol:
        if key not in self.symbols:
            symbol = sympy.Symbol(f"v{len(self.symbols)}", real=True)
            self.symbols[key] = symbol
            self.reaches[symbol] = found
        return self.symbols[key]

    def _shown(self, difference: sympy.Expr, reaches: Mapping[sympy.Symbol, Reach], strict: bool) -> bool:
        """Whether an expression is at least 0, or above 0, for all values of its symbols."""
        inner = [a.args[0] for a in difference.atoms(sympy.Abs)]
        if any(not arg.is_Symbol for arg in inner):
            return False
        for signs in itertools.product((1, -1), repeat=len(inner)):
            table: dict[sympy.Expr, sympy.Expr] = {}
            within = dict(reaches)
            for sign, symbol in zip(signs, inner, strict=True):
                size = sympy.Dummy(real=True)
                table |= {sympy.Abs(symbol): size, symbol: sign * size}
                within[size] = _half(reaches[symbol], sign)
            if any(r.low > r.high for r in within.values()):
                continue
            one = difference.xreplace({k: v for k, v in table.items() if isinstance(k, sympy.Abs)}).xreplace(table)
            if not all(_at_least(*case, strict) for case in _largest(one, within)):
                return False
        return True


def _both_signs(expr: sympy.Expr) -> Iterator[sympy.Expr]:
    """The values of which an expression with magnitudes is the largest, sign by sign."""
    found = next((a for a in expr.atoms(sympy.Abs) if sympy.expand(expr).coeff(a).is_positive), None)
    if found is None:
        yield expr
        return
    for value in (found.args[0], -found.args[0]):
        yield from _both_signs(sympy.expand(expr).xreplace({found: value}))


def _half(found: Reach, sign: int) -> Reach:
    """The magnitudes of the values of one sign."""
    low, high = (found.low, found.high) if sign > 0 else (-found.high, -found.low)
    closed = found.closed if sign > 0 else found.closed[::-1]
    return Reach(sympy.Max(ZERO, low), high, (closed[0] if low > 0 else True, closed[1]))


def _largest(
    expr: sympy.Expr, reaches: dict[sympy.Symbol, Reach]
) -> Iterator[tuple[sympy.Expr, dict[sympy.Symbol, Reach]]]:
    """The cases of a largest of two values: either is the other one and something more."""
    found = next(iter(expr.atoms(sympy.Max)), None)
    if found is None:
        yield expr, reaches
        return
    if len(found.args) != 2:
        yield sympy.S.NegativeOne, reaches
        return
    for larger, smaller in (found.args, found.args[::-1]):
        if larger.is_number and smaller.is_Symbol:
            old = reaches[smaller]
            below = Reach(old.low, sympy.Min(old.high, larger), (True, True))
            yield from _largest(expr.xreplace({found: larger}), {**reaches, smaller: below})
            continue
        if not larger.is_Symbol:
            yield sympy.S.NegativeOne, reaches
            continue
        more = sympy.Dummy(real=True)
        yield from _largest(
            expr.xreplace({found: smaller + more}).xreplace({larger: smaller + more}), {**reaches, more: UPWARDS}
        )


def _at_least(expr: sympy.Expr, reaches: Mapping[sympy.Symbol, Reach], strict: bool) -> bool:
    symbols = sorted(expr.free_symbols, key=str)
    if len(symbols) > ATOMS or not expr.is_polynomial(*symbols):
        return False
    open_first = sorted(symbols, key=lambda s: not _is_open(reaches[s]))
    # Those without an end come first, so that what is left is a box.
    endless = sorted(open_first, key=lambda s: bool(reaches[s].low.is_finite and reaches[s].high.is_finite))
    never, always = _least(sympy.expand(expr), tuple(endless), reaches)
    return always if strict else never


def _is_open(found: Reach) -> bool:
    return not any(found.closed)


def _least(
    expr: sympy.Expr, symbols: tuple[sympy.Symbol, ...], reaches: Mapping[sympy.Symbol, Reach]
) -> tuple[bool, bool]:
    """Whether an expression is never below 0, and whether it is always above."""
    if not symbols:
        return bool(expr >= 0), bool(expr > 0)
    symbol, rest = symbols[0], symbols[1:]
    found = reaches[symbol]
    if not expr.has(symbol):
        return _least(expr, rest, reaches)
    if found.low.is_finite and found.high.is_finite:
        if sympy.degree(expr, symbol) > 1:
            return False, False
        ends = [_least(sympy.expand(expr.subs(symbol, end)), rest, reaches) for end in (found.low, found.high)]
        above = any(e[1] for e in ends) if _is_open(found) else all(e[1] for e in ends)
        never = all(e[0] for e in ends)
        return never, never and above
    if not found.low.is_finite:
        if not found.high.is_finite:
            return False, False
        turned = {**reaches, symbol: Reach(-found.high, -found.low, found.closed[::-1])}
        return _least(sympy.expand(expr.subs(symbol, -symbol)), symbols, turned)
    shifted = sympy.Poly(sympy.expand(expr.subs(symbol, symbol + found.low)), symbol)
    parts = [_least(part, rest, reaches) for part in reversed(shifted.all_coeffs())]
    never = all(part[0] for part in parts)
    return never, never and parts[0][1]


def _beyond(ticks: Ticks, small: Node, large: Node, strict: bool) -> Gap | None:
    """The point, of those tried, at which the smaller value is furthest above the larger."""
    worst: Gap | None = None
    for k in range(TRIES):
        try:
            point = ticks.points.at((0, k))
            low, high = point.values([small, large])
        except (Meaningless, *DEFINED):
            continue
        for entry in itertools.product(*map(range, low.shape)):
            if low[entry] > high[entry] or strict and low[entry] == high[entry]:
                gap = Gap(entry, float(high[entry]), float(low[entry]), tuple(point.sizes.items()), (0, k))
                worst = gap if worst is None or gap.size > worst.size else worst
    return worst
