"""Program to Schedule: what runs before, in and after the loop of each direction, where values live, what it costs.

The backward step is laid out first: only then is it known which forward values it reads, and those are the tape.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import sympy

from symrnn.adjoint import Program
from symrnn.grouping import Grouping
from symrnn.ir import Contract, Leaf, Node, Pointwise, Shape
from symrnn.layout import Layout
from symrnn.operations import Bundle, Gathered, Operation, Reduction, Single, Stacked
from symrnn.ops.elementwise import Head
from symrnn.phases import AFTER, BEFORE, CLOSING, LOOP, ONCE, STATIC, phases
from symrnn.primitives import CumSum, Expm, LogSumExp, Softmax, Solve, Total
from symrnn.simplify import simplify
from symrnn.step import Step, show
from symrnn.storage import Buffer
from symrnn.tape import arithmetic, tape_of


@dataclass(frozen=True)
class Direction:
    """One direction of time: its simplified step, its operations by phase, and the place of every value."""

    step: Step
    grouping: Grouping
    layout: Layout
    keep: frozenset[Node]

    def phase(self, name: str) -> tuple[Operation, ...]:
        """The operations of one phase, in order; reductions run after the loop."""
        return tuple(o for o in self.grouping.operations if self._phase(o) == name)

    def _phase(self, operation: Operation) -> str:
        return AFTER if isinstance(operation, Reduction) else self.grouping.phase[operation.results[0]]


@dataclass(frozen=True)
class Schedule:
    """Both directions of a program, and the forward values that the backward direction reads and computes again."""

    program: Program
    forward: Direction
    backward: Direction
    tape: tuple[str, ...]
    again: tuple[str, ...]

    @cached_property
    def flops(self) -> tuple[sympy.Expr, sympy.Expr]:
        """Floating-point operations of one tick and sequence, forward and backward; a function call counts as one."""
        return flops(self.forward.step), flops(self.backward.step)

    @cached_property
    def kept(self) -> tuple[sympy.Expr, sympy.Expr]:
        """Numbers stored per tick and sequence, forward and backward; times the item size these are bytes."""
        return stored(self.forward), stored(self.backward)

    @cached_property
    def passing(self) -> tuple[sympy.Expr, sympy.Expr]:
        """The same for what is stored per tick of one piece of time only."""
        return passing(self.forward), passing(self.backward)

    def __str__(self) -> str:
        return "\n".join(_lines(self)) + "\n"


def schedule(program: Program) -> Schedule:
    """The schedule of a program."""
    tape = tape_of(program, arithmetic)
    forward = program.forward
    outputs = [name for name, _ in forward.outputs]
    values = [(n, forward.find(n)) for n in tape.names]
    extra = tuple((n, v) for n, v in values if n not in outputs and not isinstance(v.op, Leaf))
    forward = simplify(replace(forward, outputs=(*forward.outputs, *extra)))
    first, second = (_direction(step, program.accurate) for step in (forward, tape.backward))
    return Schedule(program, first, second, tape.names, tape.again)


def _direction(step: Step, accurate: bool) -> Direction:
    grouping = Grouping(step)
    keep = frozenset(n for _, n in step.outputs)
    layout = Layout(grouping, keep, frozenset(_in_place(grouping, keep, accurate)))
    return Direction(step, grouping, layout, keep)


def _in_place(grouping: Grouping, keep: frozenset[Node], accurate: bool) -> set[tuple[Node, Node]]:
    """Pairs of values where the second may overwrite the first: read once, by a call that reads each entry once."""
    stacked = {r for o in grouping.operations if isinstance(o, Stacked) for r in o.results}
    gathered = {o.result for o in grouping.operations if isinstance(o, Gathered)}
    pairs = set()
    for operation in grouping.operations:
        if not isinstance(operation, Bundle) or not reads_once(operation.expr, accurate):
            continue
        # Only one operand can be overwritten; a product is best, since it can then be written where it is needed.
        columns = [c for c in operation.args if len(c) == len(operation.results)]
        columns.sort(key=lambda c: c[0] not in gathered)
        for k, value in enumerate(operation.results):
            for arg in (column[k] for column in columns):
                phase = grouping.phase[arg]
                dies = grouping.uses[arg] == 1 and arg not in keep and not _leaf(arg)
                if dies and phase == grouping.phase[value] and not (arg in stacked and phase == LOOP):
                    pairs.add((arg, value))
                    break
    return pairs


def _leaf(node: Node) -> bool:
    return isinstance(node.op, Leaf)


def reads_once(expr: sympy.Expr, accurate: bool) -> bool:
    """Whether an expression can be computed on top of its operand: a chain of calls, or the sum of two values."""
    if isinstance(expr, Head):
        form = (expr.op.stable if accurate else None) or expr.op.kernel
        spelt = form(*expr.args) if form else expr
        return len(spelt.free_symbols) == 1 and _occurrences(spelt) == 1
    return isinstance(expr, sympy.Add) and len(expr.args) == 2 and all(a.is_Symbol for a in expr.args)


def _occurrences(expr: sympy.Expr) -> int:
    return sum(1 for e in sympy.preorder_traversal(expr) if e.is_Symbol)


def extent(shape: Shape) -> sympy.Expr:
    """The number of components of a value."""
    return sympy.Mul(*shape)


def flops(step: Step) -> sympy.Expr:
    """Multiplications, additions and function calls of one tick; what is computed once per sequence is left out."""
    total: sympy.Expr = sympy.Integer(0)
    when = phases(step)
    for _, node in (equation for equation in step.equations if when[equation[1]] not in ONCE):
        match node.op:
            case Pointwise(expr):
                total += max(1, int(sympy.count_ops(expr))) * extent(node.shape)
            case Contract(spec):
                words, output = spec.split("->")
                sizes: dict[str, sympy.Expr] = {}
                for word, arg in zip(words.split(","), node.args, strict=True):
                    sizes |= dict(zip(word, arg.shape, strict=True)) if word else {}
                total += (2 if set(sizes) - set(output) else 1) * sympy.Mul(*sizes.values())
            case Softmax():
                total += 4 * extent(node.shape)  # shift, exponential, sum, quotient
            case LogSumExp():
                total += 3 * extent(node.args[0].shape)
            case CumSum():
                total += extent(node.shape)
            case Expm():  # six products and a solve; squarings depend on the numbers
                total += 44 * node.shape[0] ** 3 / 3
            case Solve():  # by elimination
                total += 2 * node.args[0].shape[0] ** 3 / 3 + 2 * node.args[0].shape[0] * extent(node.shape)
    return sympy.expand(total + sum(extent(n.shape) for _, n in step.sums))


def stored(direction: Direction) -> sympy.Expr:
    """Numbers kept for every tick of the sequence; what is kept for a piece of it does not grow with it."""
    return _numbers(s.buffer for s in direction.layout.slots.values() if s.buffer.whole)


def passing(direction: Direction) -> sympy.Expr:
    """Numbers kept for every tick of one piece of time."""
    return _numbers(s.buffer for s in direction.layout.slots.values() if s.buffer.piece)


def _numbers(buffers: Iterable[Buffer]) -> sympy.Expr:
    return sympy.expand(sum((b.lanes * extent(b.shape) for b in dict.fromkeys(buffers)), sympy.Integer(0)))


def _lines(plan: Schedule) -> list[str]:
    lines = [f"schedule of {plan.program.forward.name}", f"tape: {', '.join(plan.tape) or 'nothing'}"]
    lines += [f"computed again: {', '.join(plan.again)}"] * bool(plan.again)
    both = (("forward", "backward"), (plan.forward, plan.backward), plan.flops, plan.kept, plan.passing)
    for title, direction, cost, kept, brief in zip(*both, strict=True):
        lines.append(f"{title}: {cost} FLOPs a tick, {kept} numbers kept a tick, {brief} while its piece of time lasts")
        for phase in (STATIC, BEFORE, LOOP, AFTER):
            operations = direction.phase(phase)
            lines += [f"  {phase}:"] * bool(operations)
            lines += [f"    {text}" for o in operations for text in describe(o, direction)]
        names, phase_of = direction.step.names, direction.grouping.phase
        last = [n for _, n in direction.step.equations if phase_of[n] == CLOSING and not isinstance(n.op, Total)]
        lines += [f"  {CLOSING}:"] * bool(last) + [f"    {names[n]} = {show(n, names)}" for n in last]
    return lines


def describe(operation: Operation, direction: Direction) -> list[str]:
    """An operation as text: what it computes, an entry for each lane; products that are one GEMM are one entry."""
    names = direction.step.names

    def products(weights: tuple[Node, ...], operands: tuple[Node, ...], transposed: bool) -> list[str]:
        mark = "ᵀ" if transposed else ""
        return [f"{names[w]}{mark} {names[v]}" for w, v in zip(weights, operands, strict=True)]

    match operation:
        case Stacked(results, weights, operand, flip):
            right = products(weights, (operand,) * len(weights), flip)
            rows = [f"{names[r]} = {product}" for r, product in zip(results, right, strict=True)]
            return [f"one product of {names[operand]}: {'; '.join(rows)}"]
        case Gathered(result, weights, operands, flip):
            return [f"one product: {names[result]} = {' + '.join(products(weights, operands, flip))}"]
        case Bundle(results, _, _):
            return [f"{names[r]} = {show(r, names)}" for r in results]
        case Reduction(reduced, left, right):
            factor = f" {names[right]}ᵀ" if right is not None else ""
            rows = [f"{name} = Σ {names[v]}{factor}" for name, v in zip(reduced, left, strict=True)]
            return [f"one product: {'; '.join(rows)}"] if factor else rows
        case Single(node):
            return [f"{names[node]} = {show(node, names)}"]
