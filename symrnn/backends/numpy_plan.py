"""The schedule as NumPy runs it: the passes in the order that works.

1. ``numpy_halving``: numbers in front of function arguments go into parameters (fast form only).
2. ``numpy_single``: every elementwise value becomes single calls, each made once.
3. ``numpy_batches``: the calls of a tick are put in the order in which the fewest can be made together.
4. ``numpy_lanes``: values get slots, so that what is computed together lies together.
"""

from __future__ import annotations

from dataclasses import replace

from symrnn.backends.numpy_grouping import CallGrouping
from symrnn.backends.numpy_halving import halve
from symrnn.backends.numpy_lanes import LaneLayout
from symrnn.backends.numpy_single import single_calls
from symrnn.ir import Leaf, Node
from symrnn.operations import Bundle, Gathered, Stacked
from symrnn.phases import LOOP
from symrnn.schedule import Direction, Schedule
from symrnn.step import Step


def plan(schedule: Schedule) -> Schedule:
    """The same computation in single calls, grouped and laid out for NumPy."""
    accurate = schedule.program.accurate
    forward = schedule.forward.step if accurate else halve(schedule.forward.step)
    return replace(
        schedule, forward=_direction(forward, accurate), backward=_direction(schedule.backward.step, accurate)
    )


def _direction(step: Step, accurate: bool) -> Direction:
    step = single_calls(step, accurate)
    grouping = CallGrouping(step)
    keep = frozenset(n for _, n in step.outputs)
    return Direction(step, grouping, LaneLayout(grouping, keep, frozenset(in_place(grouping, keep))), keep)


def in_place(grouping: CallGrouping, keep: frozenset[Node]) -> set[tuple[Node, Node]]:
    """Pairs of values where the second may overwrite the first, which nobody else reads.

    What a matrix product leaves is stored row by row, other values of the loop lane by lane. A sum of rows stays in
    rows; the one call that reads it reads across.
    """
    in_rows = {r for o in grouping.operations if isinstance(o, Stacked) for r in o.results}
    gathered = {o.result for o in grouping.operations if isinstance(o, Gathered)}
    pairs = set()
    for operation in (o for o in grouping.operations if isinstance(o, Bundle)):
        columns = [c for c in operation.args if len(c) == len(operation.results)]
        columns.sort(key=lambda c: c[0] not in gathered)
        rows = len(operation.args) > 1 and all(n in in_rows for c in operation.args for n in c)
        stays = rows and _read_across(operation, grouping, keep)
        for k, value in enumerate(operation.results):
            for arg in (column[k] for column in columns):
                phase = grouping.phase[arg]
                dies = grouping.uses[arg] == 1 and arg not in keep and not isinstance(arg.op, Leaf)
                alike = arg.shape == value.shape and phase == grouping.phase[value]
                if dies and alike and (stays or not (arg in in_rows and phase == LOOP)):
                    pairs.add((arg, value))
                    in_rows |= {value} if arg in in_rows else set()
                    break
    return pairs


def _read_across(operation: Bundle, grouping: CallGrouping, keep: frozenset[Node]) -> bool:
    """Whether each result is read by one elementwise call and by nothing else, beside others of these results only."""
    own = set(operation.results)
    handed_on = {c.write for c in grouping.step.carries} | keep
    columns = [c for o in grouping.operations if isinstance(o, Bundle) for c in o.args if own & set(c)]
    read = {n for c in columns for n in c}
    return read == own and not own & handed_on and all(grouping.uses[r] == 1 for r in own)
