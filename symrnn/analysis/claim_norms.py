"""Claims about norms: ‖∂h_t/∂h_{t-1}‖ ≤ ‖U‖, ‖h_t‖_∞ ≤ 1.

The norm of a matrix is the spectral one. A product of diagonals and matrices is bounded factor by factor: a diagonal by
the largest magnitude that its entries can have, a sum by the sum of such bounds. A claim is refuted by a point.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import sympy

from symrnn.analysis.agreement import DEFINED, Gap, agreement, same_at
from symrnn.analysis.claim_algebra import Item, Undecided, as_map
from symrnn.analysis.claim_derivatives import columns
from symrnn.analysis.claim_values import Meaning, window
from symrnn.analysis.claim_verdicts import FALSE, HOLDS, HOLDS_WITH, INTERVAL, POINTS, SYMBOLIC, Evidence, Judged
from symrnn.analysis.linear_maps import Map, product
from symrnn.analysis.random_points import Point
from symrnn.analysis.ticks import Ticks
from symrnn.document.ranges import Ranges
from symrnn.ir import leaf
from symrnn.jacobian import Jacobians
from symrnn.jacobian_factors import Diagonal, Identity, Matrix
from symrnn.jacobian_naming import parts
from symrnn.jacobian_terms import Term
from symrnn.lower import lower
from symrnn.reading import tree as read
from symrnn.reading.claim import Claim
from symrnn.reading.traversal import mapped, walk
from symrnn.verification.scalars import Meaningless

NORMS = ("norm", "norm_inf")
TRIES = 40
FACTORS = 3  # of a product of norms, which are tried in every order
SLACK = 1e-9
# A sum of products of norms of matrices: how often each product counts.
Bounds = dict[tuple[str, ...], sympy.Expr]


def of_norms(claim: Claim) -> bool:
    """Whether a claim is about norms."""
    return any(isinstance(n, read.Call) and n.function in NORMS for s in (claim.left, claim.right) for n in walk(s))


def by_entries(claim: Claim) -> tuple[Claim, bool] | None:
    """A bound of the largest entry of a vector as one of all of its entries, and whether that is the same: where the
    largest entry of another vector is the bound, it only follows. None where neither is so."""
    small, large = sides(claim)
    if not isinstance(small, read.Call) or small.function != "norm_inf":
        return None
    nodes = [*walk(small), *walk(large)]
    falls = any(isinstance(n, read.Negative) or isinstance(n, read.Binary) and n.op in "-/" for n in walk(large))
    same = not _has_norm(large)
    if any(isinstance(n, read.Partial) or isinstance(n, read.Call) and n.function == "norm" for n in nodes):
        return None
    if falls and not same:
        return None

    def change(node: Any) -> Any:
        largest = isinstance(node, read.Call) and node.function == "norm_inf"
        return replace(node, function="magnitude") if largest else node

    left, right = mapped(small, change), mapped(large, change)
    return replace(claim, left=left, right=right, relation="<" + claim.relation[1:]), same


def sides(claim: Claim) -> tuple[read.Tree, read.Tree]:
    """What is at most, and what it is at most."""
    if claim.relation not in ("<", "<=", ">", ">="):
        raise Undecided("only bounds of norms are decided")
    return (claim.left, claim.right) if claim.relation[0] == "<" else (claim.right, claim.left)


def _has_norm(tree: read.Tree) -> bool:
    return any(isinstance(n, read.Call) and n.function in NORMS for n in walk(tree))


def judge_norm(claim: Claim) -> Judged:
    """The verdict on a bound of a norm. Raises Undecided."""
    if claim.cell is None:
        raise Undecided("no cell of this text has these names")
    small, large = sides(claim)
    ticks = Ticks(lower(claim.cell.record), *window(claim))
    if claim.relation.endswith("="):
        found = _by_factors(claim, ticks, small, large) or _by_products(claim, ticks, small, large)
        if found is not None:
            return found
    gap = _beyond(ticks, small, large, claim.relation.endswith("="))
    if gap is not None:
        return Judged(claim, FALSE, Evidence(POINTS, counterexample=gap))
    raise Undecided("the norms of its factors do not show it, and no point was found where it is wrong")


def _by_factors(claim: Claim, ticks: Ticks, small: read.Tree, large: read.Tree) -> Judged | None:
    """A derivative whose factors have bounds that are no larger than what is claimed."""
    inner = small.args[0] if isinstance(small, read.Call) and small.function == "norm" else None
    while isinstance(inner, read.Transposed):
        inner = inner.arg
    if not isinstance(inner, read.Partial):
        return None
    letter, claimed = _claimed(ticks, large)
    for path in ("total", "block") if len(ticks.carries) > 1 else ("block",):
        own, starts = _bounds(ticks, inner, path)
        if own is None or claimed is None or set(own) - set(claimed):
            continue
        least = sympy.Max(*(value / claimed[names] for names, value in own.items()))
        if least > 1 and not letter:
            continue
        others = [name for name in ticks.carries if not (isinstance(inner.wrt, read.Name) and name == inner.wrt.name)]
        held = [f"{', '.join(f'{name}[t-1]' for name in others)} held fixed"] if others and path == "block" else []
        within = [f"{name} starting within its range" for name in sorted(starts)]
        needed = "; ".join(([f"{letter} ≥ {least}"] if letter else []) + held + within)
        said = " + ".join(_shown(value, names) for names, value in own.items())
        return Judged(claim, HOLDS_WITH if needed else HOLDS, Evidence(INTERVAL, needed, expression=f"at most {said}"))
    return None


def _shown(value: sympy.Expr, names: tuple[str, ...]) -> str:
    factors = [f"‖{name}‖" for name in names]
    return " ".join(factors if value == 1 and factors else [str(value), *factors])


def _bounds(ticks: Ticks, partial: read.Partial, path: str) -> tuple[Bounds | None, set[str]]:
    """The bound of a derivative by the state before, as a sum of products of norms, and the states whose own range at
    the step before it takes for granted."""
    of, wrt = partial.of, partial.wrt
    if not (isinstance(of, read.Name) and isinstance(wrt, read.Name) and of.time is not None and wrt.time is not None):
        return None, set()
    if of.time.shift - wrt.time.shift != 1 or wrt.name not in ticks.carries or of.name not in ticks.named:
        return None, set()
    jacobians = Jacobians(ticks.step)
    block = jacobians.block(of.name, wrt.name, path)
    ranges = Ranges(jacobians.naming)
    found: Counter[tuple[str, ...]] = Counter()
    starts: set[str] = set()
    for term in block.terms:
        named = [parts(s) for f in term.factors if isinstance(f, Diagonal) for s in f.expr.free_symbols]
        starts |= {name for name, lag in named if lag and name in ticks.carries}
        one = None if block.definitions else _term(term, ranges)
        if one is None or not one[0].is_finite:
            return None, set()
        found[one[1]] += one[0]
    return dict(found), starts


def _term(term: Term, ranges: Ranges) -> tuple[sympy.Expr, tuple[str, ...]] | None:
    """The bound of one product, None where it holds what has no known bound."""
    number, names = abs(term.coefficient), []
    for factor in term.factors:
        if isinstance(factor, Diagonal):
            number *= ranges.of(factor.expr).largest
        elif isinstance(factor, Matrix):
            names.append(str(factor.value))
        elif not isinstance(factor, Identity):
            return None
    return (number, tuple(sorted(names))) if number.is_Rational else None


def _claimed(ticks: Ticks, tree: read.Tree) -> tuple[str, Bounds | None]:
    """A claimed bound as a sum of products of norms, and the letter of a number that the cell does not have."""
    known = {d.name for d in ticks.record.params} | {name for name, _ in ticks.record.constants}
    names = [n.name for n in walk(tree) if isinstance(n, read.Name) and n.time is None]
    letters = [name for name in names if name not in known]
    if len(letters) > 1:
        return "", None
    letter = letters[0] if letters else ""
    return letter, _sum(tree, letter)


def _sum(tree: read.Tree, letter: str) -> Bounds | None:
    match tree:
        case read.Number(value) if value >= 0:
            return {(): sympy.Rational(value.numerator, value.denominator)}
        case read.Name(name, None) if name == letter:
            return {(): sympy.Integer(1)}
        case read.Call("norm", (read.Name(name, None) | read.Transposed(read.Name(name, None)),)):
            return {(name,): sympy.Integer(1)}
        case read.Binary(op, left, right):
            a, b = _sum(left, letter), _sum(right, letter)
            if a is None or b is None:
                return None
            if op == "+" and not letter:
                return {key: a.get(key, sympy.S.Zero) + b.get(key, sympy.S.Zero) for key in {*a, *b}}
            if op in ("*", "@", "?"):
                return {tuple(sorted(k + m)): x * y for (k, x), (m, y) in itertools.product(a.items(), b.items())}
            if op == "/" and set(b) == {()} and b[()] and isinstance(right, read.Number):
                return {key: value / b[()] for key, value in a.items()}
    return None


def _by_products(claim: Claim, ticks: Ticks, small: read.Tree, large: read.Tree) -> Judged | None:
    """A map that is the product of those whose norms are multiplied, in some order."""
    factors = list(_factors(large))
    numbers = [f.value for f in factors if isinstance(f, read.Number)]
    norms = [f.args[0] for f in factors if isinstance(f, read.Call) and f.function == "norm"]
    if len(numbers) + len(norms) < len(factors) or not 0 < len(norms) <= FACTORS or any(n < 1 for n in numbers):
        return None
    if not isinstance(small, read.Call) or small.function != "norm":
        return None
    meaning = Meaning(ticks)
    whole = meaning.value(small.args[0])
    if not isinstance(whole, Map):
        return None
    for order in itertools.permutations(norms):
        for made in _products([as_map(meaning.value(part), whole.rows) for part in order]):
            if (made.rows, made.columns) == (whole.rows, whole.columns):
                direction = leaf("direction", "tangent", whole.columns)
                a, b = made.forward(direction), whole.forward(direction)
                if same_at(ticks.points, a, b) and agreement(ticks.points, a, b, meaning.named).proved:
                    said = "the norm of a product is at most the product of the norms"
                    return Judged(claim, HOLDS, Evidence(SYMBOLIC, expression=said))
    return None


def _factors(tree: read.Tree) -> Iterator[read.Tree]:
    if isinstance(tree, read.Binary) and tree.op in ("*", "@", "?"):
        yield from (*_factors(tree.left), *_factors(tree.right))
    else:
        yield tree


def _products(maps: list[Map]) -> Iterator[Map]:
    """The products of maps in this order, each as it is or transposed: that changes no norm."""
    for turned in itertools.product((False, True), repeat=len(maps)):
        chosen = [map.transposed if turn else map for map, turn in zip(maps, turned, strict=True)]
        if all(a.columns == b.rows for a, b in itertools.pairwise(chosen)):
            whole = chosen[0]
            for map in chosen[1:]:
                whole = product(whole, map)
            yield whole


def _beyond(ticks: Ticks, small: read.Tree, large: read.Tree, closed: bool) -> Gap | None:
    """The point, of those tried, at which the smaller side is furthest above the larger."""
    worst: Gap | None = None
    meaning = Meaning(ticks)
    for k in range(TRIES):
        try:
            point = ticks.points.at((0, k))
            low, high = (_number(meaning, side, point) for side in (small, large))
        except (Meaningless, *DEFINED):
            continue
        if low > high * (1 + SLACK) + SLACK or not closed and low > high:
            gap = Gap((), high, low, tuple(point.sizes.items()), (0, k))
            worst = gap if worst is None or gap.size > worst.size else worst
    return worst


def _number(meaning: Meaning, tree: read.Tree, point: Point) -> float:
    """One side as a number at a point. Raises Undecided."""
    match tree:
        case read.Number(value):
            return float(value)
        case read.Negative(arg):
            return -_number(meaning, arg, point)
        case read.Binary(op, left, right) if op in ("+", "-", "*", "@", "?", "/"):
            a, b = _number(meaning, left, point), _number(meaning, right, point)
            return {"+": a + b, "-": a - b}.get(op, a / b if op == "/" else a * b)
        case read.Call(function, (arg,)) if function in NORMS:
            return _norm(meaning.value(arg), function, point)
    found = meaning.value(tree)
    if not isinstance(found, Item) or not found.is_scalar:
        raise Undecided("a norm is bounded by what is no number")
    return float(point.values([found.node])[0].reshape(-1)[0])


def _norm(value: Any, function: str, point: Point) -> float:
    entries = columns(value, point) if isinstance(value, Map) else point.values([value.node])[0]
    found = np.asarray(entries, dtype=float)
    if function == "norm_inf":
        return float(np.abs(found).sum(axis=1).max() if found.ndim == 2 and isinstance(value, Map) else
                     np.abs(found).max())  # fmt: skip
    return float(np.linalg.norm(found, 2 if found.ndim == 2 else None))
