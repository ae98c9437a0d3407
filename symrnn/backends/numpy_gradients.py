"""What is summed over time and batch: gradients of parameters, and totals from which the rest of a gradient follows.

Every piece of time adds its share. A gradient is added straight to the rows of its stacked array; a total, and what is
computed from totals once per call, are local variables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from symrnn.backends.numpy_inline import Inline
from symrnn.backends.numpy_names import ARRAY, shape
from symrnn.ir import Leaf, Node
from symrnn.operations import Reduction
from symrnn.phases import CLOSING, STATIC
from symrnn.primitives import Total
from symrnn.storage import stretches

if TYPE_CHECKING:
    from symrnn.backends.numpy_body import Body

ENDING = "ending"  # the space of names of local variables after the loop


@dataclass(frozen=True)
class Goal:
    """Where a sum goes: to rows of a gradient, or to a local variable."""

    text: str
    rows: bool = True

    def added(self, value: str) -> str:
        """The statement that adds the share of a piece of time."""
        return f"{self.text}{'[...]' if self.text.endswith(')') else ''} += {value}"

    def assigned(self, value: str) -> str:
        """The statement that puts a value there."""
        return f"{self.text}{'[...]' if self.rows else ''} = {value}"


def starting(body: Body) -> list[str]:
    """What the sums start from."""
    names = body.views.names
    arrays = [(names(f"d{a.name}", ARRAY), a.name) for a in body.parameters.record.arrays]
    lines = [f'{local} = np.zeros_like(params["{name}"], order="C")' for local, name in arrays]
    for name, node in body.views.direction.step.equations:
        if isinstance(node.op, Total):
            lines.append(f"{names(name, ENDING)} = np.zeros({shape(node.shape, names)}, dtype)")
    return lines


def reduction(body: Body, op: Reduction) -> list[str]:
    """One product or sum for each stretch of lanes."""
    views, lines = body.views, []
    slotted = [k for k, v in enumerate(op.left) if v in views.direction.layout.slots and len(v.shape) == 1]
    for run in _runs(body, op, slotted):
        slots = [views.slot(op.left[k]) for k in run]
        left = body.flat(views.rows(slots).now, body.width(slots))
        lines.append(_summed(body, _goal(body, [op.names[k] for k in run], op.totals), left, op.right))
    for k in (k for k in range(len(op.left)) if k not in slotted):
        node, goal = op.left[k], _goal(body, [op.names[k]], op.totals)
        if op.right is not None:
            lines.append(_summed(body, goal, body.flat_value(node), op.right))
        elif views.per_sample(node):
            lines.append(goal.added(f"np.sum({body.argument(node, False)}, axis=(0, 1))"))
        else:
            lines.append(goal.added(f"steps * B * {body.argument(node, False)}"))
    return lines


def closing(body: Body) -> list[str]:
    """What is computed once per call from totals, and the gradients that consist of it."""
    views, step = body.views, body.views.direction.step
    phase = views.direction.grouping.phase
    known = {n: views.value(n).now for n, p in phase.items() if p == STATIC and not _is_parameter(n)}
    known |= {n: views.names(name, ENDING) for n, name in step.names.items() if isinstance(n.op, Total)}
    inline = Inline(views.names, body.parameters, body.accurate, known)
    inline.static.update(known)
    inline.write([(name, n) for name, n in step.equations if phase[n] == CLOSING], ENDING)
    results = [(name, n) for name, n in step.sums if phase[n] == CLOSING]
    return [*inline.lines, *(_goal(body, [name], False).assigned(inline.operand(node)) for name, node in results)]


def _is_parameter(node: Node) -> bool:
    return isinstance(node.op, Leaf) and node.op.role == "parameter"


def _summed(body: Body, goal: Goal, left: str, right: Node | None) -> str:
    """A sum over the rows of ``left``, or their product with the rows of ``right``."""
    if right is None:
        return goal.added(f"np.sum({left}, axis=0)")
    # Unlike np.dot, np.matmul hands rows that lie apart to BLAS as they are: no copy of some columns of a buffer.
    return goal.added(f"np.matmul({left}.T, {body.flat_value(right)})")


def _goal(body: Body, names: list[str], totals: bool) -> Goal:
    """The place of gradients that lie one after the other, or of a total."""
    if totals:
        return Goal(body.views.names(names[0], ENDING), rows=False)
    block = body.parameters.blocks[names[0][1:]]
    held = body.views.names(f"d{block.array.name}", ARRAY)
    text = body.parameters.run([n[1:] for n in names], held)
    assert text is not None, names
    # A scalar parameter counts as a vector of length 1.
    return Goal(text if block.array.shape else f"{text}.reshape(1)")


def _runs(body: Body, op: Reduction, lanes: list[int]) -> list[list[int]]:
    """Stretches of lanes that are also stretches of rows of one parameter array."""
    runs: list[list[int]] = []
    for run in stretches([tuple(body.views.slot(op.left[k]) for k in lanes)]) if lanes else []:
        buffered = [lanes[k] for k in run]
        split = [[buffered[0]]]
        for k in buffered[1:]:
            together = not op.totals and body.parameters.run([op.names[j][1:] for j in (*split[-1], k)])
            if together and body.views.slot(op.left[k]).buffer.rows:
                split[-1].append(k)
            else:
                split.append([k])
        runs += split
    return runs
