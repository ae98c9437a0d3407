"""Elementwise functions of indexed sums: each means its SymPy definition, written in a few functions.

So identities between functions need no table. exp of a sum is a product of exponentials, and with the division of
``algebra`` 1/(1 + exp(-z)) becomes 1 - 1/(1 + exp(z)); then σ(-z) = 1 - σ(z), tanh(-z) = -tanh(z) and
softplus(-z) = softplus(z) - z hold because both sides are written alike. Maxima become max(z, 0) of one sum, with
max(-z, 0) = max(z, 0) - z. What has no definition in these terms is kept as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import sympy

from symrnn.analysis.algebra import (
    EXP,
    FLOOR,
    INVERSE,
    LOG,
    ONE,
    POSITIVE_PART,
    STEP,
    TRIGONOMETRIC,
    Algebra,
)
from symrnn.analysis.indexed import (
    ZERO,
    Factor,
    Monomial,
    Number,
    Sum,
    canonical,
    collected,
    negative,
    number,
    plus,
    scaled,
)
from symrnn.ops.elementwise import Head

LONG = 16  # terms that an exponent may have before it is kept as one


@dataclass(frozen=True)
class Functions:
    """The functions of one algebra."""

    algebra: Algebra

    def value(self, expr: sympy.Expr, table: Mapping[sympy.Symbol, Sum]) -> Sum:
        """A scalar SymPy expression, its symbols replaced by sums; other symbols are numbers."""
        if isinstance(expr, sympy.Symbol):
            return table[expr] if expr in table else number(expr)
        if not expr.free_symbols & table.keys() and not expr.has(sympy.Function):
            return number(expr)
        if isinstance(expr, sympy.Piecewise):
            return self._cases(expr, table)
        if isinstance(expr, sympy.Max) and (bounds := _bounds(expr)):
            low, high, inner = bounds
            above = [plus([self.value(inner, table), number(-bound)]) for bound in (low, high)]
            return plus([number(low), self.positive_part(above[0]), negative(self.positive_part(above[1]))])
        if isinstance(expr, sympy.Pow) and expr.exp.is_number:
            return self.algebra.power(self.value(expr.base, table), expr.exp)
        return self._applied(expr, [self.value(a, table) for a in expr.args])

    def _applied(self, expr: sympy.Expr, args: Sequence[Sum]) -> Sum:
        match expr:
            case sympy.Add():
                return plus(args)
            case sympy.Mul():
                return self.algebra.times(*args)
            case Head():
                slots = {sympy.Dummy(real=True): arg for arg in args}
                plain = [slot if a.number is None or not a.number.is_number else a.number for slot, a in slots.items()]
                return self.value(sympy.sympify(expr.op.definition(*plain), strict=True), slots)
            case sympy.exp():
                return self.exp(args[0])
            case sympy.log():
                return self.log(args[0])
            case sympy.tanh():
                # 1 - 2/(exp(2z) + 1)
                grown = plus([self.exp(scaled(args[0], 2)), ONE])
                return plus([ONE, scaled(self.algebra.inverse(grown), -2)])
            case sympy.Max():
                return self.maximum(args)
            case sympy.Min():
                return negative(self.maximum([negative(a) for a in args]))
            case sympy.sin() | sympy.cos():
                return self._wave(type(expr).__name__, args[0])
        return self.algebra.function(FLOOR if isinstance(expr, sympy.floor) else str(expr.func), args)

    def _cases(self, expr: sympy.Piecewise, table: Mapping[sympy.Symbol, Sum]) -> Sum:
        """a where z > 0, else b, is b + (a - b)·[z > 0]; from the last case to the first."""
        result = ZERO
        for value, test in reversed(expr.args):
            here = self.value(value, table)
            if test == sympy.true:
                result = here
            else:
                holds = self._test(test, table)
                result = plus([result, self.algebra.times(plus([here, negative(result)]), holds)])
        return result

    def _test(self, test: sympy.Basic, table: Mapping[sympy.Symbol, Sum]) -> Sum:
        """1 where a condition holds, else 0."""
        match test:
            case sympy.StrictGreaterThan():
                return self.step(self.value(test.lhs - test.rhs, table))
            case sympy.StrictLessThan():
                return self.step(self.value(test.rhs - test.lhs, table))
            case sympy.Unequality():
                sides = (test.lhs - test.rhs, test.rhs - test.lhs)
                return plus([self.step(self.value(side, table)) for side in sides])
            case sympy.And():
                return self.algebra.times(ONE, *(self._test(part, table) for part in test.args))
        # Every other condition is the negation of one of these.
        return plus([ONE, negative(self._test(sympy.Not(test).to_nnf(), table))])

    def exp(self, sum_: Sum) -> Sum:
        """The exponential: a factor for every term."""
        if len(sum_.terms) > LONG:
            sign = -1 if self.algebra.leading(sum_)[1].could_extract_minus_sign() else 1
            return self.algebra.function(EXP, [scaled(sum_, sign)], power=sign)
        parts = [(m, part) for m, c in sum_.terms for part in sympy.Add.make_args(sympy.expand(c))]
        return self.algebra.times(ONE, *(self._exp_of_term(m, c) for m, c in parts))

    def _exp_of_term(self, monomial: Monomial, value: Number) -> Sum:
        """exp(c·term); a whole multiple of a logarithm of what is positive is a power of that."""
        rational, rest = value.as_coeff_Mul()
        if rest == 1 and len(monomial) == 1 and rational.is_Integer:
            atom, indices, power = monomial[0]
            if self.algebra.atoms[atom].kind == LOG and power == 1 and min(indices, default=0) >= 0:
                inside = self.algebra.at(atom, indices)
                if self.positive(inside):
                    return self.algebra.power(inside, rational)
        power = int(rational) if rational.is_Integer else Fraction(int(rational.p), int(rational.q))
        return self.algebra.function(EXP, [Sum(((monomial, rest),))], power=power)

    def log(self, sum_: Sum) -> Sum:
        """The logarithm; exponentials that all terms have in common come out of it."""
        if not sum_.terms:
            return self.algebra.function(LOG, [ZERO])
        atoms = self.algebra.atoms
        outside = [f for f in self.algebra.parts(sum_)[0] if atoms[f[0]].kind == EXP]
        without: list[Factor] = [(a, i, -p) for a, i, p in outside]
        rest = collected((canonical([*m, *without]), c) for m, c in sum_.terms)
        logs = [scaled(self.algebra.at(a, i), sympy.Rational(p.numerator, p.denominator)) for a, i, p in outside]
        return plus([*logs, self._log_of_rest(rest)])

    def _log_of_rest(self, rest: Sum) -> Sum:
        if rest == ONE:
            return ZERO
        (monomial, value), *more = rest.terms
        if not more and value == 1 and len(monomial) == 1:
            atom, indices, power = monomial[0]
            if self.algebra.atoms[atom].kind == INVERSE and min(indices, default=0) >= 0:
                inside = self.algebra.at(atom, indices)
                if self.positive(inside):
                    return scaled(self.log(inside), -sympy.Rational(power.numerator, power.denominator))
        return self.algebra.function(LOG, [rest])

    def positive(self, sum_: Sum) -> bool:
        """Whether a sum is above 0 by its form: positive numbers times exponentials and inverses of such sums."""
        return bool(sum_.terms) and all(
            c.is_Rational and c > 0 and all(self._positive_factor(a) for a, _, _ in m) for m, c in sum_.terms
        )

    def _positive_factor(self, place: int) -> bool:
        atom = self.algebra.atoms[place]
        return atom.kind == EXP or (atom.kind == INVERSE and self.positive(atom.args[0]))

    def maximum(self, sums: Sequence[Sum]) -> Sum:
        """The largest of several sums."""
        result = sums[0]
        for other in sums[1:]:
            result = plus([other, self.positive_part(plus([result, negative(other)]))])
        return result

    def positive_part(self, sum_: Sum) -> Sum:
        """max(z, 0), where a number in front of z comes out, and its sign."""
        value = sum_.number
        if value is not None and value.is_number:
            return number(sympy.Max(value, 0))
        if self.positive(sum_):
            return sum_
        lead = self.algebra.leading(sum_)[1]
        size = abs(lead.as_coeff_Mul()[0])
        sum_ = scaled(sum_, 1 / size)
        if lead.could_extract_minus_sign():
            return scaled(plus([sum_, self.positive_part(negative(sum_))]), size)
        return scaled(self.algebra.function(POSITIVE_PART, [sum_]), size)

    def step(self, sum_: Sum) -> Sum:
        """1 where z > 0, else 0; a step of a step is that step."""
        value = sum_.number
        if value is not None and value.is_number:
            return number(1 if value > 0 else 0)
        lead = self.algebra.leading(sum_)[1]
        sum_ = scaled(sum_, 1 / abs(lead.as_coeff_Mul()[0]))
        if self.positive(sum_):
            return ONE
        if self._is_step(sum_) or self._is_step(plus([ONE, negative(sum_)])):
            return sum_
        return self.algebra.function(STEP, [sum_])

    def _is_step(self, sum_: Sum) -> bool:
        if len(sum_.terms) != 1 or sum_.terms[0][1] != 1 or len(sum_.terms[0][0]) != 1:
            return False
        atom, _, power = sum_.terms[0][0][0]
        return self.algebra.atoms[atom].kind == STEP and power == 1

    def _wave(self, name: str, sum_: Sum) -> Sum:
        """sin is odd, cos is even."""
        if not sum_.terms:
            return ZERO if name == "sin" else ONE
        flips = self.algebra.leading(sum_)[1].could_extract_minus_sign()
        found = self.algebra.function(TRIGONOMETRIC, [negative(sum_) if flips else sum_], (name,))
        return negative(found) if flips and name == "sin" else found


def _bounds(expr: sympy.Max) -> tuple[sympy.Expr, sympy.Expr, sympy.Expr] | None:
    """Two numbers and what is clipped to lie between them, if a maximum is that.

    It is low + max(z - low, 0) - max(z - high, 0).
    """
    (low, *inner) = sorted(expr.args, key=lambda arg: not arg.is_number)
    if not low.is_number or len(inner) != 1 or not isinstance(inner[0], sympy.Min):
        return None
    (high, *clipped) = sorted(inner[0].args, key=lambda arg: not arg.is_number)
    return (low, high, clipped[0]) if high.is_number and len(clipped) == 1 and low <= high else None
