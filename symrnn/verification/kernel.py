"""An emitted module as the checks see it: values in and gradients out, by flat name.

Arrays are made and taken apart from the record (``arrays``), not by the module's own ``pack`` and ``unpack``, which
are themselves under test.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from symrnn.errors import SymrnnError
from symrnn.record import Record
from symrnn.verification.arrays import Arrays, Malformed
from symrnn.verification.samples import Sample, last

Array = Any

# What running somebody's kernel can raise. A check that meets one of these reports it; it never passes over it.
KERNEL_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BufferError,
    ImportError,
    LookupError,
    MemoryError,
    NameError,
    OSError,
    RuntimeError,
    SymrnnError,
    TypeError,
    ValueError,
)


class Kernel:
    """A module that obeys the contract of emitted kernels, for the cell of ``record``; ``form`` names it in reports."""

    def __init__(self, module: ModuleType, record: Record, form: str) -> None:
        self.module, self.record, self.form = module, record, form
        self.arrays = Arrays(record)

    def arguments(self, sample: Sample, dtype: Any = np.float64) -> tuple[Any, Any, dict[str, Array]]:
        """``params, x, state`` as the module takes them."""
        params = self.arrays.stacked(_cast(sample.parameters, dtype))
        return params, _alone(_cast(sample.inputs, dtype)), self.arrays.states(_cast(sample.states, dtype))

    def cotangents(self, sample: Sample, dtype: Any = np.float64) -> tuple[Any, dict[str, Array] | None]:
        """``dy, dstate`` as the module takes them."""
        dy = _alone(_cast(sample.outputs, dtype))
        return dy, None if sample.finals is None else self.arrays.states(_cast(sample.finals, dtype))

    def outputs(self, y: Any, state: Mapping[str, Array]) -> dict[str, Array]:
        """Outputs and final states by name: ``h`` and ``h[T]``. Raises Malformed."""
        table = {self.record.outputs[0]: y} if len(self.record.outputs) == 1 else dict(y)
        return table | {last(n): v for n, v in self.arrays.held_apart(state, lambda name: f"final {name}").items()}

    def forward(self, sample: Sample, dtype: Any = np.float64) -> dict[str, Array]:
        """Outputs and final states of the module's own forward."""
        y, state, _ = self.module.forward(*self.arguments(sample, dtype))
        return self.outputs(y, state)

    def forwards(self, sample: Sample, name: str, values: Array) -> Iterator[dict[str, Array]]:
        """The same for every row of ``values`` in place of the parameter ``name``, one after the other."""
        params, x, state = self.arguments(sample)
        array = self.arrays.stack_of(name)
        for value in values:
            moved = params | {array: self.arrays.stack(array, sample.parameters | {name: value})}
            y, final, _ = self.module.forward(moved, x, state)
            yield self.outputs(y, final)

    def gradients(self, sample: Sample, dtype: Any = np.float64) -> dict[str, Array]:
        """The module's gradients by name (``dW_i``, ``dx``, ``dh0``). Raises Malformed."""
        params, x, state = self.arguments(sample, dtype)
        _, _, tape = self.module.forward(params, x, state)
        return self.named(sample, *self.module.backward(params, tape, *self.cotangents(sample, dtype)))

    def named(self, sample: Sample, dparams: Any, dx: Any, dstate: Any) -> dict[str, Array]:
        """What ``backward`` returned, by flat name. Raises Malformed."""
        inputs = [d.name for d in self.record.inputs]
        dx = {inputs[0]: dx} if len(inputs) == 1 else dict(dx)
        table = {f"d{n}": v for n, v in self.arrays.split(dparams, sample.numbers).items()}
        table |= {f"d{n}": v for n, v in dx.items()}
        parts = self.arrays.held_apart(dict(dstate), lambda name: f"d{name}0")
        table |= {sample.starts[n]: v for n, v in parts.items()}
        for name, value in sample.variables.items():
            if name not in table:
                raise Malformed(f"backward returns no {name}")
            if np.shape(table[name]) != value.shape:
                raise Malformed(f"{name} has shape {np.shape(table[name])}, its variable has {value.shape}")
        return table

    def hashes(self) -> dict[str, str]:
        """sha256 of the source text of the module and of its two passes; ``unknown`` where no text is at hand."""
        text = source(self.module)
        parts = {"module": text} | {name: _function(text, name) for name in ("forward", "backward")}
        return {name: digest(part) if part else "unknown" for name, part in parts.items()}


def _cast(table: Mapping[str, Array], dtype: Any) -> dict[str, Array]:
    return {n: v.astype(dtype) for n, v in table.items()}


def _alone(table: dict[str, Array]) -> Any:
    """The only value of a table, or the table: a cell with one input takes and returns bare arrays."""
    return next(iter(table.values())) if len(table) == 1 else table


def source(module: ModuleType) -> str:
    """The text of a module: what it says of itself (``__source__``), else its file; empty where there is neither."""
    text = getattr(module, "__source__", None)
    if isinstance(text, str):
        return text
    file = getattr(module, "__file__", None)
    return Path(file).read_text(encoding="utf-8") if file and Path(file).is_file() else ""


def _function(text: str, name: str) -> str:
    """The text of one function of a module."""
    for node in ast.parse(text).body if text else ():
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return "\n".join(text.split("\n")[node.lineno - 1 : node.end_lineno])
    return ""


def callable_source(function: Any) -> str:
    """The text of a function if it can be found."""
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        return ""


def digest(text: str) -> str:
    """sha256 of a text, line ends as ``\\n``."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()


def canonical(record: Record) -> str:
    """A cell as text that depends on nothing but its meaning: roles, shapes, constants, stacks and equation trees."""
    lines = [f"{d.role} {d.name} {_shape(d.shape)} {d.domain} {d.start!r}" for d in (*record.inputs, *record.states)]
    lines += [f"parameter {d.name} {_shape(d.shape)} {d.kind} {d.domain}" for d in record.params]
    lines += [f"complex {d.name}" for d in (*record.states, *record.params) if d.complex]
    lines += [f"copies {d.name} {d.copies}" for d in record.params if d.copies is not None]
    lines += [f"constant {n} {v!r}" for n, v in record.constants] + [f"size {s}" for s in record.sizes]
    lines += [f"array {a.name} {_shape(a.shape)} {' '.join(a.blocks)}" for a in record.arrays]
    lines += [f"equation {e.name} {_shape(e.shape)} {e.tree!r}" for e in record.equations]
    return "\n".join([*lines, "outputs " + " ".join(record.outputs)])


def _shape(shape: tuple[Any, ...]) -> str:
    return "(" + ",".join(map(str, shape)) + ")"
