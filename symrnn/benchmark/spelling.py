"""Steps as straight Python, one assignment for each value: what the textbook and the ticks of peers are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import sympy

from symrnn.backends.numpy_infix import infix
from symrnn.backends.numpy_inline import Inline
from symrnn.backends.numpy_names import NUMBER, Names, Parameters, words
from symrnn.backends.three_address import spelt
from symrnn.ir import Leaf, Node, Pointwise, topological
from symrnn.ops.elementwise import Head
from symrnn.ops.exp import exp
from symrnn.ops.log import log
from symrnn.record import Record
from symrnn.step import Step

Spell = Callable[[sympy.Expr], sympy.Expr]
FORMULA = (sympy.Add, sympy.Mul, sympy.Pow, sympy.Symbol, sympy.Number, Head)
# Names that the texts use themselves, beside those of an emitted kernel.
OWN = {"numbers", "inputs", "outputs", "once", "final", "t"}


def defined(expr: sympy.Expr) -> sympy.Expr:
    """Functions as they are defined where that is a formula of exp and log; a sigmoid is 1/(1+exp(-z))."""
    for head in sorted(expr.atoms(Head), key=str):
        meaning = head.op.definition(*head.args).replace(sympy.exp, exp.head).replace(sympy.log, log.head)
        if all(isinstance(part, FORMULA) for part in sympy.preorder_traversal(meaning)):
            expr = expr.xreplace({head: meaning})
    return spelt(expr, accurate=False)


@dataclass
class Writer(Inline):
    """Assignments in which every leaf is a plain name; ``spell`` decides how a function is written."""

    spell: Spell = defined

    def expression(self, node: Node) -> str:
        """The right-hand side of a node."""
        if not isinstance(node.op, Pointwise) or not node.args:
            return super().expression(node)
        operands = [self.operand(a, len(node.shape)) for a in node.args]
        return infix(self.spell(self.names.numbers(node.op.expr)), operands)[0]

    def fixed(self, node: Node) -> bool:
        """Whether a value is the same for all ticks and sequences, so that its array has no batch axis."""
        return self._is_static(node)


def names_for(record: Record) -> Names:
    """Identifiers for one text: the author's names come first."""
    names = Names(taken=set(OWN))
    names.claim(record)
    return names


def writer(record: Record, names: Names, known: Mapping[Node, str], spell: Spell = defined) -> Writer:
    """A writer that knows the leaves of a step by the names in ``known``."""
    return Writer(names, Parameters(record, names), False, dict(known), spell=spell)


def needed(step: Step, roots: Iterable[Node]) -> list[tuple[str, Node]]:
    """The equations of a step that the roots depend on, in their order."""
    live = set(topological(roots))
    return [(name, node) for name, node in step.equations if node in live]


def numbers_used(lines: Iterable[str], record: Record, names: Names) -> list[str]:
    """Assignments from the mapping ``numbers`` for the sizes and constants that a text reads."""
    read = set().union(*map(words, lines)) if lines else set()
    known = [*(s.name for s in record.sizes), *(name for name, _ in record.constants)]
    return [f'{names(name, NUMBER)} = numbers["{name}"]' for name in known if names(name, NUMBER) in read]


def leaf_name(node: Node) -> str:
    """The name of a leaf."""
    assert isinstance(node.op, Leaf)
    return node.op.name


def tupled(items: Iterable[str]) -> str:
    """Python's tuple of any length, also as the left side of an assignment."""
    return "(" + "".join(f"{item}, " for item in items).strip() + ")"


def indented(lines: Iterable[str], depth: int = 1) -> list[str]:
    """Lines as the body of a block."""
    return [f"{'    ' * depth}{line}" for line in lines]
