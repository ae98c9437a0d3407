"""How one cell's parameters, states and inputs come from those of another: what a user writes, and what it means.

A mapping goes from names of cell b to values made of names of cell a:

- a name of a: ``{"W_g": "W_f"}``; a number, for every entry: ``{"c_n": 0}``;
- a formula: ``neg("W_z")``, ``1 - of("lamb")``, ``of("theta") * of("U_h")``, ``diag(of("u_h"))``, ``exp(of("nu"))``;
- one star stands for the same text on both sides, for all blocks of a family or of a gate: ``{"V_*": 0}``,
  ``{"*_g": "*_f"}``, ``{"*_z": neg("*_z")}``. A name that is spelt out goes before one with a star, and of two with
  a star the one that is written first.

Names of b that are not mentioned come from the same name of a. A number that b calls by a name (a constant) may be
mapped like a parameter. States are mapped to values of a's states at the same time, outputs to values of a's outputs.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symrnn.errors import UsageError
from symrnn.ops.elementwise import Elementwise
from symrnn.record import Record
from symrnn.tree import (
    Apply,
    Arith,
    Named,
    Number,
    Param,
    Product,
    Ref,
    Structural,
    Transpose,
    Tree,
    fold,
    rebuilt,
    walk,
)

STAR = "*"
PARAMETER, CONSTANT, INPUT, STATE, OUTPUT = "parameter", "constant", "input", "state", "output"
# What a name of b may be made of.
READS = {
    PARAMETER: {PARAMETER, CONSTANT},
    CONSTANT: {PARAMETER, CONSTANT},
    INPUT: {PARAMETER, CONSTANT, INPUT},
    STATE: {PARAMETER, CONSTANT, STATE},
    OUTPUT: {PARAMETER, CONSTANT, STATE, OUTPUT},
}


@dataclass(frozen=True, eq=False)
class Formula:
    """A value made of names of cell a; it adds, multiplies and goes through functions as in the body of a cell."""

    tree: Tree
    __array_ufunc__ = None

    def __neg__(self) -> Formula:
        return Formula(Arith("neg", (self.tree,)))

    def __add__(self, other: Value) -> Formula:
        return _binary("+", self, other)

    def __radd__(self, other: Value) -> Formula:
        return _binary("+", other, self)

    def __sub__(self, other: Value) -> Formula:
        return _binary("-", self, other)

    def __rsub__(self, other: Value) -> Formula:
        return _binary("-", other, self)

    def __mul__(self, other: Value) -> Formula:
        return _binary("*", self, other)

    def __rmul__(self, other: Value) -> Formula:
        return _binary("*", other, self)

    def __truediv__(self, other: Value) -> Formula:
        return _binary("/", self, other)

    def __rtruediv__(self, other: Value) -> Formula:
        return _binary("/", other, self)

    def __matmul__(self, other: Formula) -> Formula:
        return Formula(Product(self.tree, other.tree))

    @property
    def T(self) -> Formula:
        """The transpose."""
        return Formula(Transpose(self.tree))

    def apply(self, op: Elementwise, args: tuple[Any, ...]) -> Formula:
        """An elementwise function of ``symrnn.ops``: ``exp(of("nu"))``."""
        return Formula(Apply(op.name, tuple(tree_of(arg) for arg in args)))

    def compose(self, name: str, args: tuple[Any, ...], options: dict[str, Any]) -> Formula:
        """A function of whole values: ``diag(of("u_h"))``, ``softmax(of("a"))``."""
        given = {k: v for k, v in options.items() if v is not None}
        exact = tuple((k, Fraction(str(v)) if isinstance(v, float) else v) for k, v in given.items())
        return Formula(Structural(name, tuple(tree_of(arg) for arg in args), exact))

    def __str__(self) -> str:
        from symrnn.cell_text import tree_text

        return tree_text(self.tree)

    __repr__ = __str__


Value = Formula | str | int | float | Fraction
Mapped = Mapping[str, Value]


def of(name: str) -> Formula:
    """The value that cell a has under a name."""
    return Formula(Named(name))


def neg(value: Value) -> Formula:
    """A block or state with its sign turned: ``neg("W_z")``."""
    return -Formula(tree_of(value))


def tree_of(value: Any) -> Tree:
    """What a mapping says, as a tree in which names of a are bare."""
    match value:
        case Formula():
            return value.tree
        case str():
            return Named(value)
        case bool():
            pass
        case int() | Fraction():
            return Number(Fraction(value))
        case float():
            return Number(Fraction(str(value)))
    raise UsageError(
        f"{value!r} is no value of a mapping; write a name, a number, or a formula such as neg('W_z') or 1 - of('a')"
    )


def _binary(op: str, left: Value, right: Value) -> Formula:
    return Formula(Arith(op, (tree_of(left), tree_of(right))))


def kinds(record: Record) -> dict[str, str]:
    """What every name of a cell is that a mapping can speak of; a state that is an output is a state."""
    table = dict.fromkeys(record.outputs, OUTPUT)
    table |= {name: CONSTANT for name, _ in record.constants}
    for items, kind in ((record.params, PARAMETER), (record.inputs, INPUT), (record.states, STATE)):
        table |= {d.name: kind for d in items}
    return table


def resolved(mapping: Mapped, a: Record, b: Record) -> dict[str, Tree]:
    """What each mapped name of b is, in terms of a: names that are not mentioned and have no namesake in a are absent.

    Raises UsageError for names that neither cell has, and for what cannot be: a parameter made of a state.
    """
    own, known = kinds(b), kinds(a)
    values, others = dict(b.constants), dict(a.constants)
    spelt = {key: tree_of(value) for key, value in mapping.items()}
    for key in spelt:
        if not any(_matches(key, name) for name in own):
            raise UsageError(f"{b.name} has no {key!r}; {_near(key, own)}")
    table = {name: named for name in own if (named := _said(name, spelt)) is not None}
    for name in own:
        # A constant of the same name may have another value, and then it is another one.
        if name not in table and known.get(name) == own[name] and values.get(name) == others.get(name):
            table[name] = Named(name)
    known |= {str(size): CONSTANT for size in a.sizes}
    return {name: _placed(name, tree, own[name], known, a) for name, tree in table.items()}


def spoken_of(mapping: Mapped, b: Record) -> set[str]:
    """The names of b that a mapping mentions."""
    return {name for name in kinds(b) for key in mapping if _matches(key, name)}


def _matches(pattern: str, name: str) -> bool:
    """Whether a name is the pattern, its star standing for some text."""
    before, star, after = pattern.partition(STAR)
    if not star:
        return pattern == name
    return len(name) > len(before) + len(after) and name.startswith(before) and name.endswith(after)


def _said(name: str, spelt: Mapping[str, Tree]) -> Tree | None:
    """What the mapping says of a name: under the name itself, or under the first pattern that fits it."""
    if name in spelt:
        return spelt[name]
    found = [key for key in spelt if STAR in key and _matches(key, name)]
    if not found:
        return None
    before, _, after = found[0].partition(STAR)
    text = name[len(before) : len(name) - len(after)]

    def filled(node: Tree, parts: tuple[Tree, ...]) -> Tree:
        return Named(node.name.replace(STAR, text)) if isinstance(node, Named) else rebuilt(node, parts)

    return fold(spelt[found[0]], filled)


def _placed(name: str, tree: Tree, kind: str, known: Mapping[str, str], a: Record) -> Tree:
    """The tree with its bare names resolved to parameters, signals and constants of a."""
    for node in walk(tree):
        if isinstance(node, Named) and node.name not in known:
            hint = _near(node.name, known)
            raise UsageError(f"{name} is mapped to {node.name!r}, which {a.name} does not have; {hint}")
        if isinstance(node, Named) and known[node.name] not in READS[kind]:
            made = f"cannot be made of {node.name}, which is {_article(known[node.name])}"
            raise UsageError(f"{name} is {_article(kind)} and {made}")

    def placed(node: Tree, parts: tuple[Tree, ...]) -> Tree:
        if not isinstance(node, Named) or known[node.name] == CONSTANT:
            return rebuilt(node, parts)
        return Param(node.name) if known[node.name] == PARAMETER else Ref(node.name)

    return fold(tree, placed)


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _near(name: str, known: Iterable[str]) -> str:
    known = list(known)
    close = difflib.get_close_matches(name, known, n=3) or known[:8]
    return f"there is {', '.join(close)}"
