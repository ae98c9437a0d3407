"""The two functions with a loop: what they check, copy, bind and return around the statements of their bodies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from symrnn.backends.numpy_body import Body
from symrnn.backends.numpy_gradients import closing, starting
from symrnn.backends.numpy_inline import Inline
from symrnn.backends.numpy_names import ARRAY, NUMBER, STATIC_VALUE, Parameters, comment, shape, size, symbols, words
from symrnn.backends.numpy_states import held_shape, returned, taken
from symrnn.backends.numpy_views import EVERY, PIECE, View, Views
from symrnn.flat import carried
from symrnn.ir import Leaf, Node
from symrnn.phases import STATIC
from symrnn.record import Declaration, Record
from symrnn.simplify import is_parameter
from symrnn.storage import Slot


def arrays_used(body: Iterable[str], parameters: Parameters) -> list[str]:
    """Assignments for the stacked arrays that some lines read."""
    read = words("\n".join(body))
    lines = []
    for array in parameters.record.arrays:
        local = parameters.names(array.name, ARRAY)
        if local in read:
            # A scalar parameter counts as a vector of length 1.
            lines.append(f'{local} = params["{array.name}"]{"" if array.shape else ".reshape(1)"}')
    return lines


def key_of(body: Body) -> str:
    sizes = [body.views.names(s.name, NUMBER) for s in body.parameters.record.sizes]
    return ", ".join(["T", "B", *sizes, "dtype"])


def static_lines(body: Body) -> list[str]:
    """Values that depend on parameters alone, kept with the buffers."""
    direction, views = body.views.direction, body.views
    static = [(n, v) for n, v in direction.step.equations if direction.grouping.phase[v] == STATIC]
    wanted = [(n, v) for n, v in static if not is_parameter(v)]
    known = {n: views.value(n).now for n in direction.step.leaves if not _is_parameter(n)}
    inline = Inline(views.names, body.parameters, body.accurate, known)
    inline.static.update(n for n in known if direction.grouping.phase[n] == STATIC)
    inline.write(wanted, f"{STATIC_VALUE} {views.own}")
    stored = [f"{views.own}.{views.static(v)} = {views.static(v)}" for _, v in wanted]
    return [*inline.lines, *stored]


def _is_parameter(node: Node) -> bool:
    return isinstance(node.op, Leaf) and node.op.role == "parameter"


LONGEST = 98  # of what the head of a loop binds and runs through, so that it fits on a line


def ticks(body: Body, reverse: bool) -> tuple[list[str], str]:
    """The head of the loop and what stands in it, and the statement that builds the views that it runs through."""
    if not body.loop:
        return [], "None"
    names, own = list(body.views.ticks), body.views.own
    bound = ", ".join(names) + ("," if len(names) == 1 else "")
    run = f"{own}.ticks[now][::-1]" if reverse else f"{own}.ticks[now]"
    bound = f"({bound})" if len(names) == 1 or len(bound) + len(run) > LONGEST else bound
    head = f"for {bound} in {run}:" if names else "for _ in range(steps):"
    return [head, *(f"    {line}" for line in body.loop)], f"list(zip({', '.join(body.views.ticks.values())}))"


def context(body: Body, reverse: bool, enter: list[str], leave: list[str], about: list[str]) -> dict[str, Any]:
    """What the template prints of one direction."""
    fixed = [f"{name} = {text}" for name, text in body.views.fixed.items()]
    packed = [f"{name} = {text}" for name, text in body.packed.items()]
    first = [*static_lines(body), *packed, *body.first, *fixed]
    everything = [*first, *body.before, *body.loop, *body.after, *leave]
    loop, build = ticks(body, reverse)
    views = {line: body.views.lane_major(b) for b in body.views.buffers() for line in body.views.lane_view(b)}
    buffers = [line for b in body.views.buffers() for line in (body.views.allocate(b), *body.views.lane_view(b))]
    return {
        "allocate": [*buffers, *body.allocations()],
        "views": views,
        "ticks": build,
        "enter": [*enter, *arrays_used(everything, body.parameters)],
        "first": first,
        "pieces": _paragraphs(body.before, loop, body.after),
        "leave": leave,
        "about": ["", *about],
    }


def drop_unread(*directions: dict[str, Any]) -> None:
    """Leave out the lane-major views that no line of any direction reads."""
    views = {line: name for one in directions for line, name in one["views"].items()}
    parts = [one[part] for one in directions for part in ("allocate", "enter", "first", "pieces", "leave")]
    lines = [line for part in parts for line in part if line not in views]
    read = set(re.findall(r"\b\w+\.\w+", "\n".join([*lines, *(one["ticks"] for one in directions)])))
    for one in directions:
        one["allocate"] = [line for line in one["allocate"] if views.get(line, "") in {"", *read}]


def _paragraphs(*parts: list[str]) -> list[str]:
    """The lines of several parts with an empty line between them."""
    return [line for part in parts if part for line in ("", *part)][1:]


def in_loop(node: Node, *bodies: Body) -> bool:
    """Whether some loop runs through the ticks of an input."""
    names = [b.views.names(node.op.name) for b in bodies if isinstance(node.op, Leaf)]
    return any(name in b.views.ticks for b, name in zip(bodies, names, strict=True))


def signal_shape(declared: Declaration, views: Views, lead: str) -> tuple[str, str]:
    """The shape of a signal with its leading axes, and the same in symbols."""
    extents = [size(e, views.names) for e in declared.shape]
    return f"({lead}, {', '.join(extents)})", symbols((*lead.split(", "), *declared.shape))


def inputs_lines(body: Body, record: Record, given: str, lead: str) -> list[str]:
    """Take the inputs apart and check them; ``lead`` is ``T, B`` for sequences and ``B`` for one tick."""
    names, several = body.views.names, len(record.inputs) > 1
    lines = [f'_named("{given}", {given}, INPUTS)'] if several else []
    checks = []
    for position, d in enumerate(record.inputs):
        local, label = names(d.name), f"{given}['{d.name}']" if several else given
        source = f'{given}["{d.name}"]' if several else given
        extents, signs = signal_shape(d, body.views, lead)
        if position == 0:
            for axis, extent in enumerate(lead.split(", ")):
                lines.append(f'{extent} = _axis("{label}", {source}, {axis}, {signs})')
        checks.append((local == given, f'{local} = _check("{label}", {source}, {extents}, {signs}, dtype)'))
    # An input called like the mapping takes its place, so it comes last.
    return lines + [line for _, line in sorted(checks, key=lambda check: check[0])]


def as_given(body: Body, record: Record) -> str:
    """The checked inputs as the caller gave them: an array, or a mapping where there are several."""
    locals = {d.name: body.views.names(d.name) for d in record.inputs}
    entries = ", ".join(f'"{name}": {local}' for name, local in locals.items())
    return f"{{{entries}}}" if len(locals) > 1 else next(iter(locals.values()))


def forward_context(body: Body, back: Body, record: Record) -> dict[str, Any]:
    """The forward function."""
    views = body.views
    carry_copies(body)
    slots = {c.name: views.slot(c.read) for c in views.direction.step.carries}
    enter = [
        *inputs_lines(body, record, "x", "T, B"),
        "if checkpoint is not None:",
        f"    return _checkpointed(params, {as_given(body, record)}, state, T, B, checkpoint, work)",
        "w = workspace(params, T, B) if work is None else work",
        "if not isinstance(w, Workspace):",
        '    raise TypeError(f"work is {type(w)}; it must be made by workspace of this module")',
        f"if w.key != ({key_of(body)}):",
        '    raise ValueError(f"work was made for {w.key}, this call needs {(' + key_of(body) + ')}")',
        "w.calls += 1",
    ]
    for node, d in zip(views.direction.step.inputs, record.inputs, strict=True):
        local = views.names(d.name)
        if in_loop(node, body, back):
            body.signals.append(f"w.{local} = np.empty({shape(('T', 'B', *d.shape), views.names)}, dtype)")
            enter.append(f"np.copyto(w.{local}, {local})")
        else:
            enter.append(f"w.{local} = {local}")
    enter.append("state = initial_state(params, B) if state is None else state")
    enter += taken(record, views.names, "state", lambda name: views.first(slots[name], "0"))
    last = returned(record, lambda name: f"{views.first(slots[name], 'T')}.copy()")
    leave = [f"return {outputs(body, record.outputs)}, {last}, (w, w.calls)"]
    given = (
        f"a mapping with {signals(record.inputs, 'T, B')}" if len(record.inputs) > 1 else signals(record.inputs, "T, B")
    )
    about = [
        f"x: {given}; state: a mapping with {signals(carried(record), 'B')}, or None for the start.",
        "y and the tape share memory; with work=, both are valid until it is used again.",
        "checkpoint=k keeps the state of every k-th step only, and backward runs forward again in between.",
    ]
    return context(body, False, enter, leave, about)


def signals(declarations: Iterable[Declaration], lead: str) -> str:
    """Names with their shapes, for a docstring."""
    return ", ".join(f"{d.name} {comment((lead, *held_shape(d)))}" for d in declarations)


def outputs(body: Body, names: tuple[str, ...]) -> str:
    """The outputs over all ticks: one array, or a mapping where there are several."""
    found = dict(body.views.direction.step.outputs)
    texts = []
    for name in names:
        node = found[name]
        text = body.views.value(node).all
        if body.views.direction.grouping.phase[node] == STATIC:
            extents = shape(("T", "B", *node.shape), body.views.names)
            text = f"np.broadcast_to({text}, {extents}).copy()"
        elif isinstance(node.op, Leaf):
            text = f"{text}.copy()"
        texts.append((name, text))
    if len(texts) == 1:
        return texts[0][1]
    return "{" + ", ".join(f'"{name}": {text}' for name, text in texts) + "}"


def carry_copies(body: Body) -> None:
    """Carries whose value is not computed in place are copied at the end of the tick, read before any is written.

    One that only remembers an input is filled in one piece before the loop.
    """
    views, step = body.views, body.views.direction.step
    pairs = []
    for carry in step.carries:
        target = views.slot(carry.read)
        if carry in views.direction.layout.shifted:
            if isinstance(carry.write.op, Leaf):
                body.before.insert(0, f"np.copyto({_written(views, carry.name).now}, {views.value(carry.write).now})")
            continue
        handed_on = carry.write is carry.read
        arrives = views.direction.layout.slots.get(carry.write) in (target, _one_earlier(target))
        if step.reverse and (not target.buffer.state if handed_on else arrives):
            continue
        if not step.reverse and views.direction.layout.slots.get(carry.write) == replace(target, previous=False):
            continue
        kept = replace(target, previous=target.buffer.state)
        goal = views.lanes([kept]) if step.reverse else _written(views, carry.name)
        pairs.append((goal, views.value(carry.write), isinstance(carry.write.op, Leaf)))
    for k, (_, source, leaf) in enumerate(pairs):
        if leaf and len(pairs) > 1:
            body.loop.append(f"{views.made(f'held_{k}')} = {views.tick(source)}.copy()")
    for k, (goal, source, leaf) in enumerate(pairs):
        text = views.made(f"held_{k}") if leaf and len(pairs) > 1 else views.tick(source)
        body.loop.append(f"np.copyto({views.tick(goal)}, {text})")


def _one_earlier(slot: Slot) -> Slot:
    """Where a tick writes what the next one, an entry before it in a piece of time, reads in ``slot``."""
    return replace(slot, previous=slot.buffer.piece)


def _written(views: Views, state: str) -> View:
    name = views.names(state)
    return View(name, f"w.{name}", EVERY, part="1:")


def backward_context(ahead: Body, body: Body, record: Record) -> dict[str, Any]:
    """The backward function."""
    views = body.views
    carry_copies(body)
    enter = [
        "if isinstance(tape, Checkpoints):",
        "    return _checkpointed_back(params, tape, dy, dstate, work)",
        "w = _held(tape)",
        "T, B = w.key[:2]",
        f"if w.key != ({key_of(body)}):",
        '    raise ValueError(f"the tape was made for {w.key[2:]}, params has {('
        + key_of(body).removeprefix("T, B, ")
        + ')}")',
        "if work is not None and work is not w:",
        '    raise ValueError("work must be the workspace that forward was given")',
        "v = _adjoint_workspace(w) if work is None or w.adjoint is None else w.adjoint",
        "w.adjoint = v if work is not None else w.adjoint",
        *cotangent_lines(body, record),
    ]
    body.first += starting(body)
    slots = {c.name: views.slot(c.read) for c in views.direction.step.carries}
    arrived = {n: views.first(s, "0" if s.buffer.piece else "T") for n, s in slots.items()}
    handed = [s for s in slots.values() if s.buffer.state and s.buffer.piece]
    body.before[:0] = [f"np.copyto({views.first(s, 'steps')}, {views.first(s, '0')})" for s in handed]
    enter += [f"{text}[...] = 0.0" for text in arrived.values()]
    checks = taken(record, views.names, "dstate", lambda name: f"{arrived[name]}[...]")
    enter += ["if dstate is not None:", *(f"    {line}" for line in checks)]
    result = ", ".join(f'"{a.name}": {views.names(f"d{a.name}", ARRAY)}' for a in record.arrays)
    starts = returned(record, lambda name: f"{views.first(slots[name], '0')}.copy()")
    dx = outputs(body, tuple(n for n, _ in views.direction.step.outputs))
    dx = re.sub(r'"d(\w+)":', r'"\1":', dx)
    leave = [*closing(body), f"return {{{result}}}, {dx}, {starts}"]
    about = [
        "dy: the gradient of y, or None if only the last state matters; dstate: that of the last state, or None.",
        "A tape can be used again; with work=, the results are valid until the next call.",
    ]
    return context(body, True, enter, leave, about)


def cotangent_lines(body: Body, record: Record) -> list[str]:
    """Check the cotangents of the outputs; those of a piece of time are copied, zeros where there are none."""
    views, several = body.views, len(record.outputs) > 1
    lines, copies = [], []
    cotangents = [n for n in views.direction.step.inputs if isinstance(n.op, Leaf) and n.op.role == "cotangent"]
    for name, node in zip(record.outputs, cotangents, strict=True):
        local = views.named(node.op.name) if isinstance(node.op, Leaf) else ""
        rest = ", ".join(size(e, views.names) for e in node.shape)
        view = views.leaf(node)
        body.signals.append(f"v.{local} = np.empty(({'v.piece' if view.time == PIECE else 'T'}, B, {rest}), dtype)")
        signs = symbols(("T", "B", *node.shape))
        source, label = (f'dy["{name}"]', f"dy['{name}']") if several else ("dy", "dy")
        lines.append(f'    _check("{label}", {source}, (T, B, {rest}), {signs}, dtype)')
        copies.append(f"np.copyto({view.now}, 0.0 if dy is None else {source}[now])")
    body.before[:0] = copies
    return ["if dy is not None:", *(['    _named("dy", dy, OUTPUTS)'] if several else []), *lines]
