"""The values of a step as formulas: by their names, or written out where the author gave none.

What the author named, and what the engine named because it is more than one operation, is a symbol at a time. One
function or one matrix product of such values, which the author left unnamed, is written out: ``tanh(c[t])`` is
readable as it is, and has an adjoint like any other value. So are numbers, ones and zeros.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from symrnn.document.formula import Formula, Symbol
from symrnn.document.operations import written
from symrnn.ir import Node, Pointwise
from symrnn.jacobian_naming import Naming, parts
from symrnn.ops import REGISTRY
from symrnn.ops.elementwise import Head
from symrnn.step import Step

STEP = REGISTRY["heaviside"]
LETTERS = "uvwpqrsyz"


@dataclass(frozen=True)
class Values:
    """How the values of a forward step are written."""

    step: Step

    @cached_property
    def naming(self) -> Naming:
        """Which names are the author's, and which have no time index."""
        return Naming(self.step)

    @cached_property
    def constant(self) -> frozenset[Node]:
        """The values that depend on nothing: numbers, ones, an identity."""
        found: set[Node] = set()
        for _, node in self.step.equations:
            if all(a in found for a in node.args):
                found.add(node)
        return frozenset(found)

    @cached_property
    def compared(self) -> frozenset[Node]:
        """The differences that only a comparison reads, through which no derivative passes."""
        readers: dict[Node, bool] = {}
        for _, node in self.step.equations:
            steps = isinstance(node.op, Pointwise) and isinstance(node.op.expr, Head) and node.op.expr.op is STEP
            for arg in node.args:
                readers[arg] = readers.get(arg, True) and steps
        roots = set(self.step.roots)
        return frozenset(n for n, only in readers.items() if only and n not in roots and isinstance(n.op, Pointwise))

    @cached_property
    def plain(self) -> frozenset[Node]:
        """The values that have no name on the page."""
        found: set[Node] = set()
        for name, node in self.step.equations:
            if name in self.naming.authored:
                continue
            single = not isinstance(node.op, Pointwise) or isinstance(node.op.expr, Head)
            free = not any(a in found and a not in self.constant and a not in self.compared for a in node.args)
            if node in self.constant or (free and (single or node in self.compared)):
                found.add(node)
        return frozenset(found)

    def written_out(self, node: Node) -> bool:
        """Whether a value has no name on the page."""
        return node in self.plain

    def refer(self, node: Node) -> Formula:
        """A value as others read it."""
        return self.body(node) if self.written_out(node) else self.symbol(node)

    def symbol(self, node: Node) -> Symbol:
        """A named value or leaf; a letter of the engine's belongs to the equation that it helps to write."""
        name, lag = parts(self.step.names[node])
        time = "" if node in self.naming.static else past(lag or 0)
        letter, owner = self._made.get(node, (name, ""))
        return Symbol(letter, time, owner)

    @cached_property
    def _made(self) -> dict[Node, tuple[str, str]]:
        """For what the author did not name: ``a`` for the argument of a function, else ``u``, and whose it is.

        Several of one equation are counted: u⁽¹⁾, u⁽²⁾. Where an author's name looks the same, another letter is taken.
        """
        groups: dict[tuple[str, str], list[Node]] = {}
        owner = ""
        for name, node in reversed(self.step.equations):
            if name in self.naming.authored:
                owner = name
            elif node not in self.plain:
                argument = name.startswith("a_")
                groups.setdefault((owner, "a" if argument else "u"), []).append(node)
        taken = self.naming.authored | {
            parts(name)[0] for node, name in self.step.names.items() if node not in self.plain
        }
        taken -= {self.step.names[node] for nodes in groups.values() for node in nodes}
        found: dict[Node, tuple[str, str]] = {}
        for (owner, wish), nodes in groups.items():
            letter = next(k for k in (wish, *LETTERS) if f"{k}_{owner}" not in taken)
            taken |= {f"{letter}_{owner}"}
            for count, node in enumerate(reversed(nodes), 1):
                found[node] = (letter if len(nodes) == 1 else f"{letter}[{count}]", owner)
        return found

    def body(self, node: Node) -> Formula:
        """What a value is, in terms of others."""
        return written(node, [self.refer(a) for a in node.args])

    def named(self, name: str) -> Formula:
        """A value by the name under which a tape or a Jacobian knows it: ``tanh_c``, ``o[t-1]``, ``U_f``."""
        node = self.node(name)
        if node is None:
            return Symbol(name)
        lag = parts(name)[1] or 0
        return shifted(self.refer(node), lag - (parts(self.step.names[node])[1] or 0))

    def node(self, name: str) -> Node | None:
        """The node behind such a name; None for a constant or size."""
        bare, _ = parts(name)
        return self._by_name.get(name, self._by_name.get(bare))

    @cached_property
    def _by_name(self) -> dict[str, Node]:
        return {own: node for node, own in self.step.names.items()}


def past(lag: int) -> str:
    """``t``, ``t-1``, …"""
    return f"t-{lag}" if lag else "t"


def shifted(formula: Formula, lag: int) -> Formula:
    """A formula at a time ``lag`` steps earlier."""
    if not lag:
        return formula
    if isinstance(formula, Symbol):
        match = re.fullmatch(r"t(?:-(\d+))?", formula.time)
        return Symbol(formula.name, past(int(match[1] or 0) + lag), formula.of) if match else formula
    fields: dict[str, Any] = {name: _moved(value, lag) for name, value in vars(formula).items()}
    return type(formula)(**fields)


def _moved(value: object, lag: int) -> object:
    if isinstance(value, tuple):
        return tuple(_moved(item, lag) for item in value)
    return shifted(value, lag) if isinstance(value, Formula) else value
