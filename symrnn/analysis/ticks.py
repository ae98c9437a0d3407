"""Several ticks of a cell as one graph: what a claim that speaks of h_{t-1}, f_t and δh_{t+1} is about.

Every value of every tick is a node over the same leaves: parameters, the inputs of each tick, the states before the
first one, and the gradients that arrive from outside. A derivative across ticks is then an ordinary derivative in that
graph, and whether other states are held fixed on the way is a question of which nodes stand still.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from symrnn.adjoint import Line, differentiate
from symrnn.analysis.random_points import Points
from symrnn.ir import Leaf, Node, Pointwise, leaf, make, pointwise, topological
from symrnn.ops.elementwise import Head
from symrnn.record import Record
from symrnn.step import Step

ARRIVING = "arriving d"  # the beginning of the name of a gradient that arrives from after the last tick


def replaced(node: Node, table: Mapping[Node, Node], done: dict[Node, Node] | None = None) -> Node:
    """The same value of other values: every node of ``table`` that it depends on exchanged, and itself."""
    known: dict[Node, Node] = {} if done is None else done
    stack = [(node, False)]
    while stack:
        top, ready = stack.pop()
        if top in known:
            continue
        if top in table:
            known[top] = table[top]
        elif ready or not top.args:
            known[top] = rebuilt(top, [known[a] for a in top.args])
        else:
            stack.append((top, True))
            stack.extend((a, False) for a in top.args)
    return known[node]


def rebuilt(node: Node, args: list[Node]) -> Node:
    """The same primitive of other operands, in normal form."""
    if not args or list(node.args) == args:
        return node
    return pointwise(node.op.expr, args) if isinstance(node.op, Pointwise) else make(node.op, *args)


@dataclass
class Ticks:
    """The ticks ``first`` to ``last`` of a cell, counted from t: -1 is the tick before.

    States before the first tick are leaves, and so is what arrives of the gradient after the last one.
    """

    step: Step
    first: int = 0
    last: int = 0
    forward: dict[tuple[Node, int], Node] = field(default_factory=dict)
    backward: dict[tuple[Node, int], Node] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.program = differentiate(self.step)
        self.points = Points(self.record)
        self.carries = {c.name: c for c in self.step.carries}
        self.inputs = {self.step.names[n]: n for n in self.step.inputs}
        self.named = {name: node for node, name in self.step.names.items()} | dict(self.step.equations)
        self.named |= {c.name: c.write for c in self.step.carries}

    @property
    def record(self) -> Record:
        """The cell."""
        assert isinstance(self.step.origin, Record)
        return self.step.origin

    def value(self, name: str, tick: int) -> Node | None:
        """A named value at a tick, None if it is not known there: a state as the tick leaves it."""
        if name in self.carries and tick < self.first:
            return self.before(name) if tick == self.first - 1 else None
        node = self.named.get(name)
        if node is None or (isinstance(node.op, Leaf) and node.op.role == "carry"):
            return None
        if self.first <= tick <= self.last or self.is_static(node):
            return self.at(node, min(max(tick, self.first), self.last))
        return None

    def before(self, state: str) -> Node:
        """A state before the first tick."""
        return self.at(self.carries[state].read, self.first)

    def is_static(self, node: Node) -> bool:
        """Whether a value of the step depends on parameters alone."""
        return not any(isinstance(n.op, Leaf) and n.op.role != "parameter" for n in topological([node]))

    def at(self, node: Node, tick: int) -> Node:
        """A node of the step as it is at a tick."""
        return self._built(node, tick, self.forward, self._leaf)

    def adjoint(self, node: Node, tick: int) -> Node:
        """A node of the backward step as it is at a tick."""
        return self._built(node, tick, self.backward, self._backward_leaf)

    def _built(
        self, node: Node, tick: int, known: dict[tuple[Node, int], Node], read: Callable[[Node, int], Node]
    ) -> Node:
        for part in topological([node]):
            if (part, tick) not in known:
                args = [known[a, tick] for a in part.args]
                known[part, tick] = read(part, tick) if isinstance(part.op, Leaf) else rebuilt(part, args)
        return known[node, tick]

    def _leaf(self, node: Node, tick: int) -> Node:
        """A leaf of the step: an input of its tick, a state as the tick before left it, a parameter."""
        assert isinstance(node.op, Leaf)
        for carry in self.step.carries:
            if node is carry.read:
                if tick > self.first:
                    return self.at(carry.write, tick - 1)
                return leaf(timed(carry.name, tick - 1), "carry", node.shape)
        return leaf(timed(node.op.name, tick), "input", node.shape) if node.op.role == "input" else node

    def _backward_leaf(self, node: Node, tick: int) -> Node:
        """A leaf of the backward step: a forward value, the gradient of an output, or what arrives from t+1."""
        assert isinstance(node.op, Leaf)
        if node.op.role in ("tape", "static"):
            return self.at(self._taped(node.op.name), tick)
        if node.op.role == "cotangent":
            return leaf(timed(node.op.name, tick), "cotangent", node.shape)
        for carry in self.program.backward.carries:
            if node is carry.read:
                if tick < self.last:
                    return self.adjoint(carry.write, tick + 1)
                return leaf(f"{ARRIVING}{carry.name}", "cotangent", node.shape)
        return node

    def _taped(self, name: str) -> Node:
        reads = {self.step.names[c.read]: c.read for c in self.step.carries}
        return reads.get(name) or self.named[name]

    def lines(self) -> dict[str, Line]:
        """The lines of the derivation by the name of what they are the adjoint of."""
        return {line.name[1:]: line for line in self.program.trace}

    def gradient(self, name: str, tick: int) -> Node | None:
        """∂L/∂(a named value at a tick), everything after it taken into account; a state is meant as it is written."""
        carry = self.carries.get(name)
        if carry is not None and tick < self.first:
            return None
        line = next((n for n in self.program.trace if n.of is self.named.get(name)), None) if carry else None
        line = line or self.lines().get(name)
        if line is None or not (self.first <= tick <= self.last):
            return None
        return self.adjoint(line.node, tick)

    def handed_back(self, name: str, tick: int) -> Node:
        """What a tick hands back to the gradient of a state at the tick before."""
        found = next(c for c in self.program.backward.carries if c.name == name)
        if tick > self.last:
            return leaf(f"{ARRIVING}{name}", "cotangent", found.read.shape)
        return self.adjoint(found.write, tick)


def timed(name: str, tick: int) -> str:
    """``h[t-1]``."""
    return f"{name}[t{tick:+d}]" if tick else f"{name}[t]"


def before_activation(step: Step) -> dict[str, str]:
    """For every named gate the name of the value that its activation is applied to."""
    record = step.origin
    gates = {name: step.find(name) for name in dict(step.equations) if name not in {c.name for c in step.carries}}
    return {
        name: step.names[node.args[0]]
        for name, node in gates.items()
        if isinstance(node.op, Pointwise) and isinstance(node.op.expr, Head) and len(node.args) == 1 and record
    }
