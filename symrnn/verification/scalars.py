"""Scalar SymPy expressions evaluated in mpmath, node by node; nothing is compiled from text.

A value that occurs several times is computed once. All cases of a distinction are evaluated and one is chosen, so a
division by zero is not an error here but not a number.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import mpmath
import sympy
from sympy.functions.elementary.piecewise import ExprCondPair

from symrnn.errors import SymrnnError

DIGITS = 50


def _power(base: Any, exponent: Any) -> Any:
    return base**exponent if base != 0 or exponent >= 0 else mpmath.nan


def _chosen(*cases: tuple[Any, Any]) -> Any:
    return next(value for value, test in cases if test)


OPERATIONS: dict[type, Callable[..., Any]] = {
    sympy.Add: lambda *terms: reduce(operator.add, terms),
    sympy.Mul: lambda *factors: reduce(operator.mul, factors),
    sympy.Pow: _power,
    sympy.exp: mpmath.exp,
    sympy.log: mpmath.log,
    sympy.tanh: mpmath.tanh,
    sympy.sinh: mpmath.sinh,
    sympy.cosh: mpmath.cosh,
    sympy.sin: mpmath.sin,
    sympy.cos: mpmath.cos,
    sympy.atan: mpmath.atan,
    sympy.erf: mpmath.erf,
    sympy.Abs: abs,
    sympy.floor: mpmath.floor,
    sympy.Max: max,
    sympy.Min: min,
    sympy.StrictGreaterThan: operator.gt,
    sympy.StrictLessThan: operator.lt,
    sympy.GreaterThan: operator.ge,
    sympy.LessThan: operator.le,
    sympy.Equality: operator.eq,
    sympy.Unequality: operator.ne,
    sympy.Not: operator.not_,
    sympy.And: lambda *parts: all(parts),
    sympy.Or: lambda *parts: any(parts),
    sympy.Piecewise: _chosen,
    ExprCondPair: lambda value, test: (value, test),
    sympy.ITE: lambda test, yes, no: yes if test else no,
}


class Meaningless(SymrnnError):
    """A function that the oracle has no value for."""


def numeric(
    slots: tuple[sympy.Symbol, ...],
    expressions: list[sympy.Expr],
    definitions: Mapping[sympy.Symbol, sympy.Expr] | None = None,
) -> Callable[..., list[Any]]:
    """A function from the values of ``slots`` to the values of ``expressions``.

    ``definitions`` are symbols that expressions, and definitions after them, may hold beside the slots.
    """
    places: dict[Any, int] = {slot: k for k, slot in enumerate(slots)}
    program: list[tuple[Callable[..., Any], list[int]]] = []
    named = dict(definitions or {})
    for symbol, expression in (*named.items(), *((None, e) for e in expressions)):
        for part in sympy.postorder_traversal(expression):
            if part not in places:
                program.append((_operation(part), [places[a] for a in part.args]))
                places[part] = len(slots) + len(program) - 1
        if symbol is not None:
            places[symbol] = places[expression]
    results = [places[e] for e in expressions]

    def function(*arguments: Any) -> list[Any]:
        values = list(arguments)
        for operation, operands in program:
            values.append(operation(*[values[k] for k in operands]))
        return [values[k] for k in results]

    return function


def _operation(expr: Any) -> Callable[..., Any]:
    """What a node does with the values of its arguments; a number is a constant at the oracle's precision."""
    if expr.func in OPERATIONS:
        return OPERATIONS[expr.func]
    if expr.args:
        raise Meaningless(f"the oracle has no value for {expr.func}")
    if expr in (sympy.true, sympy.false):
        value: Any = expr == sympy.true
    else:
        with mpmath.workdps(DIGITS):
            value = mpmath.mpf(expr.p) / expr.q if expr.is_Rational else mpmath.mpmathify(expr.evalf(DIGITS + 5))
    return lambda: value


def slope(expr: sympy.Expr, symbol: sympy.Symbol) -> sympy.Expr:
    """SymPy's derivative by one symbol; a whole part is constant between its jumps."""
    whole = {part: sympy.Dummy(real=True) for part in expr.atoms(sympy.floor)}
    derivative = sympy.diff(expr.xreplace(whole), symbol)
    return derivative.xreplace({dummy: part for part, dummy in whole.items()})


def plain(expr: sympy.Expr) -> sympy.Expr:
    """An expression whose maxima and minima are written as cases, which SymPy can differentiate without a delta."""
    return expr.rewrite(sympy.Piecewise) if expr.has(sympy.Max, sympy.Min) else expr
