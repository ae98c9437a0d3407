"""Step to Program: reverse-mode differentiation, with the trace of every rule that was applied.

Every named value v has an adjoint δv = ∂L/∂v, the sum of what each of its uses contributes. Going through a step's
equations backwards and asking the rule table for each gives another step: it reads the adjoints of the state that
arrive from step t+1, the cotangents of the outputs, the forward values (its tape) and the parameters.

A value that depends on parameters alone is computed once per sequence, and so is its adjoint: what the ticks contribute
is summed over time and batch first (``Total``), and handed on once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from symrnn.ir import Leaf, Node, add, leaf, make, topological
from symrnn.phases import STATIC, phases
from symrnn.primitives import Total
from symrnn.rules import VJP
from symrnn.step import Carry, Step, name_by_reader
from symrnn.whole_rules import zeros


@dataclass(frozen=True)
class Use:
    """One contribution to an adjoint: through which value it comes, by which rule, and what it is.

    ``once`` says that it comes once per sequence, not at every tick.
    """

    through: str
    rule: str
    node: Node
    once: bool = False


@dataclass(frozen=True)
class Line:
    """A line of the derivation: ``name`` is the adjoint of ``of``, the sum of its uses.

    ``kind`` is adjoint (of an intermediate), carry (of a state at t-1), input, static (of a value of the whole
    sequence) or parameter; the last two are summed over time and batch.
    """

    name: str
    of: Node
    kind: str
    uses: tuple[Use, ...]
    node: Node


@dataclass(frozen=True)
class Program:
    """A forward step, its adjoint, and the trace: for every adjoint line, the rules that produced it."""

    forward: Step
    backward: Step
    trace: tuple[Line, ...]
    accurate: bool = False


@dataclass
class _Differentiation:
    """The state of one differentiation: contributions so far, and the leaves under which forward values are read."""

    step: Step
    accurate: bool
    uses: dict[Node, list[Use]] = field(default_factory=dict)
    names: dict[Node, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    static: set[Node] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.static.update(node for node, phase in phases(self.step).items() if phase == STATIC)

    def read(self, node: Node) -> Node:
        """A forward value as the backward step sees it: parameters as they are, everything else from the tape."""
        if isinstance(node.op, Leaf) and node.op.role == "parameter":
            return node
        return leaf(self.step.names[node], "static" if node in self.static else "tape", node.shape)

    def seed(self, node: Node, through: str, rule: str, value: Node) -> None:
        """Count an adjoint that arrives from outside the step."""
        self.uses.setdefault(node, []).append(Use(through, rule, value))

    def close(self, node: Node, kind: str, name: str) -> Node | None:
        """Sum the uses of ``node`` into its adjoint, record the line, and name it."""
        uses = self.uses.get(node)
        if not uses:
            return None
        total = self.summed(uses, kind)
        self.lines.append(Line(name, node, kind, tuple(uses), total))
        if not isinstance(total.op, Leaf):
            self.names.setdefault(total, name)
        return total

    def summed(self, uses: list[Use], kind: str) -> Node:
        """The sum of the uses; of a value of the whole sequence those of every tick are summed over the ticks first.

        The gradient of a parameter that only ticks contribute to is left to the sum that is made of it anyway.
        """
        ticks = [u.node for u in uses if not u.once]
        once = [u.node for u in uses if u.once]
        if ticks and (once or kind == "static"):
            ticks = [make(Total(), add(ticks))]
        return add([*ticks, *once])

    def visit(self, node: Node) -> None:
        """Close the adjoint of ``node`` and hand it on to its operands by the rule of its primitive."""
        name, once = self.step.names[node], node in self.static
        g = self.close(node, "static" if once else "adjoint", f"d{name}")
        if g is None:
            return
        for term in VJP[type(node.op)](node, g, self.read, self.accurate):
            self.uses.setdefault(node.args[term.index], []).append(Use(name, term.rule, term.node, once))


def differentiate(step: Step, *, accurate: bool = False) -> Program:
    """The program of a step; ``accurate`` writes derivatives in the argument of a function, not in its output."""
    run = _Differentiation(step, accurate)
    cotangents = tuple(leaf(f"dy_{name}", "cotangent", node.shape) for name, node in step.outputs)
    arrivals = tuple(leaf(f"d{c.name}[t+1]", "carry", c.write.shape) for c in step.carries)
    for (name, node), value in zip(step.outputs, cotangents, strict=True):
        run.seed(node, f"output {name}", "output", value)
    for carry, value in zip(step.carries, arrivals, strict=True):
        run.seed(carry.write, f"state {carry.name} at t+1", "carry", value)
    for _, node in reversed(step.equations):
        run.visit(node)
    carries = tuple(
        Carry(c.name, arrival, _closed(run, c.read, "carry", f"d{c.name}[t-1]"))
        for c, arrival in zip(step.carries, arrivals, strict=True)
    )
    inputs = tuple((f"d{_leaf_name(n)}", _closed(run, n, "input", f"d{_leaf_name(n)}")) for n in step.inputs)
    sums = tuple((f"d{_leaf_name(p)}", _closed(run, p, "parameter", f"d{_leaf_name(p)}")) for p in step.parameters)
    backward = _backward_step(run, cotangents, carries, inputs, sums)
    return Program(step, backward, tuple(run.lines), accurate)


def _leaf_name(node: Node) -> str:
    assert isinstance(node.op, Leaf)
    return node.op.name


def _closed(run: _Differentiation, node: Node, kind: str, name: str) -> Node:
    """The adjoint of a leaf; zero where nothing uses it."""
    total = run.close(node, kind, name)
    return zeros(node.shape) if total is None else total


def _backward_step(
    run: _Differentiation,
    cotangents: tuple[Node, ...],
    carries: tuple[Carry, ...],
    inputs: tuple[tuple[str, Node], ...],
    sums: tuple[tuple[str, Node], ...],
) -> Step:
    """Collect the adjoint lines into a step whose time runs backwards."""
    step = run.step
    roots = [line.node for line in run.lines]
    roots += [c.write for c in carries] + [n for _, n in (*inputs, *sums)]
    nodes = tuple(topological(roots))
    tape = tuple(n for n in nodes if isinstance(n.op, Leaf) and n.op.role in ("tape", "static"))
    computed = [n for n in nodes if not isinstance(n.op, Leaf)]
    names = dict(run.names)
    name_by_reader(computed, names, "k", set(names.values()) | set(step.names.values()))
    return Step(
        f"adjoint of {step.name}",
        (*cotangents, *tape),
        step.parameters,
        carries,
        tuple((names[n], n) for n in computed),
        inputs,
        sums,
        step.constants,
        reverse=True,
        origin=step,
    )
