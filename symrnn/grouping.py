"""Step to operations: which values are computed together.

Products of one operand in one phase are stacked; a sum that consists of products of values computed in the loop is
gathered; expressions of one form at one depth, whose operands correspond, are bundled. Two values are at one depth when
neither can depend on the other, so any grouping made here can be ordered.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field

from symrnn.ir import Contract, Leaf, Node, Pointwise
from symrnn.operations import Bundle, Gathered, Operation, Reduction, Single, Stacked, reads
from symrnn.phases import BEFORE, CLOSING, ONCE, STATIC, phases, recurrence
from symrnn.primitives import Total
from symrnn.simplify import is_matvec, terms_of
from symrnn.step import Carry, Step

# A call that broadcasts one operand over two lanes costs more than two plain calls; over three it pays.
FEWEST_BROADCAST_LANES = 3


@dataclass
class Grouping:
    """The operations of one step, in an order in which they can run, and the phase of every value."""

    step: Step
    phase: dict[Node, str] = field(init=False)
    shifted: tuple[Carry, ...] = field(init=False)
    depth: dict[Node, int] = field(init=False)
    uses: Counter[Node] = field(init=False)
    totals: list[tuple[str, Node]] = field(init=False)
    operations: list[Operation] = field(default_factory=list)
    # Values from outside that get a lane beside others, by a copy: none, unless a backend asks for it.
    copied: dict[Node, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.phase = phases(self.step)
        self.shifted = recurrence(self.step).shifted
        # What is read one tick late of a carry that is filled in one piece, and the value that has to be there first.
        shifts = {c.read: c.write for c in self.shifted if not isinstance(c.write.op, Leaf)}
        self.depth = _depths(self.step, shifts)
        self.uses = Counter(a for _, n in self.step.equations for a in n.args)
        self.uses.update(self.step.roots)
        self.totals = [(name, n.args[0]) for name, n in self.step.equations if isinstance(n.op, Total)]
        outer = {n for _, n in (*self.step.sums, *self.totals) if self._is_outer(n)}
        gathered = self._gather()
        inside = {a for g in gathered for a in g.result.args}
        done = inside | outer | {g.result for g in gathered}
        nodes = [n for _, n in self.step.equations if n not in done and self.phase[n] != CLOSING]
        groups: list[Operation] = [*gathered, *self._stack(nodes), *self._bundle(nodes)]
        grouped = {r for g in groups for r in g.results}
        groups += [Single(n) for n in nodes if n not in grouped]
        self.operations = [*_ordered(groups, self.step, shifts), *self._reduce()]

    def _is_outer(self, node: Node) -> bool:
        return isinstance(node.op, Contract) and node.op.spec == "i,j->ij" and self.uses[node] == 1

    def _gather(self) -> list[Gathered]:
        """Sums whose every term is a product used nowhere else, of a value that this step computes elementwise."""
        found = []
        for _, node in self.step.equations:
            if not (isinstance(node.op, Pointwise) and len(node.args) > 1 and self.phase[node] not in ONCE):
                continue
            bare = all(t.is_Symbol for t in terms_of(node.op.expr)) and len(terms_of(node.op.expr)) == len(node.args)
            alike = all(a.shape == node.shape for a in node.args)
            if bare and alike and all(self._gathers(a, self.phase[node]) for a in node.args):
                weights, operands = zip(*(a.args for a in node.args), strict=True)
                spec = {a.op.spec for a in node.args if isinstance(a.op, Contract)}
                if len(spec) == 1:
                    found.append(Gathered(node, weights, operands, spec == {"ij,i->j"}))
        return found

    def _is_matvec(self, node: Node) -> bool:
        return is_matvec(node)

    def _gathers(self, node: Node, phase: str) -> bool:
        return (
            self._is_matvec(node)
            and self.uses[node] == 1
            and self.phase[node] == phase
            and isinstance(node.args[1].op, Pointwise)
        )

    def _stack(self, nodes: Iterable[Node]) -> list[Stacked]:
        """Products of one operand, of equal length, in one phase."""
        groups: dict[Hashable, list[Node]] = defaultdict(list)
        for node in nodes:
            if self._is_matvec(node) and self.phase[node] not in ONCE:
                assert isinstance(node.op, Contract)
                groups[self.phase[node], node.op.spec, node.args[1], node.shape].append(node)
        return [
            Stacked(tuple(g), tuple(n.args[0] for n in g), g[0].args[1], g[0].op == Contract("ij,i->j"))
            for g in groups.values()
        ]

    def _bundle(self, nodes: list[Node]) -> list[Bundle]:
        """Expressions of one form whose operands correspond lane by lane."""
        groups: dict[Hashable, list[Node]] = defaultdict(list)
        number: dict[Hashable, int] = {}
        kind: dict[Node, Hashable] = {}
        for node in nodes:
            if self._is_matvec(node) and self.phase[node] not in ONCE:
                assert isinstance(node.op, Contract)
                kind[node] = ("product", self.phase[node], node.op.spec, node.args[1])
            if not isinstance(node.op, Pointwise):
                continue
            signature = tuple(self._operand_kind(a, kind) for a in node.args)
            key = (self.phase[node], self.depth[node], node.op.expr, node.shape, signature)
            groups[key].append(node)
            kind[node] = ("bundle", number.setdefault(key, len(number)))
        singles = {n for g in groups.values() if len(g) == 1 for n in g}
        merged = self._merge_lone(groups, singles, kind)
        return [bundle for group in merged for bundle in self._bundles_of(group)]

    def _operand_kind(self, arg: Node, kind: dict[Node, Hashable]) -> Hashable:
        """What an operand must have in common with the operands beside it in a bundle."""
        if isinstance(arg.op, Leaf) and arg.op.role == "parameter":
            return ("parameter", arg.shape)
        if not isinstance(arg.op, Leaf) and self.phase[arg] == BEFORE and self.uses[arg] == 1 and arg not in kind:
            return "lone"
        return kind.get(arg, arg)

    def _merge_lone(
        self, groups: dict[Hashable, list[Node]], singles: set[Node], kind: dict[Node, Hashable]
    ) -> list[list[Node]]:
        """Regroup expressions that differ only in operands computed before the loop and used nowhere else.

        Such operands are laid side by side as the bundle needs them, whatever computes each of them.
        """

        def operand(arg: Node) -> Hashable:
            lone = arg in singles and self.phase[arg] == BEFORE and self.uses[arg] == 1
            return "lone" if lone else self._operand_kind(arg, kind)

        regrouped: dict[Hashable, list[Node]] = defaultdict(list)
        for group in groups.values():
            for node in group:
                assert isinstance(node.op, Pointwise)
                signature = tuple(operand(a) for a in node.args)
                regrouped[self.phase[node], self.depth[node], node.op.expr, node.shape, signature].append(node)
        return list(regrouped.values())

    def _bundles_of(self, group: list[Node]) -> list[Bundle]:
        """One bundle, or one for each node where a shared operand would be broadcast over too few lanes."""
        width = len(group[0].args)
        columns = [tuple(n.args[k] for n in group) for k in range(width)]
        shared = [len(set(c)) == 1 for c in columns]
        broadcasts = any(s and self.phase[c[0]] != STATIC for s, c in zip(shared, columns, strict=True))
        if len(group) == 1 or (broadcasts and len(group) < FEWEST_BROADCAST_LANES) or group[0].shape[1:]:
            return [_bundle_of((n,)) for n in group]
        return [_bundle_of(tuple(group))]

    def _reduce(self) -> list[Reduction]:
        """Gradients of parameters, and totals: outer products by their right operand, plain sums together."""
        gradients = [(name, node) for name, node in self.step.sums if self.phase[node] != CLOSING]
        groups: dict[tuple[bool, Node | None], list[tuple[str, Node]]] = defaultdict(list)
        for totals, reduced in ((True, self.totals), (False, gradients)):
            for name, node in reduced:
                if self._is_outer(node):
                    groups[totals, node.args[1]].append((name, node.args[0]))
                else:
                    groups[totals, None].append((name, node))
        return [
            Reduction(tuple(n for n, _ in g), tuple(v for _, v in g), right, totals)
            for (totals, right), g in groups.items()
        ]


def _bundle_of(group: tuple[Node, ...]) -> Bundle:
    op = group[0].op
    assert isinstance(op, Pointwise)
    columns = [tuple(n.args[k] for n in group) for k in range(len(group[0].args))]
    return Bundle(group, op.expr, tuple(c[:1] if len(set(c)) == 1 else c for c in columns))


def _depths(step: Step, shifts: Mapping[Node, Node]) -> dict[Node, int]:
    """The length of the longest chain of equations that ends in each value; what is only shifted continues a chain."""
    depth: dict[Node, int] = dict.fromkeys(step.leaves, 0)
    for _ in range(1 + len(shifts)):
        for _, node in step.equations:
            depth[node] = 1 + max((depth[a] for a in node.args), default=0)
        depth |= {read: depth[write] for read, write in shifts.items()}
    return depth


def _ordered(groups: list[Operation], step: Step, shifts: Mapping[Node, Node]) -> list[Operation]:
    """Operations in dependency order; where several could run, the one whose first result the step names first."""
    position = {n: k for k, (_, n) in enumerate(step.equations)}
    groups = sorted(groups, key=lambda g: min(position[r] for r in g.results))
    owner = {r: k for k, g in enumerate(groups) for r in g.results}
    owner |= {read: owner[write] for read, write in shifts.items() if write in owner}
    order: list[Operation] = []
    state = [0] * len(groups)

    def visit(root: int) -> None:
        stack = [root]
        while stack:
            k = stack[-1]
            if state[k] == 2:
                stack.pop()
            elif state[k] == 1:
                state[k] = 2
                order.append(groups[stack.pop()])
            else:
                state[k] = 1
                stack.extend(owner[n] for n in reads(groups[k]) if n in owner and state[owner[n]] == 0)

    for k in range(len(groups)):
        visit(k)
    return order


Grouper = Callable[[Step], Grouping]
