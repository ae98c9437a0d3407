"""Every elementwise function: one meaning in five forms, its value, definition, kernel, stable form and derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy

from symrnn.backends.three_address import NATIVE
from symrnn.interpret import scalar
from symrnn.ops import REGISTRY
from symrnn.ops.elementwise import Elementwise, Head

OPS = list(REGISTRY)
SLOTS = [sympy.Symbol(f"${k:03d}") for k in range(3)]
NUMBERS = [-0.75, 1.5]
STEP = 1e-30


def samples(op: Elementwise) -> list[np.ndarray[Any, Any]]:
    """Arguments on both sides of every kink, small and large, but none on a kink."""
    line = np.array([-31.7, -5.3, -1.21, -0.37, -1e-4, 3e-5, 0.41, 0.93, 1.37, 6.2, 29.6])
    if op.domain == "positive":
        return [np.abs(line)]
    if op.arity == 1:
        return [line]
    grid = np.meshgrid(*[line] * op.arity, indexing="ij")
    return [part.ravel() for part in grid]


def applied(op: Elementwise, form: Any, *further: Any) -> sympy.Expr:
    return form(*SLOTS[: op.arity], *NUMBERS[: len(op.options)], *further)


def computed(expr: Any, args: list[np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
    """A form on arrays; what NumPy lacks is found through the values of the functions it is written in."""
    return np.broadcast_to(scalar(sympy.sympify(expr, strict=True), args, {}), args[0].shape)


def placed(op: Elementwise) -> list[np.ndarray[Any, Any]]:
    """The samples that are no kink: on a grid of pairs, some differences vanish."""
    args = samples(op)
    far = np.ones(args[0].shape, bool)
    for place in applied(op, op.kinks) if op.kinks else ():
        far &= np.abs(computed(place, args)) > 1e-6
    assert far.any()
    return [arg[far] for arg in args]


@pytest.mark.parametrize("name", OPS)
def test_the_value_is_that_of_the_definition(name: str) -> None:
    op = REGISTRY[name]
    args = placed(op)
    meaning = applied(op, op.definition)
    slots = SLOTS[: op.arity]
    value = op.value(*args, *NUMBERS[: len(op.options)])
    for k in range(0, args[0].size, max(args[0].size // 60, 1)):
        point = {slot: sympy.Float(float(arg[k]), 40) for slot, arg in zip(slots, args, strict=True)}
        exact = float(meaning.subs(point).evalf(30))
        assert value[k] == pytest.approx(exact, rel=1e-14, abs=1e-300), point


@pytest.mark.parametrize("name", OPS)
def test_every_spelling_for_a_backend_has_the_value(name: str) -> None:
    op = REGISTRY[name]
    args = placed(op)
    value = op.value(*args, *NUMBERS[: len(op.options)])
    assert op.kernel is not None or name in {*NATIVE, "heaviside"}, "no backend can write it"
    for form, tolerance in ((op.kernel, 1e-15), (op.stable, 0.0)):
        if form is not None:
            np.testing.assert_allclose(computed(applied(op, form), args), value, rtol=1e-14, atol=tolerance)


@pytest.mark.parametrize("name", OPS)
def test_derivatives_in_both_forms(name: str) -> None:
    """Against a complex step; a declared derivative is compared with what was declared."""
    op = REGISTRY[name]
    args = placed(op)
    options = NUMBERS[: len(op.options)]
    y = op.value(*args, *options)
    slot = sympy.Symbol("$009")
    fast, accurate = applied(op, op.fast, slot), applied(op, op.accurate)
    assert len(fast) == len(accurate) == op.arity
    padded = [*args, *[y] * (10 - len(args))]
    for place in range(op.arity):
        moved = [arg + (1j * STEP if k == place else 0) for k, arg in enumerate(args)]
        true = np.ones_like(y) if op.surrogate else np.imag(op.value(*moved, *options)) / STEP
        np.testing.assert_allclose(computed(accurate[place], args), true, rtol=1e-14, atol=1e-300)
        # The form in the output cancels where the function saturates.
        np.testing.assert_allclose(computed(fast[place], padded), true, rtol=1e-9, atol=3e-15)


@pytest.mark.parametrize("name", OPS)
def test_a_function_prints_and_stays_unevaluated(name: str) -> None:
    op = REGISTRY[name]
    term = op.head(*SLOTS[: op.arity], *map(sympy.Rational, map(str, NUMBERS[: len(op.options)])))
    assert isinstance(term, Head) and term.func.__name__ == name == repr(op)
    assert op.latex and op.text
    assert op.surrogate == name.endswith("_st")


def test_saturated_values_keep_their_digits() -> None:
    """What overflows or cancels in the definition: at |z| = 800 the exponential is infinite."""
    z = np.array([-800.0, -1e-17, 800.0])
    with np.errstate(all="raise", under="ignore"):
        assert REGISTRY["softplus"].value(z) == pytest.approx([0, np.log(2), 800], rel=1e-15)
        assert REGISTRY["logsigmoid"].value(z) == pytest.approx([-800, -np.log(2), 0], rel=1e-15)
        assert REGISTRY["elu"].value(z) == pytest.approx([-1, -1e-17, 800], rel=1e-15)
        assert REGISTRY["silu"].value(z) == pytest.approx([0, -5e-18, 800], rel=1e-15)


def test_at_the_kink_itself() -> None:
    """Conventions: a rectifier is flat at its kink, halves round up, a spike needs more than the threshold."""
    zero = np.zeros(1)
    assert REGISTRY["round_st"].value(np.array([-0.5, 0.5, 1.5])).tolist() == [0, 1, 2]
    assert REGISTRY["heaviside_st"].value(zero)[0] == 0 == REGISTRY["modrelu"].value(zero, np.ones(1))[0]
    assert REGISTRY["mod"].value(np.array([-1.0, 6.0, 7.5]), np.array([4.0, 3.0, -2.0])).tolist() == [3, 0, -0.5]
    bounds = (sympy.Integer(-1), sympy.Integer(1))
    for z in bounds:
        assert computed(REGISTRY["hardtanh"].accurate(z)[0], [zero])[0] == 0
        assert computed(REGISTRY["clip"].accurate(z, *bounds)[0], [zero])[0] == 0
