"""The adjoint lines of a trace as formulas: every operand by the name it has on the page, nothing put back in.

A line's own terms are written as operations; an operand that is the adjoint of a value is written as that adjoint.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from symrnn.adjoint import Line, Program, Use
from symrnn.document.arithmetic import adjoint
from symrnn.document.contractions import contracted, extent, extents, multiplied
from symrnn.document.formula import Adjoint, Formula, Slope, Symbol
from symrnn.document.operations import written
from symrnn.document.values import Values
from symrnn.ir import Contract, Leaf, Node, Pointwise, leaf
from symrnn.ops.elementwise import Head
from symrnn.rules import partial


@dataclass
class Adjoints:
    """How the nodes of the backward step are written, given the lines that already stand on the page."""

    program: Program
    values: Values
    known: dict[Node, Formula] = field(default_factory=dict)
    learned: set[Node] = field(default_factory=set)

    def __post_init__(self) -> None:
        forward, backward = self.program.forward, self.program.backward
        for state, carry in zip(forward.carries, backward.carries, strict=True):
            self.known[carry.read] = adjoint(Symbol(state.name, "t"), "+")
        for name, node in forward.outputs:
            self.known[leaf(f"dy_{name}", "cotangent", node.shape)] = adjoint(Symbol(name, "t"), "y")
        if self.program.accurate:
            self._name_slopes()

    def _name_slopes(self) -> None:
        """Derivatives in the argument are long: they stand in the table of functions, and by name in every line."""
        for _, node in self.program.forward.equations:
            if isinstance(node.op, Pointwise) and isinstance(node.op.expr, Head) and len(node.args) == 1:
                slope = partial(node, 0, self._read, True)
                if isinstance(slope, Node):
                    expr = node.op.expr
                    argument = (self.values.refer(node.args[0]),)
                    call = written(node, [self.values.refer(a) for a in node.args])
                    options = getattr(call, "options", ())
                    self.known[slope] = Slope(expr.op.name, argument, options)

    def _read(self, node: Node) -> Node:
        if isinstance(node.op, Leaf) and node.op.role == "parameter":
            return node
        role = "static" if node in self.values.naming.static else "tape"
        return leaf(self.program.forward.names[node], role, node.shape)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The lines of the trace that lead to a gradient; what is handed on to nothing is left out."""
        names = self.program.forward.names
        live: set[str] = set()
        found = []
        for line in reversed(self.program.trace):
            if isinstance(line.of.op, Leaf) or names[line.of] in live:
                live.update(use.through for use in line.uses)
                found.append(line)
        return tuple(reversed(found))

    def of(self, node: Node) -> Adjoint:
        """The adjoint of a forward value; that of a value of the whole sequence has no time either."""
        formula = self.values.refer(node)
        state_before = any(carry.read is node for carry in self.program.forward.carries)
        return adjoint(formula, "+" if state_before else "")

    def refer(self, node: Node) -> Formula:
        """A backward value as an operand."""
        if node in self.known:
            return self.known[node]
        if isinstance(node.op, Leaf):
            return self.values.named(node.op.name)
        return self.body(node)[0]

    def body(self, node: Node) -> tuple[Formula, Formula]:
        """A backward value as an operation, and the shapes of its factors."""
        operands = [self.refer(a) for a in node.args]
        if isinstance(node.op, Contract):
            pairs = [(f, a.shape) for f, a in zip(operands, node.args, strict=True)]
            sign, factors = contracted(node.op.spec, pairs)
            return multiplied(factors, sign), extents(factors)
        return written(node, operands), extent(node.shape)

    def use(self, use: Use) -> tuple[Formula, Formula]:
        """A term of a line: another line's adjoint by name, anything else as an operation; and its shapes."""
        if use.node in self.known or isinstance(use.node.op, Leaf):
            return self.refer(use.node), extent(use.node.shape)
        return self.body(use.node)

    def is_alias(self, line: Line) -> bool:
        """Whether a line only says that a value without a name has the adjoint of a line above."""
        same = len(line.uses) == 1 and line.uses[0].node is line.node
        return same and line.node in self.known and self.values.written_out(line.of)

    def learn(self, line: Line) -> None:
        """From here on the line's result is written by its name."""
        if line.node not in self.learned:
            self.learned.add(line.node)
            self.known[line.node] = self.of(line.of)
