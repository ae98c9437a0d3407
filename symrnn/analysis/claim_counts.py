"""Claims about the number of parameters: 4n(m + n + 1), whichever letters the sizes have."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import sympy

from symrnn.analysis.claim_algebra import Undecided
from symrnn.analysis.claim_verdicts import FALSE, HOLDS, HOLDS_WITH, SYMBOLIC, Evidence, Judged
from symrnn.analysis.counting import conventions, parameters
from symrnn.lower import lower
from symrnn.reading import tree as read
from symrnn.reading.claim import Claim

# How authors call the lengths of the state and of the input.
USUAL = {"n_h": ("n", "h", "H", "d_h", "n_hidden", "d"), "n_x": ("m", "x", "D", "d_x", "n_input", "i", "d", "k")}
EXAMPLE = (3, 2, 4)
BIASES = {"no_bias": "no bias", "one_bias": "one bias for each gate", "two_biases": "two biases for each gate"}


def judge_count(claim: Claim) -> Judged:
    """The verdict on a number of parameters. Raises Undecided."""
    if claim.cell is None:
        raise Undecided("no cell of this text is meant by it, or several could be")
    record = claim.cell.record
    claimed, own = _formula(claim.right), parameters(record)
    counts = conventions(record, lower(record))
    ways = list(_letters(claimed, record.sizes))
    if not ways:
        raise Undecided("the formula has more letters than the cell has sizes")
    for table in ways:
        if sympy.expand(claimed.xreplace(table) - own) == 0:
            return Judged(claim, HOLDS, Evidence(SYMBOLIC, convention=_said(table), expression=str(own)))
    for table in ways:
        for name, text in BIASES.items():
            if counts is not None and sympy.expand(claimed.xreplace(table) - getattr(counts, name)) == 0:
                evidence = Evidence(SYMBOLIC, text, _said(table), f"{own} as the cell is written")
                return Judged(claim, HOLDS_WITH, evidence)
    table = ways[0]
    numbers = dict(zip(record.sizes, itertools.cycle(EXAMPLE)))
    values = [sympy.sympify(e, strict=True).xreplace(numbers) for e in (own, claimed.xreplace(table))]
    sizes = ", ".join(f"{size} = {value}" for size, value in numbers.items())
    reason = f"at {sizes} there are {values[0]}, claimed are {values[1]}"
    return Judged(claim, FALSE, Evidence(SYMBOLIC, "", _said(table), str(own), reason=reason))


def _letters(claimed: sympy.Expr, sizes: tuple[sympy.Symbol, ...]) -> Iterator[dict[sympy.Symbol, sympy.Symbol]]:
    """What the letters of a formula may stand for among the sizes of the cell, the usual meaning first."""
    letters = sorted(claimed.free_symbols, key=str)
    choices = [dict(zip(letters, chosen, strict=True)) for chosen in itertools.permutations(sizes, len(letters))]
    return iter(sorted(choices, key=lambda table: -sum(_usual(a.name, b.name) for a, b in table.items())))


def _usual(letter: str, size: str) -> int:
    """How usual a letter is for a size."""
    if letter == size:
        return 100
    names = USUAL.get(size, ())
    return 20 - names.index(letter) if letter in names else 0


def _said(table: dict[sympy.Symbol, sympy.Symbol]) -> str:
    return ", ".join(f"{letter} is {size}" for letter, size in table.items() if letter.name != size.name)


def _formula(tree: read.Tree) -> sympy.Expr:
    match tree:
        case read.Name(name):
            return sympy.Symbol(name)
        case read.Number(value):
            return sympy.Rational(value.numerator, value.denominator)
        case read.Negative(arg):
            return -_formula(arg)
        case read.Binary(op, left, right):
            a, b = _formula(left), _formula(right)
            match op:
                case "+" | "-":
                    return a + b if op == "+" else a - b
                case "/":
                    return a / b
                case "**" if b.is_Integer and 0 <= b <= 8:
                    return a**b
                case "*" | "?" | "@":
                    return a * b
    raise Undecided("the count is no formula in sizes")
