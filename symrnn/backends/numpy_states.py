"""States at the border of a kernel: users see complex arrays and stacked past values, the loop runs on their parts."""

from __future__ import annotations

from collections.abc import Callable

import sympy

from symrnn.backends.numpy_names import Names, Parameters, shape, symbols
from symrnn.flat import Place, carried, places
from symrnn.ir import Shape
from symrnn.record import Declaration, Record

COMPLEX = "np.result_type(dtype, np.complex64)"
Text = Callable[[str], str]


def held_shape(d: Declaration) -> Shape:
    """The shape of a state as users hold it: past values have an axis of their own in front."""
    return d.shape if d.copies is None else (sympy.Integer(d.copies), *d.shape)


def dtype_of(complex: bool) -> str:
    """The dtype of an array of a kernel whose real arrays have ``dtype``."""
    return COMPLEX if complex else "dtype"


def parts_of(record: Record, name: str) -> list[tuple[str, Place]]:
    """The flat names of a state with the part of its array that each is."""
    return [(flat, place) for flat, place in places(record).items() if place.name == name]


def taken(record: Record, names: Names, what: str, target: Text) -> list[str]:
    """Check a mapping of states, and put the parts of each where ``target`` says for a flat name."""
    lines = [f'_named("{what}", {what}, STATES)']
    for d in carried(record):
        extents, signs = shape(("B", *held_shape(d)), names), symbols(("B", *held_shape(d)))
        label = f"{what}['{d.name}']"
        value = f'_check("{label}", {what}["{d.name}"], {extents}, {signs}, {dtype_of(d.complex)})'
        parts = parts_of(record, d.name)
        if parts == [(d.name, Place(d.name))]:
            lines.append(f"{target(d.name)} = {value}")
            continue
        given = names(d.name, f"given {what}")
        lines.append(f"{given} = {value}")
        lines += [f"{target(flat)} = {_view(given, place)}" for flat, place in parts]
    return lines


def _view(held: str, place: Place) -> str:
    index = "" if place.index is None else f"[:, {place.index}]"
    return f"{held}{index}" + {"re": ".real", "im": ".imag", None: ""}[place.part]


def returned(record: Record, text: Text) -> str:
    """A mapping of states from the texts of their parts, each a fresh array of one batch."""
    entries = []
    for d in carried(record):
        parts = [text(flat) for flat, _ in parts_of(record, d.name)]
        if d.complex:
            parts = [f"{real} + 1j * {imag}" for real, imag in zip(parts[::2], parts[1::2], strict=True)]
        value = parts[0] if d.copies is None else f"np.stack([{', '.join(parts)}], axis=1)"
        entries.append(f'"{d.name}": {value}')
    return "{" + ", ".join(entries) + "}"


def initial(record: Record, names: Names) -> list[str]:
    """The declared start of every state; past inputs are 0."""
    inputs = {d.name for d in record.inputs}
    lines = []
    for d in carried(record):
        extents, dtype = shape(("B", *held_shape(d)), names), dtype_of(d.complex)
        start = 0.0 if d.name.removesuffix("_past") in inputs else d.start
        maker = f"np.zeros({extents}, {dtype})" if start == 0 else f"np.full({extents}, {float(start)!r}, {dtype})"
        lines.append(f'"{d.name}": {maker},')
    return lines


def array_dtype(parameters: Parameters, array: str) -> str:
    """The dtype of a stacked array."""
    return dtype_of(array in parameters.complex)
