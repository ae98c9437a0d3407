"""The author's equations as formulas, in the author's order, parenthesised where readers would otherwise differ."""

from __future__ import annotations

from fractions import Fraction

from symrnn.document.arithmetic import hadamard, inverse, power, product, remainder, scaled, total, turned
from symrnn.document.expressions import chosen, indicator, size
from symrnn.document.formula import (
    Call,
    Diagonal,
    Formula,
    Hadamard,
    Identity,
    ImaginaryUnit,
    Indicator,
    Number,
    Ones,
    Paren,
    Power,
    Product,
    Quotient,
    Scaled,
    Stacked,
    Sum,
    Symbol,
    WholeCall,
)
from symrnn.document.operations import reshaped
from symrnn.notation import DEFAULTS, Names
from symrnn.ops import REGISTRY
from symrnn.tree import Apply, Arith, Compare, Imaginary, Named, Param, Ref, Structural, Transpose, Tree, fold
from symrnn.tree import Number as Written
from symrnn.tree import Product as Multiplied

Part = tuple[Formula, bool]  # and whether it is plainly a scalar
RELATIONS = {"<=": "≤", ">=": "≥", "==": "="}


def authored(tree: Tree, names: Names) -> Formula:
    """An authored expression; ``names`` says what has no time index and what is a scalar."""
    return fold(tree, lambda node, parts: _part(node, parts, names))[0]


def _part(tree: Tree, parts: tuple[Part, ...], names: Names) -> Part:
    """One node of the tree, given what its children have become."""
    formulas = [formula for formula, _ in parts]
    scalar = all(flag for _, flag in parts)
    match tree:
        case Ref(name, lag):
            time = "" if name in names.static else f"t-{lag}" if lag else "t"
            return Symbol(name.partition("@")[0], time), name in names.scalar
        case Param(name, copy):
            return Symbol(name if copy is None else f"{name}[{copy}]"), name in names.scalar
        case Named(name):
            return Symbol(name), True
        case Written(value):
            return _number(value), True
        case Imaginary():
            return ImaginaryUnit(), True
        case Apply(op):
            return _applied(op, formulas), scalar
        case Compare(op):
            left, right = formulas
            return Indicator(left, RELATIONS.get(op, op), right), scalar
        case Transpose():
            return turned(formulas[0]), False
        case Arith(op):
            return _arithmetic(op, parts), scalar
        case Multiplied():
            return product([_grouped(formula) for formula in formulas]), False
        case Structural():
            return _structural(tree, formulas), False
    raise AssertionError(tree)


def _number(value: Fraction) -> Formula:
    return Number(value) if value >= 0 else total([(-1, Number(-value))])


def _applied(op: str, formulas: list[Formula]) -> Formula:
    arity = REGISTRY[op].arity
    if op == "where":
        condition, first, second = formulas
        return chosen(condition, first, second)
    if op == "heaviside":
        return indicator(formulas[0])
    return Call(op, tuple(formulas[:arity]), tuple(formulas[arity:]))


def _structural(call: Structural, formulas: list[Formula]) -> Formula:
    """A function of whole values: some have a notation of their own, the others a name."""
    match call.name:
        case "ones":
            return Ones(size(call.option("shape")[0]))
        case "eye":
            return Identity(size(call.option("shape")[0]))
        case "diag":
            return Diagonal(formulas[0])
        case "solve":
            matrix, right = formulas
            return product([inverse(matrix), _grouped(right)])
        case "concat":
            return Stacked(tuple(formulas))
        case "reshape":
            return reshaped(formulas[0], call.option("shape"))
        case "split":
            which = (Number(Fraction(call.option("part") + 1)), Number(Fraction(call.option("parts"))))
            return WholeCall("part", tuple(formulas), None, which)
    known = DEFAULTS.get(call.name, {})
    options = [_number(value) for key, value in call.options if key == "p" and isinstance(value, Fraction)]
    for key, value in call.options:
        if key == "eps" and isinstance(value, Fraction) and known.get(key) != value:
            options.append(_number(value))
    return WholeCall(call.name, tuple(formulas), call.option("axis"), tuple(options))


def _arithmetic(op: str, parts: tuple[Part, ...]) -> Formula:
    if op == "neg":
        return total([(-1, _term(parts[0][0]))])
    left, right = (formula for formula, _ in parts)
    match op:
        case "+" | "-":
            return total([(1, left), (1 if op == "+" else -1, _term(right))])
        case "/":
            return Quotient(left, right)
        case "**":
            return power(left, right)
        case "%":
            return remainder(left, right)
    scalars = [formula for formula, scalar in parts if scalar]
    values = [_term(formula) for formula, scalar in parts if not scalar]
    return scaled(scalars, hadamard(values) if values else None)


def _term(formula: Formula) -> Formula:
    """What stands after a sign: a sum keeps the parentheses that the author wrote."""
    return Paren(formula) if isinstance(formula, Sum) else formula


def _grouped(formula: Formula) -> Formula:
    """A factor of a matrix product."""
    return Paren(formula) if isinstance(formula, Sum | Hadamard | Scaled | Quotient | Power | Product) else formula
