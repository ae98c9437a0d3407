"""The SymPy views of a Jacobian: against SymPy's own differentiation of the cell's equations, and against numbers."""

from __future__ import annotations

import functools
import re
from typing import Any

import numpy as np
import pytest
import sympy
from jacobian_cells import FastWeights, Leaky, ScalarGate, deep
from jacobian_oracle import length, numbers, sample
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.slice import MatrixSlice

from symrnn.cell import Cell
from symrnn.derivation import derive
from symrnn.errors import UsageError
from symrnn.interpret import interpret
from symrnn.jacobian_naming import Naming
from symrnn.ops.elementwise import Head
from symrnn.step import Step
from symrnn.sympy_view import EntrywiseFunction
from symrnn.zoo import LSTM, zoo

OWN = {c.name: c for c in (ScalarGate, FastWeights, Leaky)} | {"Deep": deep(3)}
# What SymPy differentiates in a moment: the plain cells, complex values, copies, delays, and most whole values.
EXPLICIT = (
    "elman", "lstm", "gru_v3", "lstm_peephole", "hard_lstm", "mgu", "lru", "taugru", "deltanet", "on_lstm", "mesa",
    "hippo_legs", "cfc", "linear_attention", "rwkv7", "clockwork_rnn", "urnn_note",
)  # fmt: skip
SHALLOW = {**{id: zoo[id] for id in EXPLICIT}, **{name: cell for name, cell in OWN.items() if name != "Deep"}}
# Vectors all the way, of which SymPy has matrix expressions of symbolic size.
SYMBOLIC = {
    **{
        id: zoo[id] for id in ("elman", "lstm", "gru_v3", "hard_lstm", "mgu", "cfc", "scornn", "janet", "lru", "taugru")
    },
    **{name: cell for name, cell in OWN.items() if cell is not FastWeights},
}


def small(cell: type[Cell]) -> dict[str, int]:
    """Sizes of 2, but one input."""
    return {str(size): 1 if str(size) == "n_x" else 2 for size in cell.sizes}


def at_random(expressions: Any, known: dict[Any, Any]) -> Any:
    """Entries of a matrix in numbers; symbols get theirs by name, the same in every call."""
    symbols = sorted(expressions.free_symbols - known.keys(), key=str)
    draw = {s: sympy.Float(np.random.default_rng(sum(s.name.encode()) * 7919 + len(s.name)).normal()) for s in symbols}
    return np.array(expressions.xreplace({**draw, **known}).evalf().tolist(), dtype=float)


@pytest.mark.parametrize("cell", SHALLOW.values(), ids=SHALLOW.keys())
def test_the_explicit_view_is_what_sympy_differentiates(cell: type[Cell]) -> None:
    sizes = small(cell)
    values: dict[Any, Any] = {}  # every computed entry in terms of leaves
    for equation in cell.sympy(**sizes):
        right = equation.rhs.xreplace(values)
        for left, value in zip(equation.lhs, right, strict=True):
            values |= (
                {left: value} if left.is_Symbol else dict(zip(left.as_real_imag(), value.as_real_imag(), strict=True))
            )
    known = {symbol: sympy.Float(at_random(sympy.Matrix([value]), {})[0, 0]) for symbol, value in values.items()}
    derivation = derive(cell)
    for of in derivation.forward.carries:
        for wrt in derivation.forward.carries:
            if "_past[" in of.name:
                continue  # the cell itself has no equation for what is kept for a delay
            ours = derivation.jacobian(of.name, wrt.name).sympy(**sizes)
            rows = entries(of.name, 0, list(values), ours.shape[0])
            read = {s for value in values.values() for s in value.free_symbols}
            columns = entries(wrt.name, 1, sorted(read, key=str), ours.shape[1])
            reference = sympy.Matrix([[values[r].diff(c) for c in columns] for r in rows])
            np.testing.assert_allclose(at_random(ours, known), at_random(reference, {}), rtol=1e-9, atol=1e-12)


def test_the_explicit_view_puts_definitions_in() -> None:
    # Too deep for SymPy to differentiate; the definitions are known to be right in numbers.
    block = derive(deep(3)).jacobian("h", "h")
    assert block.definitions
    values = sample(block.step)
    known = interpret(block.step, values, numbers(block.step)) | values
    ours = block.sympy(n_h=3, n_x=2)
    swap = {}
    for symbol in ours.free_symbols:
        plain = symbol.name.replace("_{t-1}", "[t-1]").replace("_t_", "@_")
        label, *place = re.fullmatch(r"(.*?)((?:_\d)+)", plain).groups()
        index = tuple(int(k) for k in place[0].split("_")[1:])
        name = label.removesuffix("@") if label.endswith(("@", "]")) else label
        swap[symbol] = sympy.Float(known[name][index if name[0] in "RWb" else (0, *index)])
    result = np.array(ours.xreplace(swap).evalf().tolist(), dtype=float)
    np.testing.assert_allclose(result, block.evaluate(values)[0], rtol=1e-12, atol=1e-13)


def entries(name: str, lag: int, symbols: list[Any], count: int) -> list[Any]:
    """The symbols of a state's entries, by rows; one that nothing reads is made up."""
    whole, _, part = name.partition(".")
    if match := re.fullmatch(r"(\w+)_past\[(\d+)\]", whole):
        whole, lag = match[1], lag + int(match[2]) + 1
    label = f"{whole}_{{t-{lag}}}" if lag else f"{whole}_t"
    found = [s for s in symbols if re.fullmatch(rf"{re.escape(label)}(_\d+)+{f'_{part}' if part else ''}", s.name)]
    return found if len(found) == count else [sympy.Symbol(f"{label}_{k}", real=True) for k in range(count)]


@pytest.mark.parametrize("cell", SYMBOLIC.values(), ids=SYMBOLIC.keys())
@pytest.mark.parametrize("accurate", [False, True], ids=["fast", "accurate"])
def test_the_symbolic_view_has_the_values_of_the_block(cell: type[Cell], accurate: bool) -> None:
    derivation = derive(cell, accurate=accurate)
    step = derivation.forward
    values = sample(step)
    for of in step.carries:
        for wrt in step.carries:
            block = derivation.jacobian(of.name, wrt.name)
            ours = block.sympy()
            assert ours.shape == block.shape
            np.testing.assert_allclose(
                in_numbers(ours, step, values), block.evaluate(values)[0], rtol=1e-12, atol=1e-13
            )


def in_numbers(expression: Any, step: Step, values: dict[str, Any]) -> Any:
    """A matrix expression by the meaning of its parts, for the first member of the batch."""
    known = interpret(step, values, numbers(step)) | values
    single = {step.names[n] for n in Naming(step).static}

    def matrix(node: Any) -> Any:
        match node:
            case sympy.MatrixSymbol():
                label = node.name.replace("_{t-1}", "[t-1]").removesuffix("_t")
                array = known[label] if label in single else np.atleast_2d(known[label])[0]
                return array.reshape(array.shape[0], -1)
            case sympy.MatAdd():
                return sum(matrix(a) for a in node.args)
            case sympy.MatMul():
                return functools.reduce(
                    lambda a, b: a @ b if np.ndim(a) and np.ndim(b) else a * b, map(matrix, node.args)
                )
            case sympy.MatPow():
                return np.linalg.matrix_power(matrix(node.args[0]), int(node.args[1]))
            case sympy.DiagMatrix():
                return np.diag(matrix(node.args[0])[:, 0])
            case sympy.Transpose():
                return matrix(node.args[0]).T
            case sympy.Inverse():
                return np.linalg.inv(matrix(node.args[0]))
            case sympy.BlockMatrix():
                return np.block([[matrix(b) for b in node.blocks[i, :]] for i in range(node.blocks.shape[0])])
            case MatrixSlice():
                rows, columns = (slice(extent(first), extent(last)) for first, last, _ in node.args[1:])
                return matrix(node.args[0])[rows, columns]
            case sympy.Identity():
                return np.eye(extent(node.shape[0]))
            case sympy.OneMatrix() | sympy.ZeroMatrix():
                return float(isinstance(node, sympy.OneMatrix)) * np.ones([extent(n) for n in node.shape])
            case ElementwiseApplyFunction() | EntrywiseFunction():
                function, *args = node.args
                return sympy.lambdify(function.variables, defined(function.expr), "numpy")(*map(matrix, args))
        return float(node.xreplace({s: sympy.Float(numbers(step)[s.name]) for s in node.free_symbols}))

    return matrix(expression)


def extent(size: Any) -> int:
    return length(sympy.sympify(size))


def defined(expression: Any) -> Any:
    """Functions by their definitions."""
    return expression.replace(lambda e: isinstance(e, Head), lambda e: e.op.definition(*e.args))


def test_the_symbols_are_those_of_the_cell() -> None:
    lstm = derive(LSTM)
    assert str(lstm.jacobian("c", "c").sympy()) == "DiagMatrix(f_t)"
    assert str(lstm.jacobian("h", "c").sympy()) == (
        "DiagMatrix(f_t)*DiagMatrix(o_t)*(I - DiagMatrix(Lambda(z, tanh(z)).(c_t))**2)"
    )
    explicit = lstm.jacobian("c", "h").sympy(n_h=2, n_x=1)
    assert explicit.shape == (2, 2)
    known = {s for equation in LSTM.sympy(n_h=2, n_x=1) for side in equation.args for s in side.free_symbols}
    assert explicit.free_symbols <= known
    total = lstm.jacobian("c", "c", "total").sympy(n_h=1, n_x=1)
    assert {"o_{t-1}_0", "c_{t-1}_0"} < {s.name for s in total.free_symbols}


def test_the_whole_jacobian_in_both_views() -> None:
    whole = derive(LSTM).jacobian()
    explicit = whole.sympy(n_h=2, n_x=1)
    assert explicit[2:, :2] == derive(LSTM).jacobian("c", "h").sympy(n_h=2, n_x=1)
    symbolic = whole.sympy()
    n_h = LSTM.sizes[1]
    assert symbolic.shape == (2 * n_h, 2 * n_h)
    assert symbolic.blocks[1, 1] == derive(LSTM).jacobian("c", "c").sympy()
    assert derive(zoo["elman"]).jacobian().sympy() == derive(zoo["elman"]).jacobian("h", "h").sympy()


def test_what_has_no_such_view_is_refused() -> None:
    with pytest.raises(UsageError, match="takes no sizes or all of them: n_h, n_x"):
        derive(LSTM).jacobian("c", "c").sympy(n_h=2)
    with pytest.raises(UsageError, match="a matrix-valued state or value has no Jacobian of symbolic size"):
        derive(FastWeights).jacobian("S", "S").sympy()
    with pytest.raises(UsageError, match="the derivative of CumSum has no form of symbolic size; give sizes, e.g."):
        derive(zoo["on_lstm"]).jacobian("c", "h").sympy()
    with pytest.raises(UsageError, match="u_c_2 has no form of symbolic size; give sizes"):
        derive(zoo["hippo_legs"]).jacobian("c", "c").sympy()
