"""What the passes of the NumPy backend make of a loop, one after the other, as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from symrnn.backends.numpy_halving import halve
from symrnn.backends.numpy_plan import plan
from symrnn.backends.numpy_single import single_calls
from symrnn.phases import LOOP, phases
from symrnn.schedule import Direction, Schedule, describe
from symrnn.step import Step, show
from symrnn.storage import Buffer

Lines = tuple[str, ...]


@dataclass(frozen=True)
class Pass:
    """A pass, what it does in one sentence, and what a tick, or its memory, is after it."""

    name: str
    about: str
    lines: Lines


def passes(schedule: Schedule) -> dict[str, tuple[Pass, ...]]:
    """The passes over both directions, in their order."""
    planned = plan(schedule)
    return {
        "forward": tuple(_passes(schedule.forward, planned.forward, schedule.program.accurate)),
        "backward": tuple(_passes(schedule.backward, planned.backward, schedule.program.accurate)),
    }


def _passes(before: Direction, after: Direction, accurate: bool) -> Iterator[Pass]:
    yield Pass("schedule", "one line for a product or a value", _operations(before))
    step = before.step
    if not accurate and not step.reverse:
        step = halve(step)
        yield Pass("halving", "numbers in front of the arguments of functions go into parameters", _values(step))
    single = _values(single_calls(step, accurate))
    yield Pass("single", "every value is one call of values that are one call each", single)
    about = "calls of one function are made together, in the order that takes the fewest"
    yield Pass("batches", about, _operations(after))
    yield Pass("lanes", "what is computed together lies together", tuple(_buffers(after)))


def _operations(direction: Direction) -> Lines:
    return tuple("; ".join(describe(operation, direction)) for operation in direction.phase(LOOP))


def _values(step: Step) -> Lines:
    when = phases(step)
    return tuple(f"{name} = {show(node, step.names)}" for name, node in step.equations if when[node] == LOOP)


def _buffers(direction: Direction) -> Iterator[str]:
    """Every array with its lanes in their order; of several values that a lane holds in turn, the last."""
    names, slots = direction.step.names, direction.layout.slots
    computed = {n: slots[n] for _, n in direction.step.equations if n in slots}
    held: dict[Buffer, dict[int, str]] = {}
    for node, slot in ({n: s for n, s in slots.items() if n not in computed} | computed).items():
        held.setdefault(slot.buffer, {})[slot.lane] = names[node]
    for buffer, lanes in held.items():
        time = "a tick of a piece" if buffer.piece else "every tick" if buffer.kept else "one tick"
        way = f", {'side by side' if buffer.rows else 'one after the other'}" if buffer.lanes > 1 else ""
        yield f"{time}{way}: {', '.join(name for _, name in sorted(lanes.items()))}"


def passes_text(schedule: Schedule) -> str:
    """All passes with what they change; one that changes nothing says so."""
    lines = ["passes of the NumPy kernel"]
    for direction, found in passes(schedule).items():
        lines.append(f"{direction}:")
        known: Lines = ()
        for one in found:
            lines.append(f"  {one.name}: {one.about}")
            lines += ["    as before"] if one.lines == known else [f"    {line}" for line in one.lines]
            known = one.lines
    return "\n".join(lines) + "\n"
