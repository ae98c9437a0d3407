"""Values as plain NumPy expressions, one assignment each: for code that runs once a call (one tick, a Jacobian)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from symrnn.backends.numpy_infix import infix
from symrnn.backends.numpy_names import VALUE, Names, Parameters, shape
from symrnn.backends.numpy_whole import einsum_text, repeated, whole_text
from symrnn.backends.three_address import spelt
from symrnn.errors import EmitError
from symrnn.ir import SCALAR, Broadcast, Contract, Leaf, Node, Pointwise
from symrnn.simplify import is_matvec


def bracketed(text: str) -> str:
    """A product in brackets, so that it can stand in another."""
    return f"({text})" if " * " in text else text


@dataclass
class Inline:
    """Assignments for nodes; ``known`` grows by the name of each value as it is written."""

    names: Names
    parameters: Parameters
    accurate: bool
    known: dict[Node, str]
    static: set[Node] = field(default_factory=set)
    lines: list[str] = field(default_factory=list)

    def write(self, equations: Iterable[tuple[str, Node]], space: str = VALUE) -> None:
        """One assignment for each equation whose value is not known yet; ``space`` says where the names come from."""
        for name, node in equations:
            if node in self.known or isinstance(node.op, Leaf):
                continue
            if all(self._is_static(a) for a in node.args):
                self.static.add(node)
            self.lines.append(f"{self.names(name, space)} = {self.expression(node)}")
            self.known[node] = self.names(name, space)

    def _is_static(self, node: Node) -> bool:
        return node in self.static or (isinstance(node.op, Leaf) and node.op.role in ("parameter", "static"))

    def operand(self, node: Node, rank: int = 1) -> str:
        """The name of a value, or the rows of a parameter; a scalar beside matrices gets its axes."""
        text = self.known.get(node) or bracketed(self.parameters.scaled(node))
        raised = rank > 1 and node.shape == SCALAR and not self._is_static(node)
        return f"{text}[..., None]" if raised else text

    def expression(self, node: Node) -> str:
        """The right-hand side of a node."""
        match node.op:
            case Pointwise(expr):
                operands = [self.operand(a, len(node.shape)) for a in node.args]
                text = infix(spelt(self.names.numbers(expr), self.accurate), operands)[0]
                return text if operands else f"np.full(1, {text}, dtype)"
            case Broadcast(extents):
                return f"{repeated(node, self.operand(node.args[0]))} * np.ones({shape(extents, self.names)}, dtype)"
            case Contract(spec) if is_matvec(node) and not self._is_static(node.args[1]):
                transpose = ".T" if spec == "ij,j->i" else ""
                return f"{self.operand(node.args[1])} @ {self.operand(node.args[0])}{transpose}"
            case Contract():
                leading = [not self._is_static(a) for a in node.args]
                return einsum_text(node, [self.operand(a) for a in node.args], leading, self.names)
            case Leaf():
                raise EmitError(f"a leaf has no expression: {node}")
        return whole_text(node, [self.operand(a) for a in node.args], self.names)
