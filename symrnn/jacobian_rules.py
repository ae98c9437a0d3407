"""The chain rule through the equations of a step.

Going forwards from one value, the Jacobian of each equation is the sum over its operands of local Jacobian times the
operand's Jacobian. A short sum is written out. Where it would grow with the number of paths, which is exponential in
the depth of a cell, the Jacobians of the values at which paths part get definitions of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import sympy

from symrnn.ir import Node, topological
from symrnn.jacobian_factors import Diagonal, Reference
from symrnn.jacobian_local import Local
from symrnn.jacobian_terms import DIAGONAL, Definition, Term, Terms, combine, compose, identity, sparsity

TERMS, FACTORS, OPERATIONS = 12, 36, 400


@dataclass(frozen=True)
class Derivative:
    """The Jacobian of one value with respect to another, and the definitions that it uses, in order."""

    terms: Terms
    definitions: tuple[Definition, ...] = ()


@dataclass
class Chain:
    """The chain rule from ``seed`` to other values of a step, ``lag`` ticks before t."""

    local: Local
    seed: Node
    lag: int = 0
    found: dict[Node, Terms] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.naming = self.local.naming
        self.found[self.seed] = identity(self.seed.shape)

    def to(self, target: Node) -> Derivative:
        """The Jacobian of ``target``: written out if that is short, otherwise by the values where its paths part."""
        behind = set(topological([target]))
        path = [n for _, n in self.naming.step.equations if n in behind]
        if not self._write_out(path):
            return self._by_parts(path, target)
        return Derivative(self.found.get(target, ()))

    def _write_out(self, path: list[Node]) -> bool:
        """Whether the Jacobians of all values on the way are short; they are kept for other targets."""
        for node in path:
            if node not in self.found:
                self.found[node] = self._chained(node, self.found)
            if is_long(self.found[node]):
                return False
        return True

    def _by_parts(self, path: list[Node], target: Node) -> Derivative:
        """A value that several others read is defined once. What is left between such values is a tree, so the whole
        is of linear size."""
        readers = Counter(arg for node in path for arg in set(node.args))
        found = {self.seed: identity(self.seed.shape)}
        definitions: list[Definition] = []
        for node in path:
            terms = found.setdefault(node, self._chained(node, found))
            if readers[node] > 1 and node is not target and sum(len(term.factors) for term in terms) > 1:
                definitions.append(self.definition(node, terms))
                found[node] = reference_to(definitions[-1])
        terms = found.get(target, ())
        return Derivative(terms, needed(terms, definitions))

    def _chained(self, node: Node, found: dict[Node, Terms]) -> Terms:
        """Σ over operands of local Jacobian times the operand's Jacobian."""
        products: list[Term] = []
        for index, arg in enumerate(node.args):
            if found.get(arg):
                products += compose(self.local.jacobian(node, index, self.lag), found[arg])
        return combine(products)

    def definition(self, node: Node, terms: Terms) -> Definition:
        """A name for the Jacobian of a value."""
        of, wrt = (self.naming.symbol(n, self.lag) for n in (node, self.seed))
        return Definition(Reference(of, wrt, node.shape, self.seed.shape, sparsity(terms) == DIAGONAL), terms)


def reference_to(definition: Definition) -> Terms:
    """The Jacobian that a definition defines, by its name."""
    return (Term(sympy.Integer(1), (definition.reference,)),)


def is_long(terms: Terms) -> bool:
    """Whether a sum is too long to be written out."""
    if len(terms) > TERMS:
        return True
    factors = [f for term in terms for f in term.factors]
    if len(factors) > FACTORS:
        return True
    return len(factors) + sum(int(sympy.count_ops(f.expr)) for f in factors if isinstance(f, Diagonal)) > OPERATIONS


def needed(terms: Terms, definitions: Iterable[Definition]) -> tuple[Definition, ...]:
    """The definitions that terms use, directly or through others, each before it is used."""
    known = {definition.reference: definition for definition in definitions}
    wanted: set[Reference] = set()
    waiting = list(terms)
    while waiting:
        for factor in waiting.pop().factors:
            if isinstance(factor, Reference) and factor not in wanted:
                wanted.add(factor)
                waiting += known[factor].terms
    return tuple(definition for reference, definition in known.items() if reference in wanted)
