"""Schedule to C: one self-contained C99 file and its header, and a ctypes module with the contract of the NumPy module.

The file holds each function in single and in double precision, needs nothing but libm, works for any size at run time,
allocates nothing (the caller passes memory whose size a function returns) and keeps no state between calls. Weights of
products at every tick are packed once per call, products that need no tick order are made for a chunk of ticks, and
all elementwise work of a tick is fused into passes over the components.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import sympy

from symrnn.backends.c_direction import Direction
from symrnn.backends.c_ends import backward_ends, forward_ends, single_ends, slot
from symrnn.backends.c_fields import Fields
from symrnn.backends.c_interface import header_context, module_context
from symrnn.backends.c_library import FLAGS
from symrnn.backends.c_library import load as load
from symrnn.backends.c_operations import AHEAD, BEHIND, ENDING, ONCE, TICK
from symrnn.backends.c_places import FULL, LONG, ZERO, Places
from symrnn.backends.c_runtime import assembled
from symrnn.backends.c_steps import Steps, steps
from symrnn.backends.c_text import Names, extent, factor, folded, number, size
from symrnn.backends.c_whole import whole_functions
from symrnn.backends.c_work import Work
from symrnn.backends.folding import fold, fold_text
from symrnn.backends.numpy_interface import emit_command
from symrnn.backends.numpy_whole import functions_used
from symrnn.record import Record
from symrnn.schedule import Schedule
from symrnn.step import Step

FOLDER = Path(__file__).parent


def emit(schedule: Schedule) -> list[tuple[str, str]]:
    """Paths and texts: the C file, its header, and the ctypes module that loads the library made of it."""
    record = schedule.program.forward.origin
    assert isinstance(record, Record)
    writer = Writer(schedule, record)
    return [
        (f"{record.id}.c", writer.source()),
        (f"{record.id}.h", writer.header()),
        (f"{record.id}.py", writer.module()),
    ]


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class Writer:
    """The three texts of one cell."""

    def __init__(self, schedule: Schedule, record: Record) -> None:
        self.schedule, self.record = schedule, record
        self.fields = Fields(record)
        self.steps = steps(schedule.program)
        names = Names()
        for symbol in record.sizes:
            names(symbol.name, "size")
        self.names = names
        self.forward, self.backward, self.single = self._directions(self.steps)
        numbers = [b.stride for b in self.forward.places.tape if b.rows in (FULL, LONG)]
        self.module_context = module_context(schedule, record, self.fields, sum(numbers, ZERO))

    def _directions(self, found: Steps) -> tuple[Direction, Direction, Direction]:
        """Forward, backward and a step alone, written in this order: the backward direction reads the tape."""
        accurate = self.schedule.program.accurate
        ahead = self._places(found.forward, frozenset(found.kept.values()), forward=True)
        work = Work(found.forward)
        ends = forward_ends(found.forward, work, ahead, self.fields, found.kept.values())
        forward = Direction("forward", work, ahead, ends, accurate)
        forward.write()
        back = self._places(found.backward)
        work = Work(found.backward)
        ends = backward_ends(found.backward, work, back, self.fields, ahead, found.kept)
        backward = Direction("backward", work, back, ends, accurate)
        backward.write()
        alone = self._places(found.single)
        work = Work(found.single, single=True)
        single = Direction("step", work, alone, single_ends(found.single, work, alone, self.fields), accurate)
        single.write()
        return forward, backward, single

    def _places(self, step: Step, kept: Any = frozenset(), forward: bool = False) -> Places:
        rank = {node: k for k, node in enumerate(step.parameters)}
        return Places(self.names, step.names, rank, kept=kept, forward=forward)

    def header(self) -> str:
        """The header."""
        context = header_context(self.record, self.fields)
        return _environment().get_template("c.h.jinja").render(context, comment=self._comment())

    def module(self) -> str:
        """The ctypes module."""
        context = dict(self.module_context)
        context["about"] = [part for line in self._about() for part in fold_text(line)]
        template = _environment().get_template("c.py.jinja")
        text = template.render(**context, functions=[], cell_id=self.record.id, flags=" ".join(FLAGS))
        if functions := functions_used(text):
            text = template.render(**context, functions=functions, cell_id=self.record.id, flags=" ".join(FLAGS))
        return "\n".join(fold(line.rstrip()) for line in text.splitlines()) + "\n"

    def _about(self) -> list[str]:
        """Reference, equations, and how to make the files again."""
        command = emit_command(self.record)
        return [line.replace(command, f"{command} --backend c") for line in self.module_context["about"]]

    def source(self) -> str:
        """The C file."""
        body = _environment().get_template("c.c.jinja").render(self._context())
        functions = "\n".join(whole_functions(body))
        values = [(self.names(n, "constant"), number(sympy.Float(v, 17))) for n, v in self.record.constants]
        constants = "".join(f"#define CONST_{name} {value}\n" for name, value in values)
        body = "\n".join(folded(line.rstrip()) for line in f"{constants}\n{functions}\n{body}".splitlines()) + "\n"
        text = assembled(self.record.id, body, f'#include "{self.record.id}.h"\n')
        return self._comment() + "\n" + re.sub(r"\n{3,}", "\n\n", text)

    def _comment(self) -> str:
        """Title, reference and equations as a comment that they cannot end."""
        lines = [part for line in (self.module_context["title"], "", *self._about()) for part in fold_text(line)]
        return "\n".join(["/*", *(f" * {line}".rstrip() for line in map(_harmless, lines)), " */"])

    def _context(self) -> dict[str, Any]:
        forward, backward, single = self.forward, self.backward, self.single
        memories = [
            ("tape", "What forward leaves for backward.", forward.memory(forward.places.tape), []),
            ("forward", "Buffers of forward.", forward.memory(forward.places.buffers), forward.scratch),
            ("backward", "Buffers of backward.", backward.memory(backward.places.buffers), backward.scratch),
            ("step", "Buffers of step.", single.memory(single.places.buffers), single.scratch),
        ]
        declared = ["T = s->T", "B = s->B", *(f"{self.names(s.name, 'size')} = s->{s}" for s in self.record.sizes)]
        unused = ", ".join(f"(void){d.partition(' ')[0]}" for d in declared)
        outputs = [f"y->{f.name} = {self._output(name)};" for name, f in self.fields.outputs.items()]
        return {
            "cell": self.record.id,
            "sizes": f"const size_t {', '.join(declared)};\n    {unused};",
            "memories": [{"name": n, "about": a, "buffers": b, "scratch": dict.fromkeys(s)} for n, a, b, s in memories],
            "passes": [*forward.passes, *backward.passes, *single.passes],
            "functions": [*forward.functions, *backward.functions, *single.functions],
            "outputs": outputs,
            "forward": self._forward(),
            "backward": self._backward(),
            "step": {"tick": [line for stage in (ONCE, TICK) for line in single.stages[stage]]},
        }

    def _output(self, name: str) -> str:
        place = self.forward.ends.targets["output", name]
        return f"{place.base} + B * {factor(place.stride, self.names)}" if place.later else place.base

    def _forward(self) -> dict[str, list[str]]:
        d, enter, leave = self.forward, [], []
        for name, read, write in d.ends.slots:
            count, field = f"B * {factor(read.stride, self.names)}", self.fields.states[name].name
            enter.append(f"TYPED(w_copy)({count}, start->{field}, {slot(read, '0', d.places)});")
            leave.append(f"TYPED(w_copy)({count}, {slot(write, 'T', d.places)}, last->{field});")
        return {
            "enter": [*d.stages[ONCE], *d.packing, *enter],
            "ahead": d.stages[AHEAD],
            "tick": d.stages[TICK],
            "behind": d.stages[BEHIND],
            "leave": leave,
        }

    def _backward(self) -> dict[str, list[str]]:
        d, leave = self.backward, []
        gradients = [(size(extent(f.shape), self.names), f.name) for f in self.fields.params.values()]
        enter = [f"TYPED(w_zero)({count}, dp->{name});" for count, name in gradients]
        for (kind, _), place in d.ends.targets.items():
            if kind == "total":
                count = next(size(b.stride, self.names) for b in d.places.buffers if f"v.{b.name}" == place.base)
                enter.append(f"TYPED(w_zero)({count}, {place.base});")
        for name, read, write in d.ends.slots:
            count, field = f"B * {factor(read.stride, self.names)}", self.fields.states[name].name
            first, final = slot(read, "T", d.places), slot(write, "0", d.places)
            enter.append(f"if (dlast)\n        TYPED(w_copy)({count}, dlast->{field}, {first});")
            enter.append(f"else\n        TYPED(w_zero)({count}, {first});")
            leave.append(f"TYPED(w_copy)({count}, {final}, dstart->{field});")
        return {
            "enter": [*d.stages[ONCE], *d.packing, *enter],
            "ahead": d.stages[AHEAD],
            "tick": d.stages[TICK],
            "behind": d.stages[BEHIND],
            "leave": [*d.stages[ENDING], *leave],
        }


def _harmless(line: str) -> str:
    """A line that neither ends a comment nor continues it on the next line."""
    return line.replace("*/", "* /").replace("/*", "/ *").rstrip("\\").encode("ascii", "replace").decode()
