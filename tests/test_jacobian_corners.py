"""Jacobians of cells with a feature that no other test has: identities, zeros, scalars repeated, several arguments."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import sympy
from jacobian_oracle import by_leaf, columns, numbers, sample
from jacobian_oracle import total as by_perturbation
from test_jacobian_sympy import in_numbers

from symrnn.cell import Bias, Cell, Input, Output, State, Vector, Weight
from symrnn.derivation import derive
from symrnn.errors import UsageError
from symrnn.interpret import interpret
from symrnn.ir import add, leaf, pointwise, slot
from symrnn.jacobian import jacobian_block, step_jacobian
from symrnn.ops import heaviside, maximum, sigmoid, tanh
from symrnn.step import Carry, Step


class Residual(Cell):
    """A state that keeps itself, and one that nothing moves."""

    x = Input()
    h, k = State(), State(x)
    W, U = Weight(x), Weight(h)
    h = h + U.h @ h + W.h @ k
    k = tanh(x)


class Larger(Cell):
    """A function of two values that move, and a number beside a product in an argument."""

    x = Input()
    h, c = State(), State()
    W, U = Weight(x), Weight(h)
    c = maximum(h, c) * tanh(W.c @ x)
    h = tanh(U.h @ h + 1)


class Steps(Cell):
    """A function that is flat: its derivative is nothing, not a zero."""

    x = Input()
    h = State()
    W, p = Weight(x), Vector()
    h = heaviside(h) * tanh(W.h @ x) + p * h


class Repeated(Cell):
    """A scalar repeated over a vector, as a factor and as a term."""

    x = Input()
    h, m = State(), State(1)
    W, w, p = Weight(x), Weight(h, to=1), Vector()
    m = tanh(w.m @ h + m)
    h = p * tanh(h - h + m) * tanh(W.h @ x)


class After(Cell):
    """A state that is computed from another one in the same step by many paths."""

    x = Input()
    a, b = State(), State()
    W, R, q = Weight(x), Weight(a), Bias()
    a = tanh(W.a @ x + R.a @ b + q.a)
    s = a
    for k in range(4):
        z = sigmoid(R[f"z{k}"] @ s + q[f"z{k}"])
        s = z * tanh(R[f"s{k}"] @ s) + (1 - z) * s
    b = s * a


CELLS = {cell.name: cell for cell in (Residual, Larger, Steps, Repeated, After)}
FORM = pytest.mark.parametrize("accurate", [False, True], ids=["fast", "accurate"])
EACH = pytest.mark.parametrize("name", CELLS)
Array = Any


def close(ours: Array, reference: Array) -> None:
    np.testing.assert_allclose(ours, reference, rtol=1e-12, atol=1e-13)


@EACH
@FORM
def test_every_block_is_the_derivative(name: str, accurate: bool) -> None:
    derivation = derive(CELLS[name], accurate=accurate)
    values = sample(derivation.forward)
    for of in derivation.forward.carries:
        for wrt in derivation.forward.carries:
            moved = by_leaf(derivation.forward, values, wrt.read)
            reference = columns(moved[of.write], of.write, wrt.read)
            close(derivation.jacobian(of.name, wrt.name).evaluate(values), reference)


def test_a_long_path_within_the_step_before_is_a_definition() -> None:
    derivation = derive(After)
    step = derivation.forward
    before, now = sample(step, 1), sample(step, 2)
    now |= {step.names[p]: before[step.names[p]] for p in step.parameters}
    known = interpret(step, before, numbers(step))
    now |= {step.names[c.read]: known[f"{c.name}[t]"] for c in step.carries}
    block = derivation.jacobian("a", "a", "total")
    assert any(str(d.reference.of).endswith("[t-1]") for d in block.definitions)
    close(block.evaluate(now, before), by_perturbation(step, before, now, "a", "a"))


@FORM
@pytest.mark.parametrize("name", ["Residual", "Larger", "Steps"])
def test_a_block_of_symbolic_size_has_the_values(name: str, accurate: bool) -> None:
    derivation = derive(CELLS[name], accurate=accurate)
    values = sample(derivation.forward)
    for of in derivation.forward.carries:
        for wrt in derivation.forward.carries:
            block = derivation.jacobian(of.name, wrt.name)
            ours = in_numbers(block.sympy(), derivation.forward, values)
            close(ours, block.evaluate(values)[0])


@FORM
@EACH
def test_a_block_of_given_size_has_the_values(name: str, accurate: bool) -> None:
    derivation = derive(CELLS[name], accurate=accurate)
    values = sample(derivation.forward)
    known = interpret(derivation.forward, values, numbers(derivation.forward)) | values
    for of, wrt in [("h", c.name) for c in derivation.forward.carries] if name != "After" else [("b", "a")]:
        block = derivation.jacobian(of, wrt)
        ours = block.sympy(n_h=3, n_x=2)
        numeric = np.array(ours.xreplace(entries(ours, known, derivation.forward)).evalf().tolist(), dtype=float)
        close(numeric, block.evaluate(values)[0])


def entries(matrix: Any, known: dict[str, Array], step: Step) -> dict[Any, Any]:
    """Numbers for the symbols of single entries: ``h_{t-1}_0``, ``U_h_0_1``, ``g_t_2``, for the first sequence."""
    single = {step.names[p] for p in step.parameters}
    found = {}
    for symbol in matrix.free_symbols:
        label, place = re.fullmatch(r"(.*?)((?:_\d)+)", symbol.name).groups()
        name = label.replace("_{t-1}", "[t-1]").removesuffix("_t")
        index = tuple(int(k) for k in place[1:].split("_"))
        array = known[name] if name in single else np.atleast_2d(known[name])[0]
        found[symbol] = sympy.Float(array[index], 17)
    return found


def test_what_stays_as_it_was_has_the_identity_and_what_does_not_move_zero() -> None:
    derivation = derive(Residual)
    n_h, n_x = (sympy.Symbol(n, integer=True, positive=True) for n in ("n_h", "n_x"))
    assert str(derivation.jacobian("h", "h").sympy()) == "I + U_h"
    zero = derivation.jacobian("k", "h").sympy()
    assert isinstance(zero, sympy.ZeroMatrix) and list(map(str, zero.shape)) == [str(n_x), str(n_h)]
    assert derivation.jacobian("h", "h").sympy(n_h=2, n_x=1)[0, 1] == sympy.Symbol("U_h_0_1", real=True)
    assert "= eye()" in str(derivation.jacobian("h", "h")) and "    = 0" in str(derivation.jacobian("k", "h"))


def test_a_cell_without_a_state_has_no_jacobian() -> None:
    class Layer(Cell):
        """A layer."""

        x = Input()
        y = Output()
        W = Weight(x, to=2)
        y = tanh(W.y @ x)

    with pytest.raises(UsageError, match="Layer has no state"):
        derive(Layer).jacobian()
    text = str(derive(Layer))
    assert "∂s[t]" not in text and "handed on" not in text and "dW_y (2, n_x) = da_y @ x.T  outer product" in text


def test_a_terminal_shows_a_broadcast_as_what_it_repeats_and_no_empty_section() -> None:
    class Bare(Cell):
        """No parameters."""

        x = Input(1)
        h = State(1)
        h = tanh(x + 0.5 * h)

    assert "gradients of the parameters" not in str(derive(Bare)) and "gradients of the inputs" in str(derive(Bare))
    for accurate in (False, True):
        text = re.sub(" +", " ", str(derive(Repeated, accurate=accurate)))
        assert "broadcast(" not in text and re.search(r"dm \(1\) = dm\[t\+1\] \+ sum\(.*\) carry, broadcast\n", text)


def test_a_step_made_by_hand_has_a_jacobian_too() -> None:
    n = sympy.Symbol("n", integer=True, positive=True)
    h, x = leaf("h[t-1]", "carry", (n,)), leaf("x", "input", (n,))
    inner = add((h, x))
    new = pointwise(tanh.head(slot(0)), (inner,))
    step = Step("Hand", (x,), (), (Carry("h", h, new),), (("a", inner), ("h", new)), (("h", new),))
    values = {"h[t-1]": np.array([0.3, -0.2]), "x": np.array([1.0, 0.5])}
    for block in (jacobian_block(step, "h", "h"), step_jacobian(step).block("h", "h"), jacobian_block(step, "h", "x")):
        close(block.evaluate(values), np.diag(1 - np.tanh([1.3, 0.3]) ** 2))
    with pytest.raises(UsageError, match="there is no path 'sideways'; say block"):
        jacobian_block(step, "h", "h", "sideways")
