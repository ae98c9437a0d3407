"""The statements of one direction: what runs before, in and after the loop, as NumPy calls that write into buffers."""

from __future__ import annotations

from dataclasses import dataclass, field

from symrnn.backends.numpy_gradients import reduction
from symrnn.backends.numpy_names import Parameters, scaled_name, shape_of_buffer, size
from symrnn.backends.numpy_views import View, Views
from symrnn.backends.numpy_whole import einsum_text, repeated, whole_text
from symrnn.backends.three_address import Call, calls
from symrnn.ir import Broadcast, Contract, Node
from symrnn.operations import Bundle, Gathered, Operation, Reduction, Single, Stacked
from symrnn.phases import AFTER, BEFORE, LOOP
from symrnn.schedule import describe
from symrnn.simplify import is_parameter
from symrnn.storage import Slot, stretches


@dataclass
class Body:
    """The text of one direction: comments, and one call a line."""

    views: Views
    accurate: bool
    packed: dict[str, str] = field(default_factory=dict)
    scratch: dict[str, str] = field(default_factory=dict)
    signals: list[str] = field(default_factory=list)
    first: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    loop: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    @property
    def parameters(self) -> Parameters:
        """Where the parameters lie."""
        return self.views.parameters

    def write(self) -> None:
        """Write the operations of all phases."""
        direction = self.views.direction
        for node in direction.grouping.copied:
            self.before.append(f"np.copyto({self.views.value(node).now}, {self.views.outside(node).now})")
        for phase, lines in ((BEFORE, self.before), (LOOP, self.loop), (AFTER, self.after)):
            for operation in direction.phase(phase):
                lines += _comment(describe(operation, direction))
                lines += self.statements(operation, phase == LOOP)

    @property
    def calls(self) -> int:
        """The number of NumPy calls in one run through the loop."""
        return sum(not line.startswith("#") for line in self.loop)

    def statements(self, operation: Operation, ticking: bool) -> list[str]:
        """The statements of one operation, at one tick or over all ticks."""
        match operation:
            case Stacked():
                return self.stacked(operation, ticking)
            case Gathered():
                return self.gathered(operation, ticking)
            case Bundle():
                return [str(c) for run in self.bundle_runs(operation) for c in self.bundle(operation, run, ticking)]
            case Single(node):
                return self.single(node, ticking)
            case Reduction():
                return reduction(self, operation)

    def read(self, view: View, ticking: bool) -> str:
        return self.views.tick(view) if ticking else view.now

    def pack(self, name: str, text: str) -> str:
        """A parameter rearranged for the kernel, once a call; one variable for each arrangement."""
        for known, held in self.packed.items():
            if held == text:
                return known
        unique, count = self.views.made(name), 1
        while unique in self.packed:
            count += 1
            unique = self.views.made(f"{name}_{count}")
        self.packed[unique] = text
        return unique

    def matrix(self, weights: tuple[Node, ...], axis: int, transpose: bool) -> str:
        """The stacked weights as the right factor of a product of rows."""
        text = self.parameters.stacked(weights, axis)
        stem = "_".join(dict.fromkeys(self.parameters.blocks[scaled_name(w)[0]].array.name for w in weights))
        if transpose:
            whole = text if text.isidentifier() else f"({text})" if "[" not in text else text
            return self.pack(f"{stem}_T", f"np.ascontiguousarray({whole}.T)")
        return text if text.isidentifier() else self.pack(f"{stem}_rows", text)

    def flat(self, text: str, width: str) -> str:
        """All ticks of a (steps, B, n) array as rows."""
        return f"{text}.reshape(steps * B, {width})"

    def flat_value(self, node: Node) -> str:
        """A vector over all ticks as rows; one that is the same for the whole sequence is repeated."""
        text, width = self.argument(node, False), size(node.shape[0], self.views.names)
        if not self.views.per_sample(node):
            text = f"np.broadcast_to({text}, (steps, B, {width}))"
        return self.flat(text, width)

    def stacked(self, op: Stacked, ticking: bool) -> list[str]:
        slots = sorted({self.views.slot(r) for r in op.results}, key=lambda s: s.lane)
        order = sorted(range(len(op.results)), key=lambda k: self.views.slot(op.results[k]).lane)
        weights = tuple(op.weights[k] for k in order)
        matrix = self.matrix(weights, 1 if op.transposed else 0, not op.transposed)
        operand = self.read(self.views.value(op.operand), ticking)
        whole = len(slots) == slots[0].buffer.lanes
        target = self.read(self.views.rows(slots), ticking)
        if not ticking:
            operand = self.flat_value(op.operand)
            target = self.flat(target, self.width(slots)) if whole else target
        function = product(ticking)
        if whole:
            return [f"{function}({operand}, {matrix}, out={target})"]
        return [f"np.copyto({target}, {function}({operand}, {matrix}).reshape({target}.shape))"]

    def width(self, slots: list[Slot]) -> str:
        """The length of several lanes side by side."""
        return size(len(slots) * slots[0].buffer.shape[0], self.views.names)

    def gathered(self, op: Gathered, ticking: bool) -> list[str]:
        """One product for each stretch of operands; the second and later ones are added."""
        target = self.read(self.views.value(op.result), ticking)
        lines, function = [], product(ticking)
        runs = stretches([tuple(self.views.slot(v) for v in op.operands)])
        for position, run in enumerate(runs):
            slots = [self.views.slot(op.operands[k]) for k in run]
            matrix = self.matrix(tuple(op.weights[k] for k in run), 0 if op.transposed else 1, not op.transposed)
            operand, out = self.read(self.views.rows(slots), ticking), target
            if not ticking:
                operand = self.flat(operand, self.width(slots))
                out = self.flat(target, size(op.result.shape[0], self.views.names))
            alone = self.views.slot(op.result).buffer
            direct = alone.lanes == 1 and not alone.state
            if position == 0 and direct:
                lines.append(f"{function}({operand}, {matrix}, out={out})")
            elif position == 0:
                lines.append(f"np.copyto({target}, {function}({operand}, {matrix}).reshape({target}.shape))")
            else:
                lines.append(f"np.add({out}, {function}({operand}, {matrix}), out={out})")
        return lines

    def bundle_runs(self, op: Bundle) -> list[list[int]]:
        columns = [op.results, *(c for c in op.args if len(c) > 1)]
        return self.views.runs(columns)

    def bundle(self, op: Bundle, run: list[int], ticking: bool) -> list[Call]:
        """The calls of one run of lanes."""
        if row := self.rows_call(op, run, ticking):
            return [row]
        rank = len(op.results[0].shape)
        slots = [self.views.slot(op.results[k]) for k in run]
        out = self.read(self.views.lanes(slots), ticking)
        operands = [self.operand(column, run, ticking, rank) for column in op.args]
        expr = self.views.names.numbers(op.expr)
        plain = calls(expr, operands, out, lambda k: f"<{k}>", self.accurate)
        used = sorted({a for c in plain for a in (*c.args, c.out) if a.startswith("<")})
        real = {name: self.temporary(int(name[1:-1]), len(run), op.results[0], ticking) for name in used}
        return [Call(c.function, tuple(real.get(a, a) for a in c.args), real.get(c.out, c.out)) for c in plain]

    def rows_call(self, op: Bundle, run: list[int], ticking: bool) -> Call | None:
        """The call of a run whose lanes lie side by side in every array: it is one row of k·n numbers a sequence."""
        if len(run) == 1 or any(len(column) == 1 for column in op.args):
            return None
        columns = [[column[k] for k in run] for column in (op.results, *op.args)]
        if not all(self.beside(column) or (all(map(is_parameter, column)) and not ticking) for column in columns):
            return None
        out, *operands = (self.row(column, ticking) for column in columns)
        plain = calls(self.views.names.numbers(op.expr), operands, out, lambda k: f"<{k}>", self.accurate)
        return plain[0] if len(plain) == 1 else None

    def beside(self, column: list[Node]) -> bool:
        """Whether values lie side by side in one row for each sequence."""
        slots = self.views.direction.layout.slots
        return all(n in slots and slots[n].buffer.rows and len(n.shape) == 1 for n in column)

    def row(self, column: list[Node], ticking: bool) -> str:
        """The row of a run of lanes."""
        if self.beside(column):
            return self.read(self.views.rows([self.views.slot(n) for n in column]), ticking)
        text = self.parameters.stacked(tuple(column))
        array = self.parameters.blocks[scaled_name(column[0])[0]].array.name
        return text if text.isidentifier() else self.pack(f"{array}_row", text)

    def operand(self, column: tuple[Node, ...], run: list[int], ticking: bool, rank: int) -> str:
        """One argument of a bundle: a run of lanes, a shared value, or parameters stacked to match."""
        nodes = [column[k] for k in run] if len(column) > 1 else [column[0]]
        if all(n in self.views.direction.layout.slots for n in nodes) and len(nodes) > 1:
            return self.read(self.views.lanes([self.views.slot(n) for n in nodes]), ticking)
        if all(map(is_parameter, nodes)):
            return self.parameter(nodes)
        view = self.views.value(nodes[0])
        text = self.read(view, ticking)
        shared_by_many = not ticking and len(run) > 1 and view.kept
        text = f"{text}[:, None]" if shared_by_many else text
        return self.views.raised(text, nodes[0], rank) if self.views.per_sample(nodes[0]) else text

    def parameter(self, nodes: list[Node]) -> str:
        names = [scaled_name(n)[0] for n in nodes]
        if len(names) == 1:
            text = self.parameters.scaled(nodes[0])
            return text if text.isidentifier() else self.pack(self.views.direction.step.names[nodes[0]], text)
        array = self.parameters.blocks[names[0]].array.name
        width = size(nodes[0].shape[0], self.views.names)
        text = self.parameters.stacked(tuple(nodes))
        return self.pack(f"{array}_lanes", f"{text}.reshape({len(names)}, 1, {width})")

    def temporary(self, k: int, lanes: int, owner: Node, ticking: bool) -> str:
        """A temporary for ``lanes`` values shaped like ``owner``."""
        views = self.views
        extents = shape_of_buffer(lanes, owner.shape, False, views.names, [] if ticking else [f"{views.own}.piece"])
        key = f"{extents}#{k}"
        if key not in self.scratch:
            self.scratch[key] = views.made(f"s{len(self.scratch)}")
        name = f"{views.own}.{self.scratch[key]}"
        return views.tick(View(self.scratch[key], name)) if ticking else f"{name}[:steps]"

    def allocations(self) -> list[str]:
        """The statements that make the buffers for signals and the temporaries."""
        own = self.views.own
        return self.signals + [
            f"{own}.{name} = np.empty({key.split('#')[0]}, dtype)" for key, name in self.scratch.items()
        ]

    def single(self, node: Node, ticking: bool) -> list[str]:
        """A contraction, repetition or function of whole values on its own."""
        target = self.read(self.views.value(node), ticking)
        args = [self.argument(a, ticking) for a in node.args]
        if isinstance(node.op, Broadcast):
            return [f"np.copyto({target}, {repeated(node, args[0])})"]
        if isinstance(node.op, Contract):
            leading = [self.views.per_sample(a) for a in node.args]
            return [f"np.copyto({target}, {einsum_text(node, args, leading, self.views.names)})"]
        return [f"np.copyto({target}, {whole_text(node, args, self.views.names)})"]

    def argument(self, node: Node, ticking: bool) -> str:
        if is_parameter(node):
            return self.parameter([node])
        return self.read(self.views.value(node), ticking)


def product(ticking: bool) -> str:
    """The function for a matrix product: np.dot costs less a call, np.matmul copies no operand that lies in strides."""
    return "np.dot" if ticking else "np.matmul"


def _comment(texts: list[str]) -> list[str]:
    """What an operation computes, on one line where it fits."""
    whole = "# " + "; ".join(texts)
    return [whole] if len(whole) <= 100 else [f"# {text}" for text in texts]
