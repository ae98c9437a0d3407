"""Normal forms at the edges: conditions of every kind, functions of nothing, axes of length 1, long products."""

from __future__ import annotations

from typing import Any

import pytest
import sympy
from sympy import And, Eq, Ge, Le, Lt, Ne, Not, Or, Piecewise, Xor
from test_normal_form import made, products, same

from symrnn.analysis.algebra import ONE, Algebra, Atom
from symrnn.analysis.functions import Functions
from symrnn.analysis.indexed import ZERO, Sum
from symrnn.analysis.normal_form import NormalForms
from symrnn.ir import SCALAR, Leaf, Node, broadcast, contract, leaf, make, pointwise, slot, topological
from symrnn.ops import exp, log, modrelu, relu, sigmoid, softplus, where
from symrnn.primitives import LogSumExp, Reshape, Slice, Softmax, Total
from symrnn.step import Step

ALGEBRA = Algebra()  # forms over the atoms of different algebras have nothing to do with each other
a, b = sympy.symbols("a b", real=True)


def choice(test: Any) -> Any:
    return Piecewise((1, test), (0, True))


def form(expr: Any) -> Sum:
    """The form of an expression in the entries of two vectors."""
    table = {s: ALGEBRA.atom(Atom("leaf", (), (s.name, "input")), (0,)) for s in (a, b)}
    return Functions(ALGEBRA).value(sympy.sympify(expr, strict=True), table)


@pytest.mark.parametrize(
    ("test", "same_as"),
    [
        (Ge(a, b), 1 - choice(b > a)),
        (Le(a, b), 1 - choice(a > b)),
        (Lt(a, b), choice(b > a)),
        (Ne(a, b), choice(a > b) + choice(b > a)),
        (Eq(a, b), 1 - choice(a > b) - choice(b > a)),
        (Or(a > 0, b > 0), choice(a > 0) + choice(b > 0) - choice(a > 0) * choice(b > 0)),
        (Not(And(a > 0, b > 0)), 1 - choice(a > 0) * choice(b > 0)),
        (Xor(a > 0, b > 0), choice(a > 0) + choice(b > 0) - 2 * choice(a > 0) * choice(b > 0)),
    ],
)  # fmt: skip
def test_a_condition_is_made_of_steps(test: Any, same_as: Any) -> None:
    assert form(choice(test)) == form(same_as)
    assert form(choice(test)) not in (form(choice(a > b)), form(choice(a > 0)), ZERO, ONE)


def test_functions_of_nothing() -> None:
    functions = Functions(ALGEBRA)
    assert functions.exp(ZERO) == ONE and functions.step(ZERO) == functions.positive_part(ZERO) == ZERO
    assert form(sympy.cos(a - b + sympy.Mul(-1, a - b, evaluate=False), evaluate=False)) == ONE
    assert form(sympy.sin(sympy.Add(a, -a, evaluate=False), evaluate=False)) == ZERO
    # 1/0 and log 0 have no value: each is equal to itself alone.
    kept = [functions.algebra.inverse(ZERO), functions.log(ZERO)]
    assert kept == [functions.algebra.inverse(ZERO), functions.log(ZERO)]
    assert len({*kept, ZERO, ONE, functions.log(ONE)}) == 4


FUNCTIONS: dict[str, Any] = {
    "log of a quotient": lambda x, y: (log(sigmoid(-x)), -softplus(x)),
    "what is positive is its positive part": lambda x, y: (relu(exp(x)), exp(x)),
    "what is positive is above 0": lambda x, y: (where(exp(x) > 0, x, y), x),
    "a threshold that is reached nowhere": lambda x, y: (modrelu(-y, y), where(y > 0, -2 * y, 0 * y)),
    "a large power of a quotient": lambda x, y: (1 / (x + y) ** 9, (x + y) ** -9),
}
OTHERS: dict[str, Any] = {
    "log of a quotient": lambda x, y: (log(sigmoid(-x)), softplus(x)),
    "what is positive above something": lambda x, y: (relu(exp(x) - 1), exp(x) - 1),
    "what is positive is not above 1": lambda x, y: (where(exp(x) > 1, x, y), x),
    "a threshold that is reached": lambda x, y: (modrelu(y, y), where(y > 0, -2 * y, 0 * y)),
    "a large power": lambda x, y: ((x + y) ** -9, (x + y) ** -10),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_identities(name: str) -> None:
    assert same(made(FUNCTIONS[name]))


@pytest.mark.parametrize("name", OTHERS)
def test_no_identities(name: str) -> None:
    assert not same(made(OTHERS[name]))


def long(x: Any, h: Any, v: Any) -> Any:
    return (x + h + v) ** 5  # 21 terms


def test_a_long_product_is_kept_short_and_is_the_same_when_written_twice() -> None:
    assert same(products(lambda x, h, A, B, v: ((long(x, h, v).T @ (2 * long(x, h, v))) * v,
                                                2 * (long(x, h, v).T @ long(x, h, v)) * v)))  # fmt: skip
    assert not same(products(lambda x, h, A, B, v: ((long(x, h, v).T @ long(x, h, v)) * v,
                                                    (long(x, h, h).T @ long(x, h, v)) * v)))  # fmt: skip


n = sympy.Symbol("n", integer=True, positive=True)
k, u = leaf("k", "input", SCALAR), leaf("u", "input", (n,))
REPEATED = broadcast(k, (2 * n,))


@pytest.mark.parametrize(
    ("node", "same_as"),
    [
        (make(Softmax(0), k), pointwise(slot(0) - slot(0) + 1, (k,))),
        (make(LogSumExp(0), k), k),
        (make(Slice(0, n), REPEATED), broadcast(k, (n,))),
        (make(Reshape((n, sympy.Integer(2))), REPEATED), broadcast(k, (n, sympy.Integer(2)))),
        (pointwise(2 * slot(0), (make(Total(), u),)), make(Total(), pointwise(2 * slot(0), (u,)))),
    ],
)
def test_where_an_axis_or_a_tick_is_alone(node: Node, same_as: Node) -> None:
    forms = NormalForms()

    def of(value: Node) -> Sum:
        inner = [
            (f"v{place}", part) for place, part in enumerate(topological([value])) if not isinstance(part.op, Leaf)
        ]
        return forms.of(Step("Hand", (k, u), (), (), tuple(inner), ()))[value]

    assert of(node) == of(same_as) != of(contract("i->", u))
