"""Schedule to a NumPy module: one file that imports numpy and nothing else.

The module's interface is fixed: ``init, initial_state, workspace, forward, backward, step, jacobian, pack, unpack`` and
the tables ``CELL, INPUTS, STATES, OUTPUTS, CONSTANTS, PARAMS``. Arrays are batch-major: a vector signal is (T, B, n).
The template shows the order of things; what fills it comes from the modules beside this one.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from symrnn.backends.folding import fold, fold_text
from symrnn.backends.numpy_body import Body
from symrnn.backends.numpy_direction import backward_context, drop_unread, forward_context
from symrnn.backends.numpy_interface import interface
from symrnn.backends.numpy_names import Names, Parameters
from symrnn.backends.numpy_once import jacobian_context, step_context
from symrnn.backends.numpy_plan import plan
from symrnn.backends.numpy_views import Views
from symrnn.backends.numpy_whole import functions_used
from symrnn.errors import EmitError
from symrnn.record import Record
from symrnn.schedule import Schedule

TEMPLATE = "numpy.py.jinja"


def emit(schedule: Schedule) -> list[tuple[str, str]]:
    """Path and text of the module for a schedule; derivatives are in the form that its program has."""
    record = schedule.program.forward.origin
    assert isinstance(record, Record)
    context, template = _context(schedule, record), _template()
    text = template.render({**context, "functions": []})
    if functions := functions_used(text):
        text = template.render({**context, "functions": functions})
    tidy = "\n".join(fold(line.rstrip()) for line in text.splitlines()) + "\n"
    check(tidy)
    return [(f"{record.id}.py", tidy)]


@cache
def _template() -> jinja2.Template:
    """The template, compiled once a process."""
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    environment = jinja2.Environment(
        loader=loader, undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=True, trim_blocks=False
    )
    return environment.get_template(TEMPLATE)


def _context(schedule: Schedule, record: Record) -> dict[str, Any]:
    """Everything the template prints."""
    names = Names()
    names.claim(record)
    parameters = Parameters(record, names)
    accurate, planned = schedule.program.accurate, plan(schedule)
    ahead = Body(Views(planned.forward, names, parameters, "w"), accurate)
    back = Body(Views(planned.backward, names, parameters, "v", outer=ahead.views), accurate)
    ahead.write()
    back.write()
    context = interface(planned, record, names, parameters)
    context["forward"] = forward_context(ahead, back, record)
    context["backward"] = backward_context(ahead, back, record)
    drop_unread(context["forward"], context["backward"])
    context["step"] = step_context(schedule, record, names, parameters)
    context["jacobian"] = jacobian_context(schedule, record, names, parameters)
    about = [*context["about"], *_counts(ahead, back, schedule)]
    context["about"] = [part for line in about for part in fold_text(line)]
    return context


def _counts(ahead: Body, back: Body, schedule: Schedule) -> list[str]:
    forward, backward = schedule.flops
    return [
        f"NumPy calls a step: {ahead.calls} forward, {back.calls} backward.",
        f"FLOPs a step and sequence, forward: {forward}.",
        f"FLOPs a step and sequence, backward: {backward}.",
    ]


def check(text: str) -> None:
    """Raise EmitError unless the text is a Python module that imports numpy and nothing else."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.ImportFrom, ast.Global, ast.Nonlocal, ast.AsyncFunctionDef, ast.Await)):
            raise EmitError(f"the emitted module holds a {type(node).__name__}")
        if isinstance(node, ast.Import) and [a.name for a in node.names] != ["numpy"]:
            raise EmitError("the emitted module imports something else than numpy")
        if isinstance(node, ast.Attribute) and node.attr.startswith("__"):
            raise EmitError(f"the emitted module reads {node.attr}")
        if isinstance(node, ast.Name) and node.id in (
            "eval",
            "exec",
            "open",
            "compile",
            "__import__",
            "getattr",
            "setattr",
        ):
            raise EmitError(f"the emitted module names {node.id}")
