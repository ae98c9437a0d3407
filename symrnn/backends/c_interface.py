"""What the ctypes module says of its cell: the tables of the NumPy module, and the fields of the structs."""

from __future__ import annotations

from typing import Any

import sympy

from symrnn.backends.c_fields import Field, Fields
from symrnn.backends.numpy_interface import interface
from symrnn.backends.numpy_names import Names, Parameters, quoted, shape, size
from symrnn.backends.numpy_once import jacobian_context
from symrnn.backends.numpy_states import held_shape
from symrnn.flat import carried, places
from symrnn.record import Record, Shape
from symrnn.schedule import Schedule

# Names of the module's own that no local variable may take.
OWN = {"ctypes", "Path"}
PARTS = {"re": "real", "im": "imag", None: None}


def module_context(plan: Schedule, record: Record, fields: Fields, numbers: sympy.Expr) -> dict[str, Any]:
    """Everything that the template of the module prints."""
    names = Names()
    names.taken.update(OWN)
    names.claim(record)
    parameters = Parameters(record, names)
    context = interface(plan, record, names, parameters)
    context["jacobian"] = jacobian_context(plan, record, names, parameters)
    context["bare_sizes"] = context["sizes"].removesuffix("dtype").removesuffix(", ")
    context["sizes"] += "" if context["bare_sizes"] else ","  # a tuple, however many there are
    context["tables"] = _tables(record, fields, names) | {"numbers": size(numbers, names)}
    return context


def _tables(record: Record, fields: Fields, names: Names) -> dict[str, str]:
    """The tables as Python writes them."""
    found, states = places(record), carried(record)

    def shapes(items: list[tuple[str, Shape]]) -> str:
        return "{" + ", ".join(f"{quoted(n)}: {shape(s, names)}" for n, s in items) + "}"

    split = [(field.name, found[n].name, found[n].index, PARTS[found[n].part]) for n, field in fields.states.items()]
    params = [(field.name, *_array(n)) for n, field in fields.params.items()]
    return {
        "params": _table(params),
        "inputs": _table([(field.name, n) for n, field in fields.inputs.items()]),
        "states": _table(split),
        "outputs": _table([(field.name, n) for n, field in fields.outputs.items()]),
        "complex": quoted(tuple(d.name for d in states if d.complex)),
        "stacked": quoted(tuple(d.name for d in states if d.copies is not None)),
        "input_shapes": shapes([(d.name, d.shape) for d in record.inputs]),
        "state_shapes": shapes([(d.name, held_shape(d)) for d in states]),
        "output_shapes": shapes([(n, record.shape_of(n)) for n in record.outputs]),
    }


def _array(name: str) -> tuple[str, str | None]:
    """The stacked array that a field is part of, and which part."""
    held, dot, part = name.partition(".")
    return held, PARTS[part] if dot else None


def _table(rows: list[tuple[Any, ...]]) -> str:
    return "(" + ", ".join(quoted(row) for row in rows) + ("," if len(rows) == 1 else "") + ")"


def header_context(record: Record, fields: Fields) -> dict[str, Any]:
    """What the header prints: a struct for parameters, inputs, states and outputs, each with shape comments."""
    cell = record.id

    def struct(name: str, about: str, held: dict[str, Field], lead: str) -> dict[str, Any]:
        rows = [{"name": f.name, "shape": _comment(lead, f.shape)} for f in held.values()]
        return {"name": name, "about": about, "fields": rows}

    return {
        "cell": cell,
        "guard": f"SYMRNN_{cell.upper()}_H",
        "sizes": [str(s) for s in record.sizes],
        "structs": [
            struct("params", "Parameters, or their gradients.", fields.params, ""),
            struct("inputs", "Inputs, or their gradients; of one tick without T.", fields.inputs, "T, B, "),
            struct("state", "A state, or its gradient.", fields.states, "B, "),
            struct("outputs", "Outputs, or their gradients; of one tick without T.", fields.outputs, "T, B, "),
        ],
    }


def _comment(lead: str, extents: Shape) -> str:
    return f"({lead}{', '.join(map(str, extents))})" if extents or lead else "one number"
