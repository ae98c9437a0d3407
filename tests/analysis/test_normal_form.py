"""Normal forms: they mean what the step computes, and values that are the same function have the same one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy
from drawn import extent, point
from form_values import FormValues
from hypothesis import given
from hypothesis import strategies as st

from symrnn.analysis.algebra import ONE, Algebra, Atom
from symrnn.analysis.functions import Functions
from symrnn.analysis.indexed import EQUAL, ZERO, Sum, canonical, contracted, negative, number, plus, scaled
from symrnn.analysis.normal_form import NormalForms
from symrnn.cell import Cell, Input, Matrix, Output, State, Vector
from symrnn.interpret import interpret
from symrnn.lower import lower
from symrnn.ops import (
    clip,
    concat,
    cumsum,
    exp,
    hard_sigmoid,
    hardtanh,
    log,
    logsigmoid,
    logsumexp,
    maximum,
    minimum,
    ones,
    relu,
    sigmoid,
    silu,
    sin,
    softmax,
    softplus,
    solve,
    split,
    sqrt,
    tanh,
    where,
)
from symrnn.zoo import zoo


class Odd(Cell):
    """What no cell of the zoo has: sums along an axis of what does not depend on it."""

    x = Input()
    h, S = State(x), State(x, x)
    alike = 0 * x + x.T @ h
    h = softmax(alike) + logsumexp(alike) + cumsum(alike)
    rows = (ones() + 0 * x) @ h.T
    S = softmax(S + rows, axis=1) + h @ logsumexp(rows, axis=0).T + cumsum(rows, axis=0)


@pytest.mark.parametrize("cell", [*zoo.values(), Odd], ids=[*zoo, "odd"])
def test_a_form_has_the_value_of_what_it_stands_for(cell: type[Cell]) -> None:
    """Every value of every cell, evaluated from its form and by the reference interpreter."""
    step, values, numbers = point(cell, seed=1)
    forms = NormalForms()
    table = forms.of(step)
    leaves = {}
    for leaf in step.leaves:
        value = values[step.names[leaf]]
        own = [n for n, size in zip(value.shape, leaf.shape, strict=True) if size != 1]
        leaves[step.names[leaf]] = value.reshape(own)
    with np.errstate(all="ignore"):
        expected = interpret(step, values, numbers)
        found = FormValues(forms, leaves, numbers)
        for name, node in step.equations:
            array = np.broadcast_to(expected[name], extent(node.shape, numbers))
            shape = tuple(n for n, size in zip(array.shape, node.shape, strict=True) if size != 1)
            value = found.of(table[node], shape).reshape(array.shape)
            assert np.abs(value - array).max() <= 1e-9 * max(np.abs(array).max(), 1.0), name


def forms_of(cell: type[Cell]) -> dict[str, Sum]:
    step = lower(cell.record)
    table = NormalForms().of(step)
    return {name: table[node] for name, node in step.outputs}


def same(cell: type[Cell]) -> bool:
    """Whether the outputs ``left`` and ``right`` of a cell have one form."""
    found = forms_of(cell)
    return found["left"] == found["right"]


# Functions, each pair as the outputs of a cell: σ(-z) = 1 - σ(z) and so on.

FUNCTIONS: dict[str, Any] = {
    "sigmoid": lambda x, y: (sigmoid(-x), 1 - sigmoid(x)),
    "sigmoid of a sum": lambda x, y: (sigmoid(x - y) + sigmoid(y - x), 1 + 0 * x),
    "tanh": lambda x, y: (tanh(-x), -tanh(x)),
    "tanh by sigmoid": lambda x, y: (tanh(x), 2 * sigmoid(2 * x) - 1),
    "silu": lambda x, y: (silu(x), x * sigmoid(x)),
    "silu reflected": lambda x, y: (silu(x) - silu(-x), x),
    "softplus": lambda x, y: (softplus(-x), softplus(x) - x),
    "logsigmoid": lambda x, y: (logsigmoid(x), -softplus(-x)),
    "exp of a sum": lambda x, y: (exp(x + 2 * y), exp(x) * exp(y) ** 2),
    "exp of logsigmoid": lambda x, y: (exp(logsigmoid(x)), sigmoid(x)),
    "exp of softplus": lambda x, y: (exp(softplus(x)), 1 + exp(x)),
    "log of exp": lambda x, y: (log(exp(x * y)), x * y),
    "two exponentials": lambda x, y: (exp(x) / (exp(x) + exp(y)), sigmoid(x - y)),
    "quotients": lambda x, y: (x / (x + y) + y / (x + y), 1 + 0 * x),
    "cancelled": lambda x, y: ((x * x - y * y) / (x - y), x + y),
    "maximum": lambda x, y: (maximum(x, y), maximum(y, x)),
    "minimum": lambda x, y: (minimum(x, y), x + y - maximum(x, y)),
    "abs": lambda x, y: (abs(-3 * x), 3 * abs(x)),
    "relu": lambda x, y: (relu(2 * x) - relu(-2 * x), 2 * x),
    "hard sigmoid": lambda x, y: (hard_sigmoid(-x), 1 - hard_sigmoid(x)),
    "hardtanh": lambda x, y: (hardtanh(-x), -hardtanh(x)),
    "clip": lambda x, y: (clip(x, 0, 2), relu(x) - relu(x - 2)),
    "where": lambda x, y: (where(x > 0, x, 0 * x), x * where(x > 0, 1 + 0 * x, 0 * x)),
    "where of where": lambda x, y: (where(x > 0, y, where(x > 0, x, x * y)), where(x > 0, y, x * y)),
    "sin": lambda x, y: (sin(-x * y), -sin(x * y)),
    "square": lambda x, y: ((x + y) ** 2, x * x + 2 * x * y + y * y),
}


def made(pair: Any) -> type[Cell]:
    """A cell whose outputs are two expressions of x and y."""

    class Both(Cell):
        x = Input()
        y = State(x)
        left, right = Output(), Output()
        both = pair(x, y)
        left = both[0]
        right = both[1]
        y = x

    return Both


@pytest.mark.parametrize("name", FUNCTIONS)
def test_identities_between_functions(name: str) -> None:
    assert same(made(FUNCTIONS[name]))


NO_IDENTITIES: dict[str, Any] = {
    "sigmoid is not odd": lambda x, y: (sigmoid(-x), -sigmoid(x)),
    "tanh is not even": lambda x, y: (tanh(-x), tanh(x)),
    "tanh is not sigmoid": lambda x, y: (tanh(x), 2 * sigmoid(x) - 1),
    "softplus has no sign": lambda x, y: (softplus(-x), softplus(x) + x),
    "a root of a square is not it": lambda x, y: (sqrt(x * x), x),
    "exp of a log is defined for less": lambda x, y: (exp(log(x)), x),
    "maximum of products": lambda x, y: (maximum(x * y, x), x * maximum(y, 1 + 0 * y)),
    "relu of a negative": lambda x, y: (relu(-x), -relu(x)),
    "steps at zero": lambda x, y: (where(x > 0, y, x), where(-x < 0, y, y)),
    "which side": lambda x, y: (where(x > 0, x, y), where(y > 0, x, y)),
}


@pytest.mark.parametrize("name", NO_IDENTITIES)
def test_what_is_not_the_same_is_not_taken_for_it(name: str) -> None:
    assert not same(made(NO_IDENTITIES[name]))


# Products, written in different ways.


def products(pair: Any) -> type[Cell]:
    """A cell whose outputs are two expressions of a vector, two matrices and a vector of parameters."""

    class Both(Cell):
        x = Input()
        h = State(x)
        A, B, v = Matrix(x, x), Matrix(x, x), Vector(x)
        left, right = Output(), Output()
        both = pair(x, h, A, B, v)
        left = both[0] + 0 * (A @ (B @ (v * h)))
        right = both[1] + 0 * (A @ (B @ (v * h)))
        h = x

    return Both


PRODUCTS: dict[str, Any] = {
    "distributes": lambda x, h, A, B, v: (A @ (x + h), A @ x + A @ h),
    "associates": lambda x, h, A, B, v: ((A @ B) @ x, A @ (B @ x)),
    "transposes": lambda x, h, A, B, v: ((A @ B).T @ x, B.T @ (A.T @ x)),
    "dot commutes": lambda x, h, A, B, v: ((x.T @ h) * v, (h.T @ x) * v),
    "quadratic form": lambda x, h, A, B, v: ((x.T @ (A @ h)) * v, (h.T @ (A.T @ x)) * v),
    "outer": lambda x, h, A, B, v: ((x @ h.T) @ v, x * (h.T @ v)),
    "rank one": lambda x, h, A, B, v: ((A - x @ (A.T @ x).T) @ h, A @ h - x * (x.T @ (A @ h))),
    "numbers come out": lambda x, h, A, B, v: (A @ (3 * x - h / 2), 3 * (A @ x) - (A @ h) / 2),
    "a scalar comes out": lambda x, h, A, B, v: (A @ ((x.T @ h) * x), (h.T @ x) * (A @ x)),
    "softmax shifts": lambda x, h, A, B, v: (softmax(x + x.T @ h), softmax(x)),
    "logsumexp shifts": lambda x, h, A, B, v: (logsumexp(x + 2) * v, (logsumexp(x) + 2) * v),
    "cumsum is linear": lambda x, h, A, B, v: (cumsum(2 * x - h), 2 * cumsum(x) - cumsum(h)),
    "solve is linear": lambda x, h, A, B, v: (solve(A, 2 * x - h), 2 * solve(A, x) - solve(A, h)),
    "parts are linear": lambda x, h, A, B, v: (
        concat(*split(x + 2 * h, 1)) + split(x - h, 1)[0],
        split(x, 1)[0] * 2 + h,
    ),
}
NO_PRODUCTS: dict[str, Any] = {
    "a transposed weight": lambda x, h, A, B, v: (A @ x, A.T @ x),
    "order of matrices": lambda x, h, A, B, v: (A @ (B @ x), B @ (A @ x)),
    "elementwise inside": lambda x, h, A, B, v: (A @ (v * x), v * (A @ x)),
    "softmax scales": lambda x, h, A, B, v: (softmax(2 * x), softmax(x)),
    "sum of squares": lambda x, h, A, B, v: ((x.T @ x) * v, (x * x) * v),
    "which vector": lambda x, h, A, B, v: ((x @ h.T) @ v, (h @ x.T) @ v),
}


@pytest.mark.parametrize("name", PRODUCTS)
def test_identities_between_products(name: str) -> None:
    assert same(products(PRODUCTS[name]))


@pytest.mark.parametrize("name", NO_PRODUCTS)
def test_products_that_differ(name: str) -> None:
    assert not same(products(NO_PRODUCTS[name]))


# The arithmetic itself.

ALGEBRA = Algebra()
X, Y = (ALGEBRA.atom(Atom("leaf", (), (name, "input")), (0,)) for name in "xy")
polynomials = st.recursive(
    st.one_of(st.sampled_from([X, Y, ONE]), st.integers(-3, 3).map(number)),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(plus),
        st.tuples(inner, inner).map(lambda pair: ALGEBRA.times(*pair)),
        inner.map(negative),
    ),
    max_leaves=8,
)


@given(polynomials, polynomials, polynomials)
def test_the_laws_of_arithmetic(a: Sum, b: Sum, c: Sum) -> None:
    times = ALGEBRA.times
    assert plus([a, b]) == plus([b, a]) and times(a, b) == times(b, a)
    assert times(a, plus([b, c])) == plus([times(a, b), times(a, c)])
    assert times(times(a, b), c) == times(a, times(b, c))
    assert plus([a, negative(a)]) == ZERO


@given(polynomials, polynomials)
def test_dividing_undoes_multiplying(a: Sum, b: Sum) -> None:
    if b != ZERO:
        assert ALGEBRA.times(ALGEBRA.times(a, b), ALGEBRA.inverse(b)) == a
        assert ALGEBRA.inverse(ALGEBRA.inverse(b)) == b


@given(polynomials, polynomials)
def test_functions_of_polynomials(a: Sum, b: Sum) -> None:
    functions = Functions(ALGEBRA)
    assert functions.exp(plus([a, b])) == ALGEBRA.times(functions.exp(a), functions.exp(b))
    assert functions.maximum([a, b]) == functions.maximum([b, a])
    assert scaled(functions.positive_part(a), 3) == functions.positive_part(scaled(a, 3))


# A triangle of one atom with a tail, and the square of a trace of a square, where nothing tells the indices apart.
HARD = [
    [(1, (-1, -2)), (1, (-2, -3)), (1, (-3, -1)), (2, (-1, 0))],
    [(1, (-1, -2)), (1, (-2, -1)), (1, (-3, -4)), (1, (-4, -3))],
]


@pytest.mark.parametrize("edges", HARD)
@given(order=st.permutations(range(4)), names=st.permutations([-1, -2, -3, -4]))
def test_names_and_order_of_summed_indices_mean_nothing(
    edges: list[tuple[int, tuple[int, ...]]], order: list[int], names: list[int]
) -> None:
    new = dict(zip((-1, -2, -3, -4), names, strict=True))
    factors = [(edges[k][0], tuple(new.get(i, i) for i in edges[k][1]), 1) for k in order]
    plain = [(a, i, 1) for a, i in edges]
    assert canonical(factors) == canonical(plain)


def test_equal_indices_are_used_up() -> None:
    one = 1
    assert canonical([(EQUAL, (-1, 0), one), (3, (-1,), one)]) == ((3, (0,), one),)
    assert canonical([(EQUAL, (0, 1), one), (3, (1,), one)]) == ((EQUAL, (0, 1), one), (3, (0,), one))
    assert canonical([(EQUAL, (0, 0), one)]) == ()


def test_a_letter_that_nothing_bears_counts_its_length() -> None:
    n = sympy.Symbol("n")
    assert contracted("i->", [((), sympy.Integer(2))], {"i": n}) == ((), 2 * n)


def test_a_product_that_would_grow_is_kept_as_one() -> None:
    """Twelve factors of two terms each would be 4096 terms; the form stays small, and the same for the same product."""
    atoms = [ALGEBRA.atom(Atom("leaf", (), (f"a{k}", "input")), (0,)) for k in range(24)]
    factors = [plus([atoms[2 * k], atoms[2 * k + 1]]) for k in range(12)]
    result = ALGEBRA.times(*factors)
    assert len(result.terms) < 600
    assert result == ALGEBRA.times(*factors)
