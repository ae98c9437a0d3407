"""One tick of a cell as a user of torch or JAX would write it, generated from the forward step.

What depends on the inputs alone is computed for the whole sequence first; products of one operand are one product of
stacked weights, and what is added to them is added to all of them (``z = xs[t] + h @ U``, then ``chunk``). Derivatives
are left to the framework. ``once`` runs before the loop and returns what stays the same in it, and the sequences that
it runs through. Both functions take the framework's functions as ``np``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import ModuleType

import sympy

from symrnn.backends.numpy_infix import infix
from symrnn.backends.numpy_names import MADE, Names, size, words
from symrnn.benchmark.merging import with_sums
from symrnn.benchmark.spelling import Writer, indented, leaf_name, names_for, numbers_used, tupled, writer
from symrnn.emission import Source, load
from symrnn.grouping import Grouping
from symrnn.ir import Leaf, Node, Pointwise
from symrnn.operations import Bundle, Gathered, Operation, Stacked
from symrnn.ops.elementwise import Head
from symrnn.phases import ONCE
from symrnn.record import Record
from symrnn.schedule import Schedule
from symrnn.simplify import simplify
from symrnn.step import Step

# Functions that both frameworks have and NumPy has not.
FRAMEWORK = ("sigmoid", "relu", "silu", "softplus", "elu", "logsigmoid")


@dataclass
class Stack:
    """Values of one shape side by side in one array; ``used`` holds the runs of them that are read together."""

    name: str
    nodes: tuple[Node, ...]
    used: list[tuple[int, int]] = field(default_factory=list)

    @property
    def tiles(self) -> list[tuple[int, int]] | None:
        """The runs in order, if they share no value and leave none out."""
        runs = sorted(set(self.used))
        ends = [0, *(stop for _, stop in runs)]
        joined = all(start == end for (start, _), end in zip(runs, ends, strict=False))
        return runs if joined and ends[-1] == len(self.nodes) else None


@dataclass(frozen=True)
class Run:
    """Values ``start`` to ``stop`` of a stack."""

    stack: Stack
    start: int
    stop: int


@dataclass(frozen=True)
class Line:
    """A stack and what computes it: a product with stacked weights, or an expression over runs and parameters."""

    stack: Stack
    source: Stacked | Bundle
    operands: tuple[Run | tuple[Node, ...], ...] = ()


class _Framework(Writer):
    """A writer that keeps the functions that the frameworks have."""

    def expression(self, node: Node) -> str:
        op = node.op
        if isinstance(op, Pointwise) and isinstance(op.expr, Head) and op.expr.op.name in FRAMEWORK:
            own = all(a.is_Symbol for a in op.expr.args)
            if own:
                return f"np.{op.expr.op.name}({', '.join(self.operand(a, len(node.shape)) for a in node.args)})"
        return super().expression(node)


class _Tick:
    """The two functions of one step: planned first, so that a stack is cut once into the runs that are read."""

    def __init__(self, step: Step, record: Record, names: Names) -> None:
        self.step, self.record, self.names = step, record, names
        grouping = Grouping(step)
        self.phase = grouping.phase
        self.hoisted = _hoisted(step, self.phase)
        self.place: dict[Node, tuple[Stack, int]] = {}
        self.plan = [self.planned(o) for o in grouping.operations if o.results]
        for line in self.plan:
            for node in _reads(line):
                self.use(node)
        for node in step.roots:
            self.use(node)
        plain = writer(record, names, {node: names(leaf_name(node)) for node in step.leaves})
        self.out = _Framework(plain.names, plain.parameters, False, plain.known)
        self.stacked: list[str] = []

    def planned(self, operation: Operation) -> Line | Operation:
        """An operation on a whole stack where its operands lie side by side."""
        results = operation.results
        fewest = 1 if isinstance(operation, Stacked) else 2
        if len(results) < fewest or self.phase[results[0]] in ONCE:
            return operation
        operands: tuple[Run | tuple[Node, ...], ...] = ()
        if isinstance(operation, Bundle):
            found = [self.side_by_side(column, len(results), results[0]) for column in operation.args]
            operands = tuple(o for o in found if o is not None)
            if len(operands) < len(found) or not any(isinstance(o, Run) for o in operands):
                return operation
        elif not isinstance(operation, Stacked):
            return operation
        stack = Stack(self.names("_".join(self.step.names[r] for r in results), MADE), results)
        self.place |= {node: (stack, k) for k, node in enumerate(results)}
        return Line(stack, operation, operands)

    def side_by_side(self, column: tuple[Node, ...], lanes: int, result: Node) -> Run | tuple[Node, ...] | None:
        """A column of operands as a run of one stack, or as vectors to be put together once; else None."""
        if len(column) < lanes or len(result.shape) != 1 or any(n.shape != result.shape for n in column):
            return None
        if all(isinstance(n.op, Leaf) and n.op.role == "parameter" for n in column):
            return column
        places = [self.place.get(node) for node in column]
        first = places[0]
        if first is None or any(p is None or p[0] is not first[0] for p in places):
            return None
        numbers = [p[1] for p in places if p is not None]
        if numbers != list(range(numbers[0], numbers[0] + lanes)):
            return None
        run = Run(first[0], numbers[0], numbers[0] + lanes)
        return run

    def use(self, read: Node | Run) -> None:
        """Note that a value, or a run of values, is read by itself."""
        if isinstance(read, Run):
            read.stack.used.append((read.start, read.stop))
        elif read in self.place:
            stack, k = self.place[read]
            stack.used.append((k, k + 1))

    def text(self) -> str:
        """Both functions."""
        step, out = self.step, self.out
        out.write([e for e in step.equations if self.phase[e[1]] in ONCE])
        static, out.lines = out.lines, []
        for line in self.plan:
            if self.early(line):
                self.write(line)
        ahead, out.lines = out.lines, []
        for line in self.plan:
            if not self.early(line):
                self.write(line)
        results = [tupled(self.result(c.write, out.known[c.read]) for c in step.carries)]
        results += [tupled(self.result(n, "") for _, n in step.outputs)]
        tick = [*with_sums(out.lines, results), f"return {', '.join(results)}"]
        params = [f'{out.known[p]} = params["{leaf_name(p)}"]' for p in step.parameters]
        inputs = [f'{out.known[n]} = inputs["{leaf_name(n)}"]' for n in step.inputs]
        moving = {out.known[n] for n in step.inputs} | {self.out.known.get(n, "") for n in self.hoisted}
        for line in self.plan:
            if isinstance(line, Line) and self.early(line):
                moving |= {self.run(Run(line.stack, *used)) for used in line.stack.used}
        ahead = [*params, *inputs, *static, *self.stacked, *ahead]
        return self.functions(ahead, tick, moving)

    def functions(self, ahead: list[str], tick: list[str], moving: set[str]) -> str:
        """The two functions from their statements; ``moving`` are the names that have a value for each tick."""
        read = words("\n".join(tick))
        made = [name for line in ahead for name in line.partition(" = ")[0].strip("(,)").replace(",", "").split()]
        handed = [name for name in dict.fromkeys(made) if name in read]
        fixed = tupled(name for name in handed if name not in moving)
        sequences = tupled(name for name in handed if name in moving)
        opening = [f"{fixed} = once", f"{sequences} = inputs"]
        opening += [f"{tupled(self.out.known[c.read] for c in self.step.carries)} = state"]
        opening = [line for line in opening if not line.startswith("()")]
        parts = ["def once(np, params, inputs, numbers, dtype):", *self.body([*ahead, f"return {fixed}, {sequences}"])]
        parts += ["", "", "def tick(np, once, state, inputs, numbers, dtype):", *self.body([*opening, *tick])]
        return "\n".join(parts) + "\n"

    def early(self, line: Line | Operation) -> bool:
        """Whether a line depends on inputs and parameters alone."""
        nodes = line.stack.nodes if isinstance(line, Line) else line.results
        return all(node in self.hoisted for node in nodes)

    def body(self, lines: list[str]) -> list[str]:
        return indented([*numbers_used(lines, self.record, self.names), *lines])

    def result(self, node: Node, like: str) -> str:
        """What leaves a tick; a value without a batch is repeated to the shape of what was read."""
        text = self.out.operand(node)
        return f"np.broadcast_to({text}, {like}.shape)" if like and self.out.fixed(node) else text

    def write(self, line: Line | Operation) -> None:
        """The statements of one line of the plan."""
        if not isinstance(line, Line):
            nodes = [*(a for a in line.result.args), line.result] if isinstance(line, Gathered) else line.results
            nodes = [n for n in nodes if self.phase[n] not in ONCE]
            self.out.write([(self.step.names[n], n) for n in nodes])
            return
        stack, source = line.stack, line.source
        if isinstance(source, Stacked):
            weights = self.together(source.weights, axis=1 if source.transposed else 0)
            right = self.names(f"{weights}_T", MADE) if not source.transposed else weights
            if right != weights and f"{right} = {weights}.T" not in self.stacked:
                self.stacked.append(f"{right} = {weights}.T")
            self.out.lines.append(f"{stack.name} = {self.out.operand(source.operand)} @ {right}")
        else:
            operands = [self.run(o) if isinstance(o, Run) else self.together(o, axis=0) for o in line.operands]
            self.out.lines.append(f"{stack.name} = {self.bundled(source.expr, operands)}")
        self.cut(stack)

    def bundled(self, expr: sympy.Expr, operands: Sequence[str]) -> str:
        """An expression over whole stacks, written as that of a node is."""
        if isinstance(expr, Head) and expr.op.name in FRAMEWORK and all(a.is_Symbol for a in expr.args):
            return f"np.{expr.op.name}({', '.join(operands)})"
        return infix(self.out.spell(self.names.numbers(expr)), list(operands))[0]

    def together(self, parameters: tuple[Node, ...], axis: int) -> str:
        """Parameters put together once."""
        texts = [self.out.operand(p) for p in parameters]
        if len(texts) == 1:
            return texts[0]
        name = self.names("+".join(texts), MADE)
        line = f"{name} = np.concatenate({tupled(texts)}, {axis})"
        if line not in self.stacked:
            self.stacked.append(line)
        return name

    def run(self, run: Run) -> str:
        """The name of a run."""
        if run.stop - run.start == len(run.stack.nodes):
            return run.stack.name
        if run.stop - run.start == 1:
            return self.out.known[run.stack.nodes[run.start]]
        return self.names(f"{run.stack.name}_{run.start}_{run.stop}", MADE)

    def cut(self, stack: Stack) -> None:
        """Name the runs of a stack that are read: by one call where they tile it."""
        for k, node in enumerate(stack.nodes):
            if (k, k + 1) in stack.used:
                alone = len(stack.nodes) == 1
                self.out.known[node] = stack.name if alone else self.names(self.step.names[node])
        runs, width = stack.tiles, stack.nodes[0].shape[0]
        names = {run: self.run(Run(stack, *run)) for run in sorted(set(stack.used))}
        if runs is not None and len(runs) > 1:
            extents = tupled(size((stop - start) * width, self.names) for start, stop in runs)
            self.out.lines.append(f"{tupled(names[run] for run in runs)} = np.pieces({stack.name}, {extents})")
        elif runs is None:
            for (start, stop), name in names.items():
                if name != stack.name:
                    bounds = f"{size(start * width, self.names)}:{size(stop * width, self.names)}"
                    self.out.lines.append(f"{name} = {stack.name}[..., {bounds}]")


def _reads(line: Line | Operation) -> list[Node | Run]:
    """What a line reads one by one, and the runs that it reads together."""
    if isinstance(line, Line):
        whole = [o for o in line.operands if isinstance(o, Run)]
        return [line.source.operand] if isinstance(line.source, Stacked) else [*whole]
    inner = line.result.args if isinstance(line, Gathered) else ()
    return [a for node in (*inner, *line.results) for a in node.args]


def _hoisted(step: Step, phase: dict[Node, str]) -> set[Node]:
    """What depends on inputs and on what is computed once, and on nothing else."""
    known = {node for node, when in phase.items() if when in ONCE} | set(step.inputs)
    for _, node in step.equations:
        if node.args and all(a in known for a in node.args):
            known.add(node)
    return {node for node in known if phase[node] not in ONCE and not isinstance(node.op, Leaf)}


def tick_module(schedule: Schedule, id: str) -> ModuleType:
    """The two functions, loaded; whoever runs them gives the functions of ``np`` and those named ``_softmax`` etc."""
    return load(Source(f"{id}_tick.py", f'"""One tick of {id}."""\n\n\n{tick_text(schedule)}'))


def tick_text(schedule: Schedule) -> str:
    """The text of ``once`` and ``tick`` for the step of a schedule."""
    record = schedule.program.forward.origin
    assert isinstance(record, Record)
    return _Tick(simplify(schedule.program.forward), record, names_for(record)).text()
