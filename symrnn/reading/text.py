"""A read equation in Python syntax: ``@`` for matrix products, ``*`` for all others, ``h[t-1]`` for a step before."""

from __future__ import annotations

from fractions import Fraction

from symrnn.ops import REGISTRY
from symrnn.reading.literals import signed, subscript
from symrnn.reading.tree import (
    Adjoint,
    Binary,
    Call,
    Cases,
    Function,
    Indicator,
    Infinity,
    Interval,
    Inverse,
    Limit,
    Name,
    Negative,
    Number,
    Over,
    Partial,
    Relation,
    Stack,
    Time,
    Transposed,
    Tree,
)

SUM, PRODUCT, NEGATIVE, POWER, ATOM = 1, 2, 3, 4, 5
LEVELS = {"+": SUM, "-": SUM, "**": POWER}
# Signs that are told apart as @ or * only where the kinds of both factors are known.
UNDECIDED = {"juxtaposed", "cdot", "times", "star", "odot", "otimes"}
RELATIONS = {"=": "==", "in": "in", "to": "->", "approx": "~", "equiv": "==", "assign": "=", "+=": "+="}
SHOWN = {"layer_norm": "LN", "magnitude": "abs"}


def name_text(name: Name) -> str:
    """A name with its time index."""
    if name.time is None:
        return name.name
    return f"{name.name}[{name.time}]"


def number_text(value: Fraction) -> str:
    """A number as it would be written."""
    if value.denominator == 1:
        return str(value.numerator)
    decimal = repr(float(value))
    if Fraction(decimal) == value and len(decimal) <= 14:
        return decimal
    return f"{value.numerator}/{value.denominator}"


def tree_text(node: Tree) -> str:
    """A value in Python syntax."""
    return _text(node)[0]


def relation_text(relation: Relation) -> str:
    """A relation in Python syntax."""
    sign = RELATIONS.get(relation.op, relation.op)
    return f"{tree_text(relation.left)} {sign} {tree_text(relation.right)}"


def _text(node: Tree) -> tuple[str, int]:
    match node:
        case Name():
            return name_text(node), ATOM
        case Number(value):
            text = number_text(value)
            return text, PRODUCT if "/" in text else NEGATIVE if value < 0 else ATOM
        case Negative(arg):
            return "-" + _inside(arg, NEGATIVE), NEGATIVE
        case Binary():
            return _binary(node)
        case Transposed(arg):
            return _inside(arg, ATOM) + ".T", ATOM
        case Inverse(arg):
            return f"inv({tree_text(arg)})", ATOM
        case Call():
            return _call(node), ATOM
        case Function(function, derivative):
            return function + "'" * derivative, ATOM
        case Stack(items):
            return f"concat({', '.join(map(tree_text, items))})", ATOM
    return _special(node), ATOM


def _special(node: Tree) -> str:
    match node:
        case Cases(rows):
            return _cases(rows)
        case Indicator(relation):
            return f"({relation_text(relation)})"
        case Infinity():
            return "inf"
        case Interval(low, high, closed):
            return f"{'(['[closed[0]]}{tree_text(low)}, {tree_text(high)}{')]'[closed[1]]}"
        case Partial(of, wrt):
            return f"d({tree_text(of) if of is not None else ''})/d({tree_text(wrt)})"
        case Adjoint(of, time, label):
            inner = tree_text(of) if of is not None else label
            return f"delta({inner})" + (f"[{time}]" if isinstance(time, Time) else "")
        case Over(kind, letter, low, high, body):
            index = [letter] if letter else []
            bounds = [tree_text(bound) for bound in (low, high) if bound is not None]
            return f"{kind}({', '.join([tree_text(body), *index, *bounds])})"
        case Limit(variable, value, body):
            return f"limit({tree_text(body)}, {tree_text(variable)}, {tree_text(value)})"
        case Relation():
            return relation_text(node)
    return type(node).__name__


def _binary(node: Binary) -> tuple[str, int]:
    level = LEVELS.get(node.op, PRODUCT)
    if node.op == "**":
        return f"{_inside(node.left, ATOM)} ** {_inside(node.right, ATOM)}", POWER
    if level == SUM:
        left, (right, own) = _inside(node.left, SUM), _text(node.right)
        return f"{left} {node.op} {f'({right})' if own <= SUM or right.startswith('-') else right}", SUM
    matrix = node.op == "@"
    left, right = _factor(node.left, matrix, False), _factor(node.right, matrix, True)
    return f"{left} {'*' if node.op in UNDECIDED else node.op} {right}", PRODUCT


def _factor(node: Tree, matrix: bool, right: bool) -> str:
    text, level = _text(node)
    mixed = isinstance(node, Binary) and (node.op == "@") != matrix
    return f"({text})" if level < PRODUCT or (level == PRODUCT and (right or mixed)) else text


def _inside(node: Tree, level: int) -> str:
    text, own = _text(node)
    return f"({text})" if own < level else text


def _call(node: Call) -> str:
    parts = [tree_text(arg) for arg in node.args]
    if node.function in REGISTRY and REGISTRY[node.function].options:
        parts += [tree_text(item) for item in subscript(node) if signed(item) is not None]
    args = ", ".join(parts)
    options = dict(node.options)
    if node.function == "split":
        which, count = options["part"]
        return f"split({args}{f', {count}' if count else ''})[{which - 1}]"
    if node.function == "apply_parts":
        functions = ", ".join(tree_text(item) for item in options["functions"])
        return f"stack_apply(({functions}), {args})"
    return f"{SHOWN.get(node.function, node.function)}{chr(39) * node.derivative}({args})"


def _cases(rows: tuple[tuple[Tree, Relation | None], ...]) -> str:
    value, test = rows[0]
    if test is None:
        return tree_text(value)
    if len(rows) == 1:
        return f"where({relation_text(test)}, {tree_text(value)})"
    last = rows[1:] if len(rows) > 2 or rows[1][1] is None else ((rows[1][0], None),)
    return f"where({relation_text(test)}, {tree_text(value)}, {_cases(last)})"
