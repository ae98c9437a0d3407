"""Primitives that are no scalar expression, as NumPy expressions of operands that may have leading axes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from symrnn.backends.numpy_names import Names, shape, size
from symrnn.ir import SCALAR, Broadcast, Contract, Node
from symrnn.primitives import Concat, CumSum, Expm, ExpmDerivative, LogSumExp, Reshape, Slice, Softmax, Solve

FUNCTIONS = Path(__file__).with_name("numpy_functions.py")
Row = Callable[[Any, Sequence[str], Sequence[Node], Names], str]


def whole_text(node: Node, operands: Sequence[str], names: Names) -> str:
    """The value of a function of whole values."""
    return _ROWS[type(node.op)](node.op, operands, node.args, names)


def repeated(node: Node, operand: str) -> str:
    """The operand of a repetition with an axis of length 1 wherever it is repeated."""
    assert isinstance(node.op, Broadcast)
    if len(node.shape) == 1:
        return operand
    if node.args[0].shape == SCALAR and not node.op.axes:
        return f"{operand}[..., None]"
    return f"{operand}[..., None]" if node.op.axes == (0,) else f"{operand}[..., None, :]"


def einsum_text(node: Node, operands: Sequence[str], leading: Sequence[bool], names: Names) -> str:
    """An Einstein sum; ``leading`` says which operands have leading axes."""
    assert isinstance(node.op, Contract)
    words, output = node.op.spec.split("->")
    if len(set(output)) < len(output):
        return f"{operands[0]}[..., None] * np.eye({size(node.shape[0], names)}, dtype=dtype)"
    letters = words.split(",")
    parts = [("..." if lead else "") + word for word, lead in zip(letters, leading, strict=True)]
    values = [text if word else f"{text}[..., 0]" for text, word in zip(operands, letters, strict=True)]
    value = f'np.einsum("{",".join(parts)}->{"..." if any(leading) else ""}{output}", {", ".join(values)})'
    return value if output else f"{value}[..., None]"


def functions_used(text: str) -> list[str]:
    """The texts of the functions that a module calls, directly or through one another."""
    texts = _functions()
    called = {name for name in texts if f"{name}(" in text}
    called |= {name for name in texts if any(f"{name}(" in texts[other] for other in called if other != name)}
    return [texts[name] for name in texts if name in called]


@cache
def _functions() -> dict[str, str]:
    text = FUNCTIONS.read_text(encoding="utf-8")
    lines = text.splitlines()
    found = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    return {node.name: "\n".join(lines[node.lineno - 1 : node.end_lineno]) for node in found}


def _softmax(op: Softmax, operands: Sequence[str], args: Sequence[Node], names: Names) -> str:
    return f"_softmax({operands[0]}, {op.axis - len(args[0].shape)})"


def _logsumexp(op: LogSumExp, operands: Sequence[str], args: Sequence[Node], names: Names) -> str:
    rank = len(args[0].shape)
    return f"_logsumexp({operands[0]}, {op.axis - rank}, {rank == 1})"


def _cumsum(op: CumSum, operands: Sequence[str], args: Sequence[Node], names: Names) -> str:
    axis = op.axis - len(args[0].shape)
    if not op.reverse:
        return f"np.cumsum({operands[0]}, axis={axis})"
    flip = "[..., ::-1]" if axis == -1 else "[..., ::-1, :]"
    return f"np.cumsum({operands[0]}{flip}, axis={axis}){flip}"


def _concat(op: Concat, operands: Sequence[str], args: Sequence[Node], names: Names) -> str:
    return f"_concat({', '.join(operands)})"


def _slice(op: Slice, operands: Sequence[str], args: Sequence[Node], names: Names) -> str:
    start = "" if op.start == 0 else size(op.start, names)
    stop = "" if op.stop == args[0].shape[0] else size(op.stop, names)
    return f"{operands[0]}[..., {start}:{stop}]"


def _reshape(op: Reshape, operands: Sequence[str], args: Sequence[Node], names: Names) -> str:
    return f"{operands[0]}.reshape({operands[0]}.shape[:-{len(args[0].shape)}] + {shape(op.shape, names)})"


def _solve(op: Solve, operands: Sequence[str], args: Sequence[Node], names: Names) -> str:
    matrix, right = operands
    if len(args[1].shape) == 2:
        return f"np.linalg.solve({matrix}, {right})"
    return f"np.linalg.solve({matrix}, {right}[..., None])[..., 0]"


def _expm(op: Expm, operands: Sequence[str], args: Sequence[Node], names: Names) -> str:
    return f"_expm({operands[0]})"


def _expm_derivative(op: ExpmDerivative, operands: Sequence[str], args: Sequence[Node], names: Names) -> str:
    return f"_expm_derivative({', '.join(operands)})"


_ROWS: dict[type, Row] = {
    Softmax: _softmax,
    LogSumExp: _logsumexp,
    CumSum: _cumsum,
    Concat: _concat,
    Slice: _slice,
    Reshape: _reshape,
    Solve: _solve,
    Expm: _expm,
    ExpmDerivative: _expm_derivative,
}
