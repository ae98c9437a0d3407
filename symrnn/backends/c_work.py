"""Step to operations by stage: what runs once, for a chunk of ticks, or at every tick, in an order in which it can."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from symrnn.backends.c_operations import (
    AHEAD,
    BEHIND,
    CHUNKED,
    ENDING,
    ONCE,
    RARE,
    TICK,
    Function,
    Lane,
    Operation,
    Outer,
    Put,
    Tally,
    by_component,
    reads,
    results,
    root,
)
from symrnn.ir import Contract, Node, Pointwise
from symrnn.operations import Gathered, Stacked
from symrnn.phases import AFTER, BEFORE, CLOSING, STATIC, phases, recurrence
from symrnn.primitives import Reshape, Slice, Total
from symrnn.simplify import terms_of
from symrnn.step import Carry, Step


@dataclass
class Work:
    """The operations of a step by stage.

    ``single`` says that the step stands alone, without a loop: everything but what is computed once is one stage.
    ``direct`` are the results, by kind and name, that are computed in their place, so that no copy is made of them.
    """

    step: Step
    single: bool = False
    stage: dict[Node, str] = field(init=False)
    chunked: dict[str, str] = field(init=False)
    operations: dict[str, list[Operation]] = field(init=False)

    def __post_init__(self) -> None:
        self.phase = phases(self.step)
        self.stage = {n: ONCE if p == STATIC else ENDING if p == CLOSING else TICK for n, p in self.phase.items()}
        self.chunked = {}
        if not self.single:
            self._chunk()
        self.uses = Counter(a for _, n in self.step.equations for a in n.args)
        self.uses.update(self.step.roots)
        self.operations = defaultdict(list)

    def is_product(self, node: Node) -> bool:
        """Whether a node is a matrix that holds for the whole sequence times a vector of the tick."""
        if not isinstance(node.op, Contract) or node.op.spec not in ("ij,j->i", "ij,i->j"):
            return False
        matrix, vector = (self.stage[a] for a in node.args)
        return matrix == ONCE and vector not in RARE

    def _chunk(self) -> None:
        """Find what runs for many ticks at once; carries that only such values need are filled with them."""
        shifted = recurrence(self.step)
        products = [n for _, n in self.step.equations if self.is_product(n)]
        ahead = self._upstream([n for n in products if self.phase[n] == BEFORE], shifted.leading)
        behind = self._downstream([n for n in products if self.phase[n] == AFTER], shifted.trailing)
        leaves = set(self.step.leaves)
        # A carry that is filled behind can be read there only; any other leaf is there from the start.
        self.stage |= dict.fromkeys(ahead - leaves, AHEAD) | dict.fromkeys(behind, BEHIND)
        for carries, nodes, stage in ((shifted.leading, ahead, AHEAD), (shifted.trailing, behind, BEHIND)):
            self.chunked |= {c.name: stage for c in carries if c.write in nodes - leaves or c.read in nodes}

    def _upstream(self, nodes: Iterable[Node], carries: Iterable[Carry]) -> set[Node]:
        """The given nodes, and what they need of each tick, through carries as well."""
        writes = {c.read: c.write for c in carries}
        found: set[Node] = set()
        stack = list(nodes)
        while stack:
            node = stack.pop()
            if node not in found and self.stage[node] not in RARE:
                found.add(node)
                stack += [*node.args, *((writes[node],) if node in writes else ())]
        return found

    def _downstream(self, nodes: Iterable[Node], carries: Iterable[Carry]) -> set[Node]:
        """The given nodes, and what is computed from them, through carries as well."""
        carries, found, before = tuple(carries), set(nodes), -1
        while before < len(found):
            before = len(found)
            found.update(c.read for c in carries if c.write in found)
            reached = (n for _, n in self.step.equations if any(a in found for a in n.args))
            found.update(n for n in reached if self.stage[n] not in RARE)
        return found

    def read_in_chunks(self) -> set[Node]:
        """The values that are read for many ticks at once, so that the place of one tick does not do for them."""
        late = {root(a) for _, n in self.step.equations if self.stage[n] in CHUNKED for a in n.args}
        return late | {root(a) for n in self._outer() for a in n.args}

    def stage_of(self, operation: Operation) -> str:
        """The stage at which an operation runs."""
        match operation:
            case Outer():
                return BEHIND
            case Put(_, "carry", name):
                return self.chunked.get(name, TICK)
            case Put(_, "sum", _):
                return ENDING
            case Put(node) | Tally(node):
                return TICK if self.stage[node] in RARE else self.stage[node]
        return self.stage[results(operation)[0]]

    def plan(self, direct: set[tuple[str, str]]) -> None:
        """Make the operations; results in ``direct`` need no copy."""
        outer = self._outer()
        found: list[Operation] = list(self._gather())
        done = outer | {n for g in found for n in (*results(g), *results(g)[0].args)}
        nodes = [n for _, n in self.step.equations if n not in done]
        found += self._stack([n for n in nodes if self.is_product(n)])
        for node in (n for n in nodes if not self.is_product(n)):
            if not isinstance(node.op, Total | Slice | Reshape):
                found.append(Lane(node) if by_component(node) else Function(node))
        found += self._copies(direct)
        found += self._sums(outer)
        for operation in self._ordered(found):
            self.operations[self.stage_of(operation)].append(operation)

    def _gather(self) -> list[Gathered]:
        """Sums that consist of products used nowhere else, unless their operands would rather be stacked."""
        stacks = Counter((n.args[1], self.stage[n]) for _, n in self.step.equations if self.is_product(n))
        found = []
        for _, node in self.step.equations:
            if not isinstance(node.op, Pointwise) or len(node.args) < 2 or self.stage[node] in RARE:
                continue
            bare = all(t.is_Symbol for t in terms_of(node.op.expr)) and len(terms_of(node.op.expr)) == len(node.args)
            alike = all(
                self.is_product(a) and self.uses[a] == 1 and self.stage[a] == self.stage[node] and a.shape == node.shape
                for a in node.args
            )
            if bare and alike and all(stacks[a.args[1], self.stage[a]] <= len(node.args) for a in node.args):
                weights, operands = zip(*(a.args for a in node.args), strict=True)
                specs = {a.op.spec for a in node.args if isinstance(a.op, Contract)}
                if len(specs) == 1:
                    found.append(Gathered(node, weights, operands, specs == {"ij,i->j"}))
        return found

    def _stack(self, nodes: Iterable[Node]) -> list[Stacked]:
        """Products of one operand at one stage."""
        groups: dict[tuple[str, str, Node], list[Node]] = defaultdict(list)
        for node in nodes:
            assert isinstance(node.op, Contract)
            groups[self.stage[node], node.op.spec, node.args[1]].append(node)
        return [
            Stacked(tuple(g), tuple(n.args[0] for n in g), operand, spec == "ij,i->j")
            for (_, spec, operand), g in groups.items()
        ]

    def _copies(self, direct: set[tuple[str, str]]) -> list[Operation]:
        """Copies of results that are not computed in their place."""
        wanted = [("carry", c.name, c.write) for c in self.step.carries]
        wanted += [("output", name, node) for name, node in self.step.outputs]
        found: list[Operation] = [Put(n, kind, name) for kind, name, n in wanted if (kind, name) not in direct]
        return found + [Put(n, "sum", name) for name, n in self.step.sums if self.stage[n] == ENDING]

    def _summed(self) -> list[tuple[str, str, Node]]:
        """What is summed over time and batch: kind, name and the value of a tick."""
        totals = [("total", name, n.args[0]) for name, n in self.step.equations if isinstance(n.op, Total)]
        return totals + [("sum", name, n) for name, n in self.step.sums if self.stage[n] != ENDING]

    def _outer(self) -> set[Node]:
        """Outer products of values of the tick that are summed, and not used otherwise."""
        return {n for _, _, n in self._summed() if self._is_outer(n)}

    def _is_outer(self, node: Node) -> bool:
        outer = isinstance(node.op, Contract) and node.op.spec == "i,j->ij" and self.uses[node] == 1
        return outer and all(self.stage[a] not in RARE for a in node.args)

    def _sums(self, outer: set[Node]) -> list[Operation]:
        """Outer products by their right operand; everything else is added up as it is computed."""
        groups: dict[tuple[str, Node], list[tuple[str, Node]]] = defaultdict(list)
        found: list[Operation] = []
        for kind, name, node in self._summed():
            if node in outer:
                groups[kind, node.args[1]].append((name, node.args[0]))
            elif not (isinstance(node.op, Pointwise) and node.op.expr == 0):
                found.append(Tally(node, kind, name))
        for (kind, right), group in groups.items():
            names, left = zip(*group, strict=True)
            found.append(Outer(names, left, right, kind))
        return found

    def _ordered(self, found: list[Operation]) -> list[Operation]:
        """The operations so that each comes after what it reads; otherwise in the order of the step."""
        position = {n: k for k, (_, n) in enumerate(self.step.equations)}
        owner = {r: k for k, o in enumerate(found) for r in results(o)}
        shifted = [c for c in self.step.carries if c.name in self.chunked]
        copied = {o.name: k for k, o in enumerate(found) if isinstance(o, Put) and o.kind == "carry"}
        for carry in shifted:  # what is read one tick late has to be written before
            maker = copied.get(carry.name, owner.get(root(carry.write)))
            if maker is not None:
                owner[carry.read] = maker
        first = [min((position.get(n, 0) for n in (results(o) or reads(o))), default=0) for o in found]
        order: list[Operation] = []
        state = [0] * len(found)
        for start in sorted(range(len(found)), key=lambda k: first[k]):
            stack = [start]
            while stack:
                k = stack[-1]
                if state[k] == 0:
                    state[k] = 1
                    needs = (owner.get(root(n)) for n in reads(found[k]))
                    stack.extend(n for n in needs if n is not None and state[n] == 0)
                else:
                    stack.pop()
                    if state[k] == 1:
                        state[k] = 2
                        order.append(found[k])
        return order
