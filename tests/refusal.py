"""What a class body that is refused is told, and at which of its lines."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import numpy
import pytest

import symrnn.cell
from symrnn import ops
from symrnn.errors import CellError
from symrnn.expr import Expr

DECLARATIONS = (
    "Bias", "Cell", "Constant", "Input", "Matrix", "Output", "Scalar", "Scale", "Size", "State", "Vector", "Weight",
)  # fmt: skip
VOCABULARY: dict[str, Any] = {name: getattr(symrnn.cell, name) for name in DECLARATIONS}
VOCABULARY |= {name: value for name, value in vars(ops).items() if callable(value)}

START = ["x = Input()", "h = State()", "W, U, b = Weight(x), Weight(h), Bias()"]


def refused(body: str, start: list[str] | None = None) -> tuple[str, int]:
    """The message that a body gets, and the line of the body at which it was raised (0: at its end).

    Lines are counted as the author would: the class statement is line 2, the three declarations are lines 3 to 5.
    """
    written = [*(START if start is None else start), *body.split("; ")]
    lines = ["", "class Bad(Cell):", *(f"    {line}" for line in written)]
    code = compile("\n".join(lines), "<cell>", "exec")
    with pytest.raises(CellError) as caught:
        exec(code, {"__name__": "bad", "numpy": numpy, "twice": twice, "nested": nested, **VOCABULARY})
    trace = [frame.lineno for frame in traceback.extract_tb(caught.value.__traceback__) if frame.filename == "<cell>"]
    return str(caught.value), trace[1] if len(trace) > 1 else 0


def twice(value: Expr, times: int) -> Expr:
    """Doubles the expression, not the value, ``times`` times over."""
    for _ in range(times):
        value = value + value
    return value


def nested(value: Expr, times: int, function: Callable[[Expr], Expr]) -> Expr:
    for _ in range(times):
        value = function(value)
    return value
