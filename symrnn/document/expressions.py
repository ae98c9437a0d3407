"""Scalar SymPy expressions as formulas: terms and factors in the author's order, numbers and scalars in front.

SymPy orders the arguments of sums and products by rules of its own. Here they stand in the order in which their
operands were first read, which ``place`` tells, so that an equation comes out as it went in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import sympy

from symrnn.document.arithmetic import ONE, ZERO, hadamard, power, remainder, scaled, total
from symrnn.document.formula import (
    Call,
    Cases,
    Formula,
    Indicator,
    Number,
    Quotient,
    Related,
    Run,
    Sign,
    Sum,
    Symbol,
)
from symrnn.ops import REGISTRY
from symrnn.ops.elementwise import Head

INDICATOR, CHOICE, REMAINDER = REGISTRY["heaviside"], REGISTRY["where"], REGISTRY["mod"]
RELATIONS = {sympy.Gt: ">", sympy.Ge: "≥", sympy.Lt: "<", sympy.Le: "≤", sympy.Eq: "="}
SYMPY_FUNCTIONS = {
    sympy.exp: "exp",
    sympy.log: "log",
    sympy.tanh: "tanh",
    sympy.sin: "sin",
    sympy.cos: "cos",
    sympy.Abs: "magnitude",
    sympy.Max: "maximum",
    sympy.Min: "minimum",
    sympy.floor: "floor",
}


@dataclass(frozen=True)
class Operand:
    """What a symbol of an expression stands for, whether it is a scalar, and its place in the author's order."""

    formula: Formula
    scalar: bool = False
    place: int = 0


Lookup = Callable[[sympy.Symbol], Operand]


def number(value: sympy.Rational) -> Number:
    """A rational number without its sign."""
    return Number(abs(Fraction(int(value.p), int(value.q))))


def size(value: sympy.Expr) -> Formula:
    """A length such as ``2*n_k``."""
    return expression(sympy.sympify(value, strict=True), lambda s: Operand(Symbol(s.name), scalar=True))


def expression(expr: sympy.Expr, lookup: Lookup) -> Formula:
    """The formula of a scalar expression; ``lookup`` says what each of its symbols stands for."""
    return _Reader(lookup).read(expr)[0]


@dataclass(frozen=True)
class _Reader:
    """One conversion; ``read`` gives a formula and whether it is a scalar."""

    lookup: Lookup

    def read(self, expr: sympy.Expr) -> tuple[Formula, bool]:
        if expr.is_Rational and expr.is_nonnegative:
            return number(expr), True
        if isinstance(expr, sympy.Symbol):
            operand = self.lookup(expr)
            return operand.formula, operand.scalar
        if isinstance(expr, sympy.Add) or expr.could_extract_minus_sign():
            return self._sum(expr)
        if isinstance(expr, sympy.Mul):
            return self._product(expr)
        if isinstance(expr, sympy.Pow):
            return self._power(expr)
        return self._call(expr)

    def _sum(self, expr: sympy.Expr) -> tuple[Formula, bool]:
        terms = sorted(sympy.Add.make_args(expr), key=self._order)
        # A sum does not start with a minus if some term has none.
        lead = next((t for t in terms if not _negative(t)), terms[0])
        if _negative(terms[0]):
            terms = [lead, *(t for t in terms if t != lead)]
        parts = [(-1, *self.read(-t)) if _negative(t) else (1, *self.read(t)) for t in terms]
        return total([(sign, formula) for sign, formula, _ in parts]), all(scalar for _, _, scalar in parts)

    def _product(self, expr: sympy.Expr) -> tuple[Formula, bool]:
        coefficient, rest = expr.as_coeff_Mul()
        factors = sympy.Mul.make_args(rest)
        below = [f for f in factors if isinstance(f, sympy.Pow) and f.exp.could_extract_minus_sign()]
        if not below:
            return self._factors(number(coefficient), factors)
        p, q = coefficient.as_numer_denom()
        top, scalar = self._factors(number(p), [f for f in factors if f not in below])
        bottom, also = self._factors(number(q), [1 / f for f in below])
        return Quotient(top, bottom), scalar and also

    def _factors(self, coefficient: Formula, exprs: Sequence[sympy.Expr]) -> tuple[Formula, bool]:
        factors = [self.read(f) for f in sorted(exprs, key=self._order) if f != 1]
        scalars = [f for f, scalar in factors if scalar]
        values = [f for f, scalar in factors if not scalar]
        return scaled([coefficient, *scalars], hadamard(values) if values else None), not values

    def _power(self, expr: sympy.Pow) -> tuple[Formula, bool]:
        base, scalar = self.read(expr.base)
        if expr.exp == sympy.Rational(1, 2):
            return Call("sqrt", (base,)), scalar
        if expr.exp.could_extract_minus_sign():
            under, _ = self.read(expr.base ** (-expr.exp))
            return Quotient(ONE, under), scalar
        exponent, _ = self.read(expr.exp)
        return power(base, exponent), scalar

    def _call(self, expr: sympy.Expr) -> tuple[Formula, bool]:
        if isinstance(expr, sympy.Piecewise):
            return self._cases(expr), False
        op = expr.op if isinstance(expr, Head) else REGISTRY[SYMPY_FUNCTIONS[expr.func]]
        arguments = expr.args if op.arity == 1 or isinstance(expr, Head) else sorted(expr.args, key=self._order)
        parts = [self.read(a) for a in arguments]
        scalar = all(s for _, s in parts)
        formulas = [f for f, _ in parts]
        if op is INDICATOR:
            return indicator(formulas[0]), scalar
        if op is REMAINDER:
            return remainder(*formulas), scalar
        if op is CHOICE:
            condition, first, second = formulas
            return chosen(condition, first, second), scalar
        return Call(op.name, tuple(formulas[: op.arity]), tuple(formulas[op.arity :])), scalar

    def _cases(self, expr: sympy.Piecewise) -> Formula:
        *pairs, (last, _) = expr.args
        return Cases(tuple((self.read(v)[0], self._condition(c)) for v, c in pairs), self.read(last)[0])

    def _condition(self, condition: sympy.Basic) -> Formula:
        if isinstance(condition, sympy.And):
            first, *rest = sorted(condition.args, key=lambda c: (int(sympy.count_ops(c)), str(c)))
            return Run((self._condition(first), *(piece for c in rest for piece in (Sign("∧"), self._condition(c)))))
        left, right = condition.args
        return Related((self.read(left)[0], self.read(right)[0]), (RELATIONS[condition.func],))

    def _order(self, expr: sympy.Expr) -> tuple[int, bool, int, str]:
        """The place of a term or factor: that of its first operand, numbers first, plain before compound."""
        if isinstance(expr, sympy.Symbol):
            return self.lookup(expr).place, False, 0, expr.name
        places = [self.lookup(s).place for s in expr.free_symbols]
        return min(places, default=-1), not expr.is_Atom, int(sympy.count_ops(expr)), str(expr)


def _negative(term: sympy.Expr) -> bool:
    """Whether a term is written with a minus."""
    coefficient = term.as_coeff_Mul()[0]
    return bool(coefficient.is_negative)


def indicator(arg: Formula) -> Indicator:
    """1[v > 0], what is subtracted in v on the other side: 1[a > b]."""
    if not isinstance(arg, Sum):
        return Indicator(arg, ">", ZERO)
    left = [(sign, term) for sign, term in arg.terms if sign > 0]
    right = [(-sign, term) for sign, term in arg.terms if sign < 0]
    return Indicator(total(left), ">", total(right))


def chosen(condition: Formula, first: Formula, second: Formula) -> Cases:
    """One of two values, by a condition whose value is above 0 where it holds."""
    if isinstance(condition, Indicator):
        return Cases(((first, Related((condition.left, condition.right), (condition.sign,))),), second)
    return Cases(((first, Related((condition, ZERO), (">",))),), second)
