"""A cell as a course would write it in NumPy, generated from the same step by the naive schedule.

One product for each gate and operand, a fresh array for every value, a list of what each tick computed, weight
gradients added up in the loop: the same mathematics as the emitted kernel, and none of its scheduling.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np

from symrnn.backends.numpy_names import ADJOINT, MADE, Names, shape
from symrnn.backends.numpy_whole import functions_used
from symrnn.benchmark.problem import Problem
from symrnn.benchmark.spelling import Writer, indented, leaf_name, names_for, needed, numbers_used, tupled, writer
from symrnn.emission import Source, load
from symrnn.ir import Contract, Leaf, Node, Pointwise
from symrnn.phases import CLOSING, ONCE, STATIC, phases
from symrnn.primitives import Total
from symrnn.record import Record
from symrnn.schedule import Schedule
from symrnn.simplify import terms_of
from symrnn.step import Step

Array = Any
ARGUMENTS = "numbers, T, B, dtype"


class Textbook:
    """The generated module, run on the sample of a problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.module: ModuleType = load(Source(f"{problem.id}_textbook.py", textbook(problem.schedule)))
        sample = problem.sample
        B, T, _, _ = problem.sizes
        self.last = (sample.numbers, T, B, np.dtype(problem.dtype))
        self.params = {name: np.atleast_1d(value) for name, value in sample.parameters.items()}

    def run(self) -> Any:
        """Forward and full backward."""
        sample = self.problem.sample
        y, state, tape = self.module.forward(self.params, sample.inputs, sample.states, *self.last)
        return y, state, self.module.backward(self.params, tape, sample.outputs, *self.last)

    def gradients(self) -> dict[str, Array]:
        """All gradients by flat name."""
        dparams, dinputs, dstate = self.run()[2]
        starts = self.problem.sample.starts
        table = {f"d{name}": value for name, value in (dparams | dinputs).items()}
        return table | {starts[name]: value for name, value in dstate.items()}


def textbook(schedule: Schedule) -> str:
    """The text of the module: ``forward`` and ``backward`` over flat names; imports numpy and nothing else."""
    record = schedule.program.forward.origin
    assert isinstance(record, Record)
    names = names_for(record)
    ahead, back = _forward(schedule, record, names), _backward(schedule, record, names)
    text = "\n".join([*ahead, "", "", *back]) + "\n"
    parts = [f'"""{record.id}, the naive way."""', "import numpy as np", *functions_used(text), text]
    return "\n\n\n".join(parts)


def _tape(schedule: Schedule) -> tuple[list[str], list[str]]:
    """The names of the forward values that the adjoint reads: of every tick, and of the whole sequence."""
    leaves = [n.op for n in schedule.program.backward.inputs if isinstance(n.op, Leaf)]
    return [n.name for n in leaves if n.role == "tape"], [n.name for n in leaves if n.role == "static"]


def _zeros(node: Node, names: Names, *lead: str) -> str:
    return f"np.zeros({shape([*lead, *node.shape], names)}, dtype)"


def _unpacked(nodes: tuple[Node, ...], names: Names) -> list[str]:
    return [f'{names(leaf_name(p))} = params["{leaf_name(p)}"]' for p in nodes]


def _forward(schedule: Schedule, record: Record, names: Names) -> list[str]:
    step, (ticks, fixed) = schedule.program.forward, _tape(schedule)
    out = writer(record, names, {node: names(leaf_name(node)) for node in step.leaves})
    when = phases(step)
    equations = needed(step, [*step.roots, *(step.find(name) for name in (*ticks, *fixed))])
    out.write([e for e in equations if when[e[1]] in ONCE])
    static, out.lines = out.lines, []
    out.write(equations)
    opening = _unpacked(step.parameters, names)
    opening += [f'{out.known[c.read]} = state["{c.name}"]' for c in step.carries] + static
    made = [names(f"all_{name}", MADE) for name, _ in step.outputs]
    opening += [f"{y} = {_zeros(n, names, 'T', 'B')}" for y, (_, n) in zip(made, step.outputs, strict=True)]
    loop = [f'{out.known[n]} = inputs["{leaf_name(n)}"][t]' for n in step.inputs] + out.lines
    loop.append(f"tape.append({tupled(out.operand(step.find(name)) for name in ticks)})")
    loop += [f"{y}[t] = {out.operand(node)}" for y, (_, node) in zip(made, step.outputs, strict=True)]
    loop += _handed_on(step, out)
    outputs = ", ".join(f'"{name}": {y}' for y, (name, _) in zip(made, step.outputs, strict=True))
    state = ", ".join(f'"{c.name}": {out.known[c.read]}' for c in step.carries)
    once = tupled(out.operand(step.find(name)) for name in fixed)
    body = [*opening, "tape = []", "for t in range(T):", *indented(loop)]
    body.append(f"return {{{outputs}}}, {{{state}}}, (tape, {once}, inputs)")
    head = f"def forward(params, inputs, state, {ARGUMENTS}):"
    return [head, *indented([*numbers_used(body, record, names), *body])]


def _handed_on(step: Step, out: Writer) -> list[str]:
    """What a tick hands on to the next, all at once; a value without a batch is repeated."""
    values = [out.operand(c.write) for c in step.carries]
    for k, c in enumerate(step.carries):
        if out.fixed(c.write):
            values[k] = f"np.broadcast_to({values[k]}, {out.known[c.read]}.shape)"
    return [f"{tupled(out.known[c.read] for c in step.carries)} = {tupled(values)}"] if values else []


def _backward(schedule: Schedule, record: Record, names: Names) -> list[str]:
    step, (ticks, fixed) = schedule.program.backward, _tape(schedule)
    out = writer(record, names, {node: names(leaf_name(node), _space(node)) for node in step.leaves})
    when = phases(step)
    totals = [node for _, node in step.equations if isinstance(node.op, Total)]
    sums = [(names(f"sum_{name}", MADE), node) for name, node in step.sums]
    added = [(name, node) for name, node in sums if when[node] not in ONCE]
    held = {node: names(f"total_{step.names[node]}", MADE) for node in totals}
    added += [(held[node], node.args[0]) for node in totals]
    closing = [node for _, node in sums if when[node] in ONCE]
    terms = [(name, term) for name, node in added for term in _terms(node)]
    roots = [n for _, term in terms for n in (term.args if _outer(term, out) else (term,))]
    results = [*(n for _, n in step.outputs), *(c.write for c in step.carries)]
    live = needed(step, [*roots, *results])
    out.write([e for e in needed(step, closing) if when[e[1]] == STATIC], ADJOINT)
    out.write([e for e in live if when[e[1]] == STATIC], ADJOINT)
    static, out.lines = out.lines, []
    out.write([e for e in live if when[e[1]] != CLOSING], ADJOINT)
    loop, out.lines = _tick(step, out, ticks, names), []
    loop += [_added(name, term, out) for name, term in terms]
    made = [names(f"all_{name}", MADE) for name, _ in step.outputs]
    loop += [f"{d}[t] = {out.operand(node)}" for d, (_, node) in zip(made, step.outputs, strict=True)]
    loop += _handed_on(step, out)
    out.known |= held
    out.static |= set(totals)
    out.write([e for e in needed(step, closing) if when[e[1]] == CLOSING], ADJOINT)
    opening = [*_unpacked(step.parameters, names), f"(tape, {tupled(map(names, fixed))}, inputs) = tape", *static]
    opening += [f"{name} = {_zeros(node, names)}" for name, node in added]
    opening += [f"{d} = {_zeros(n, names, 'T', 'B')}" for d, (_, n) in zip(made, step.outputs, strict=True)]
    opening += [f"{out.known[c.read]} = {_zeros(c.read, names, 'B')}" for c in step.carries]
    body = [*opening, "for t in reversed(range(T)):", *indented(loop), *out.lines]
    body.append(f"return {_results(step, out, when, names)}")
    return [f"def backward(params, tape, dy, {ARGUMENTS}):", *indented([*numbers_used(body, record, names), *body])]


def _space(node: Node) -> str:
    """Where the name of a leaf of the adjoint comes from: forward values keep the names that they had."""
    return ADJOINT if isinstance(node.op, Leaf) and node.op.role in ("cotangent", "carry") else ""


def _tick(step: Step, out: Writer, ticks: list[str], names: Names) -> list[str]:
    """The opening of a tick, and its equations."""
    cotangents = [n for n in step.inputs if isinstance(n.op, Leaf) and n.op.role == "cotangent"]
    lines = [f"{tupled(map(names, ticks))} = tape[t]"] if ticks else []
    lines += [f'{out.known[n]} = dy["{leaf_name(n).removeprefix("dy_")}"][t]' for n in cotangents]
    return lines + out.lines


def _results(step: Step, out: Writer, when: dict[Node, str], names: Names) -> str:
    """Gradients of parameters, inputs and states, by flat name."""
    summed = {name: out.operand(n) if when[n] in ONCE else names(f"sum_{name}", MADE) for name, n in step.sums}
    dparams = ", ".join(f'"{name.removeprefix("d")}": {text}' for name, text in summed.items())
    made = {name.removeprefix("d"): names(f"all_{name}", MADE) for name, _ in step.outputs}
    dinputs = ", ".join(f'"{name}": {text}' for name, text in made.items())
    dstate = ", ".join(f'"{c.name}": {out.known[c.read]}' for c in step.carries)
    return f"{{{dparams}}}, {{{dinputs}}}, {{{dstate}}}"


def _terms(node: Node) -> Iterator[Node]:
    """The terms of a plain sum, which are added up one by one; of anything else the value itself."""
    bare = isinstance(node.op, Pointwise) and all(t.is_Symbol for t in terms_of(node.op.expr))
    if bare and len(node.args) > 1 and all(a.shape == node.shape for a in node.args):
        for arg in node.args:
            yield from _terms(arg)
    else:
        yield node


def _outer(node: Node, out: Writer) -> bool:
    """Whether a value is the outer product of two values of a tick, whose sum over the batch is a matrix product."""
    return isinstance(node.op, Contract) and node.op.spec == "i,j->ij" and not any(map(out.fixed, node.args))


def _added(name: str, term: Node, out: Writer) -> str:
    if _outer(term, out):
        left, right = map(out.operand, term.args)
        return f"{name} += {left}.T @ {right}"
    return f"{name} += {out.operand(term)}" + (" * B" if out.fixed(term) else ".sum(axis=0)")
