"""Which names are scalars, columns, rows or matrices, so that every product is told apart by shapes.

Names start from what their letters suggest: a capital is a matrix, a small letter a column, a Greek one a scalar. Where
that does not fit the equations, the fewest and cheapest deviations are made that do. A signal that is defined takes the
kind of its definition.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from symrnn.reading import lexicon as lex
from symrnn.reading.source import Span
from symrnn.reading.tree import (
    Adjoint,
    Binary,
    Call,
    Cases,
    Indicator,
    Inverse,
    Name,
    Negative,
    Number,
    Over,
    Partial,
    Stack,
    Transposed,
    Tree,
)

SCALAR, COLUMN, ROW, MATRIX = "S", "C", "R", "M"
THIN = "K"  # a matrix of one column, which a scalar follows
PRODUCTS = {"juxtaposed", "cdot", "times", "star", "@"}
ELEMENTWISE = {"odot", "otimes", "*"}
REDUCING = {"norm", "norm_inf", "trace", "det", "sum", "mean", "var", "logsumexp"}
FIRST_ONLY = {"layer_norm", "rms_norm", "split", "normalize", "softmax", "cumsum", "expm", "real", "imag", "modrelu"}


@dataclass
class Conflict:
    """Two parts of an equation whose kinds do not go together."""

    span: Span
    op: str
    left: tuple[str, Tree]
    right: tuple[str, Tree]


@dataclass(frozen=True)
class Sides:
    """An equation as far as kinds go: what is defined, and its value."""

    key: str
    right: Tree
    left: Name


def key_of(name: Name) -> str:
    """What tells names apart: ``a`` and ``a_t`` are two."""
    return name.name + ("@" if name.time is not None else "")


@dataclass
class Kinds:
    """The kinds of all names of some equations, and what does not fit."""

    known: dict[str, str]
    defined: dict[str, str] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    penalty: float = 0.0
    row: bool = False
    convolves: bool = False

    def of(self, name: Name) -> str:
        """The kind of a name."""
        key = key_of(name)
        return self.defined.get(key) or self.known.get(key) or default(name, self.row)

    def tree(self, node: Tree) -> str:
        """The kind of a value; what does not fit is noted."""
        match node:
            case Name():
                return self.of(node)
            case Number():
                return SCALAR
            case Negative(arg) | Inverse(arg):
                return self.tree(arg)
            case Transposed(arg):
                return {COLUMN: ROW, ROW: COLUMN}.get(kind := self.tree(arg), kind)
            case Binary():
                return self._binary(node)
            case Call():
                return self._call(node)
            case Stack(items):
                kinds = [self.tree(item) for item in items]
                if node.row:
                    return MATRIX if MATRIX in kinds or COLUMN in kinds else ROW
                return ROW if ROW in kinds and COLUMN not in kinds else COLUMN
            case Cases(rows):
                parts = [value for value, _ in rows]
                parts += [side for _, test in rows if test for side in (test.left, test.right)]
                return self._alike(node, [(self.tree(part), part) for part in parts])
            case Indicator(relation):
                sides = (self.tree(relation.left), self.tree(relation.right))
                return sides[1] if sides[0] == SCALAR else sides[0]
            case Partial():
                return MATRIX
            case Adjoint(of):
                return COLUMN if of is None else self.tree(of)
            case Over(_, _, _, _, body):
                return self.tree(body)
        return SCALAR

    def _alike(self, node: Tree, parts: list[tuple[str, Tree]]) -> str:
        """The kind that several values have, scalars aside; where two have another one, that is noted."""
        shaped = [part for part in parts if part[0] != SCALAR]
        for part in shaped[1:]:
            if part[0] != shaped[0][0]:
                self.conflicts.append(Conflict(node.span, "where", shaped[0], part))
        return shaped[0][0] if shaped else SCALAR

    def _call(self, node: Call) -> str:
        kinds = [self.tree(arg) for arg in node.args]
        if not kinds or node.function in REDUCING:
            return SCALAR
        if node.function in ("diag", "mat"):
            return MATRIX
        if node.function in FIRST_ONLY or len(kinds) == 1:
            return kinds[0]
        if node.function == "concat":
            return COLUMN
        result, first = kinds[0], node.args[0]
        for kind, arg in zip(kinds[1:], node.args[1:], strict=True):
            if result == SCALAR:
                result, first = kind, arg
            elif kind not in (SCALAR, result):
                self.conflicts.append(Conflict(node.span, node.function, (result, first), (kind, arg)))
        return result

    def _binary(self, node: Binary) -> str:
        left, right = self.tree(node.left), self.tree(node.right)
        if node.op == "**":
            return self._alike(node, [(left, node.left), (right, node.right)])
        outer = node.op == "otimes" and (left, right) == (COLUMN, ROW)
        if self.is_convolution(node):
            kind = right
        elif outer or spreads(node, left, right) or gates(node, left, right):
            kind = MATRIX
        elif node.op in PRODUCTS:
            kind, _ = product(left, right, node.op)
            if kind and node.op == "juxtaposed" and left == right == COLUMN:
                self.penalty += 0.1
            if left == COLUMN and right == ROW and _is_pair(node.left) and self._columns(node.left):
                # In a b c^T the first factor is rather a scalar.
                self.penalty += 1.1
            if left == MATRIX and right == SCALAR and isinstance(node.left, Name) and isinstance(node.right, Name):
                self.penalty += 0.8 * (node.right.time is not None and node.left.time is None)
        elif left == right or SCALAR in (left, right):
            kind = left if right == SCALAR else right
        else:
            kind = ""
        if not kind:
            self.conflicts.append(Conflict(node.span, node.op, (left, node.left), (right, node.right)))
            kind = MATRIX if MATRIX in (left, right) and node.op not in PRODUCTS else right
        return kind

    def _columns(self, node: Any) -> bool:
        return self.tree(node.left) == self.tree(node.right) == COLUMN

    def is_convolution(self, node: Binary) -> bool:
        """Whether a star joins a weight and a signal in a text in which that is a convolution."""
        if not self.convolves or node.op != "star" or not isinstance(node.left, Name) or node.left.time is not None:
            return False
        return isinstance(node.right, Name) and node.right.time is not None

    def define(self, sides: Sides) -> None:
        """Take the kind of a definition; a state was assumed to have one already."""
        kind = self.tree(sides.right)
        assumed = self.known.get(sides.key)
        if assumed is None:
            self.defined[sides.key] = kind
        elif assumed != kind and kind != SCALAR:
            self.conflicts.append(Conflict(sides.right.span, "=", (assumed, sides.left), (kind, sides.right)))
        elif assumed != kind:
            self.penalty += 0.3


def is_complement(node: Tree) -> bool:
    """Whether a value is ``1 - s_t``, which multiplies entry by entry."""
    one = isinstance(node, Binary) and node.op == "-" and node.left
    number = isinstance(one, Number) and one.value == 1 or isinstance(one, Name) and one.name == "1"
    return number and isinstance(node, Binary) and isinstance(node.right, Name) and node.right.time is not None


def gates(node: Binary, left: str, right: str) -> bool:
    """Whether one of two matrices is ``1 - s_t``, so that the product is elementwise."""
    return node.op in PRODUCTS and left == right == MATRIX and (is_complement(node.left) or is_complement(node.right))


def spreads(node: Binary, left: str, right: str) -> bool:
    """Whether a vector that is turned on purpose, ``a_t^T``, multiplies the rows or columns of a matrix."""
    turned = isinstance(node.left, Transposed) and isinstance(node.left.arg, Name)
    other = isinstance(node.right, Transposed) and isinstance(node.right.arg, Name)
    return node.op in ("odot", "otimes") and (
        turned and (left, right) == (COLUMN, MATRIX) or other and (left, right) == (MATRIX, ROW)
    )


def _is_pair(node: Tree) -> bool:
    """Whether a factor is itself two factors side by side, without parentheses."""
    return isinstance(node, Binary) and node.op == "juxtaposed" and not node.grouped


def product(left: str, right: str, op: str = "") -> tuple[str, str]:
    """The kind of a product and whether it is ``*`` or ``@``; empty where the two do not go together."""
    if left == THIN and right == SCALAR:
        return COLUMN, "@"
    left, right = (MATRIX if side == THIN else side for side in (left, right))
    if SCALAR in (left, right):
        return (left if right == SCALAR else right), "*"
    if op == "star" and left == right:
        return left, "*"
    table = {
        (MATRIX, COLUMN): (COLUMN, "@"), (MATRIX, MATRIX): (MATRIX, "@"), (ROW, MATRIX): (ROW, "@"),
        (ROW, COLUMN): (SCALAR, "@"), (COLUMN, ROW): (MATRIX, "@"), (COLUMN, COLUMN): (COLUMN, "*"),
        (ROW, ROW): (ROW, "*"),
    }  # fmt: skip
    return table.get((left, right), ("", "@"))


def default(name: Name, row: bool = False) -> str:
    """What the letters of a name suggest."""
    text = name.name
    base = text.lstrip("_").split("_")[0] or "_"
    if text in ("1j", "Delta_t", "dt", "count") or text.startswith("Delta_t"):
        return SCALAR
    if text == "1":
        return ROW if row else COLUMN
    if name.time is not None:
        if base == "Gamma":
            return ROW if row else COLUMN
        if row:
            return ROW
        if base in lex.GREEK:
            return SCALAR if base[0].isupper() else COLUMN
        return MATRIX if base[0].isupper() and len(base) == 1 else COLUMN
    if base in lex.GREEK and base[0].islower():
        return SCALAR
    if base[0].isupper() and (len(base) == 1 or base in lex.GREEK):
        return MATRIX
    if base[0] in lex.WEIGHTS and len(base) < 4 and base[1:].islower():
        # A weight with its labels behind it, as programs write it: Wx, Whh.
        return MATRIX
    return ROW if row else COLUMN
