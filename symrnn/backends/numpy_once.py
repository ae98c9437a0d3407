"""The functions that run once a call: a single tick, and the Jacobian of a tick by its tangents.

For the Jacobian each state is moved along every one of its components at once: tangents have a leading axis D of
directions, (D, B, n), and matrix products and factors broadcast over it.
"""

from __future__ import annotations

from typing import Any

from symrnn.backends.numpy_body import Body
from symrnn.backends.numpy_direction import arrays_used, inputs_lines
from symrnn.backends.numpy_inline import Inline
from symrnn.backends.numpy_names import TANGENT, VALUE, Names, Parameters, size, words
from symrnn.backends.numpy_states import returned, taken
from symrnn.backends.numpy_views import Views
from symrnn.ir import Leaf, Node, leaf, topological
from symrnn.record import Record
from symrnn.schedule import Schedule, extent
from symrnn.step import Step, name_by_reader
from symrnn.tangent import tangents


def _opening(schedule: Schedule, record: Record, names: Names, parameters: Parameters) -> tuple[list[str], Inline]:
    """Check the arguments of a single tick; the values known so far are the leaves."""
    body = Body(Views(schedule.forward, names, parameters, "w"), schedule.program.accurate)
    lines = inputs_lines(body, record, "x_t", "B")
    lines += taken(record, names, "state", lambda name: names(f"{name}[t-1]"))
    step = schedule.program.forward
    known = {n: names(_leaf_name(n)) for n in step.leaves if _role(n) != "parameter"}
    return lines, Inline(names, parameters, schedule.program.accurate, known)


def _role(node: Node) -> str:
    return node.op.role if isinstance(node.op, Leaf) else ""


def _leaf_name(node: Node) -> str:
    return node.op.name if isinstance(node.op, Leaf) else ""


def _needed(step: Step, roots: list[Node]) -> list[tuple[str, Node]]:
    live = set(topological(roots))
    return [(n, v) for n, v in step.equations if v in live]


def step_context(schedule: Schedule, record: Record, names: Names, parameters: Parameters) -> dict[str, Any]:
    """The body and result of ``step``."""
    lines, inline = _opening(schedule, record, names, parameters)
    step = schedule.program.forward
    inline.write(_needed(step, list(step.roots)))
    writes = {c.name: c.write for c in step.carries}
    state = returned(record, lambda name: _fresh(inline, writes[name]))
    results = [(n, _fresh(inline, v)) for n, v in step.outputs]
    y = results[0][1] if len(results) == 1 else "{" + ", ".join(f'"{n}": {t}' for n, t in results) + "}"
    result = f"{y}, {state}"
    body = [*lines, *arrays_used([*inline.lines, result], parameters), *inline.lines]
    return {"body": used(body, result), "result": result}


def used(lines: list[str], result: str) -> list[str]:
    """Statements without assignments that nothing reads; an argument is checked all the same."""
    kept: list[str] = []
    read = words(result)
    for line in reversed(lines):
        name, sign, value = line.partition(" = ")
        if sign and name.isidentifier() and name not in read:
            if not value.startswith("_check("):
                continue
            line = value
        kept.append(line)
        read |= words(line)
    return kept[::-1]


def _fresh(inline: Inline, node: Node) -> str:
    """A value as a result: an array passed in is copied, a value without a batch is repeated."""
    text = inline.operand(node)
    if inline._is_static(node):
        extents = ", ".join(["B", *(size(e, inline.names) for e in node.shape)])
        return f"np.broadcast_to({text}, ({extents})).copy()"
    return f"{text}.copy()" if isinstance(node.op, Leaf) else text


def jacobian_context(schedule: Schedule, record: Record, names: Names, parameters: Parameters) -> dict[str, Any]:
    """The body and result of ``jacobian``."""
    lines, inline = _opening(schedule, record, names, parameters)
    step = schedule.program.forward
    moved, setup = {}, []
    for c in step.carries:
        seed = leaf(f"e_{c.name}", "tangent", c.read.shape)
        local, count = names(f"e_{c.name}", TANGENT), size(extent(c.read.shape), names)
        extents = ", ".join([count, "1", *(size(e, names) for e in c.read.shape)])
        setup.append(f"{local} = np.eye({count}, dtype=dtype).reshape({extents})")
        inline.known[seed] = local
        moved[c.name] = tangents(step, {c.read: seed}, accurate=schedule.program.accurate)
    roots = [moved[s.name][c.write] for c in step.carries for s in step.carries if c.write in moved[s.name]]
    order = [n for n in topological(roots) if not isinstance(n.op, Leaf)]
    table = dict(step.names)
    for name, tangent in moved.items():
        for node, value in tangent.items():
            table.setdefault(value, f"{step.names[node]}_by_{name}")
    name_by_reader(order, table, "k", set(table.values()))
    own = set(step.names)
    for node in order:
        inline.write([(table[node], node)], VALUE if node in own else TANGENT)
    pairs = [(c, s) for c in step.carries for s in step.carries]
    entries = [
        f'("{c.name}", "{s.name}"): {_block(inline, moved[s.name].get(c.write), c.write, s.read)},' for c, s in pairs
    ]
    body = [*lines, *setup, *arrays_used(inline.lines, parameters), *inline.lines]
    return {"body": used(body, "\n".join(entries)), "entries": entries}


def _block(inline: Inline, tangent: Node | None, of: Node, wrt: Node) -> str:
    """One block as (B, size of, size wrt), from a tangent of shape (D, B, …)."""
    rows, columns = size(extent(of.shape), inline.names), size(extent(wrt.shape), inline.names)
    if tangent is None:
        return f"np.zeros((B, {rows}, {columns}), dtype)"
    return f"_block({inline.operand(tangent)}, B, {rows}, {columns})"
