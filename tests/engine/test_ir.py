"""Nodes: what a builder makes of what it is given, which shapes it refuses, and that depth is no limit."""

from __future__ import annotations

import gc
import weakref

import pytest
import sympy

from symrnn.errors import StepError
from symrnn.ir import (
    SCALAR,
    Broadcast,
    Contract,
    Node,
    Pointwise,
    add,
    broadcast,
    contract,
    is_product,
    leaf,
    make,
    pointwise,
    slot,
    times,
    topological,
)
from symrnn.ops import sigmoid, tanh

n, m = sympy.Symbol("n"), sympy.Symbol("m")
u, v, k = (leaf(name, "input", shape) for name, shape in (("u", (n,)), ("v", (n,)), ("k", SCALAR)))
w = leaf("w", "input", (m,))
A, C = leaf("A", "parameter", (n, m)), leaf("C", "parameter", (n, m))
a, b, c = slot(0), slot(1), slot(2)


def test_equal_values_are_one_node() -> None:
    assert leaf("u", "input", (n,)) is u
    assert leaf("u", "carry", (n,)) is not u and leaf("u", "input", (m,)) is not u
    assert pointwise(a + b, (u, v)) is add((u, v)) and times(u, v) is times(u, v)
    assert times(u, times(u, v)) is not times(times(u, u), v)


def test_a_node_that_nobody_holds_is_forgotten() -> None:
    kept = tanh_of(times(u, leaf("only here", "input", (n,))))
    inner = weakref.ref(kept.args[0])
    assert inner() is times(u, leaf("only here", "input", (n,)))
    del kept
    gc.collect()
    assert inner() is None


def tanh_of(node: Node) -> Node:
    return pointwise(tanh.head(a), (node,))


def test_a_scalar_parameter_is_a_vector_of_length_one() -> None:
    assert leaf("kappa", "parameter", ()).shape == SCALAR
    assert leaf("kappa", "parameter", ()) is leaf("kappa", "parameter", SCALAR)


@pytest.mark.parametrize(
    ("expr", "args", "expected", "operands"),
    [
        (a, (u,), None, (u,)),
        (b * a, (u, v), a * b, (u, v)),
        (c + 1, (u, v, k), a + 1, (k,)),
        (c - a, (u, v, k), b - a, (u, k)),
        (a * b, (u, u), a**2, (u,)),
        (a + b + c, (u, v, u), 2 * a + b, (u, v)),
        (a * 2 / b, (u, k), 2 * a / b, (u, k)),
        (sympy.Integer(3), (), sympy.Integer(3), ()),
        (n * a, (u,), n * a, (u,)),
    ],
)
def test_arguments_are_numbered_by_first_use(
    expr: sympy.Expr, args: tuple[Node, ...], expected: sympy.Expr | None, operands: tuple[Node, ...]
) -> None:
    """Repeated arguments become one, unused ones go; a bare argument is itself."""
    node = pointwise(expr, args)
    if expected is None:
        assert node is operands[0]
        return
    assert node.op == Pointwise(expected)
    assert node.args == operands


def test_every_function_gets_a_node_of_its_own() -> None:
    first = tanh_of(add((u, v)))
    second = pointwise(sigmoid.head(a), (tanh_of(times(u, k)),))
    node = pointwise(tanh.head(a + b) * c + sigmoid.head(tanh.head(a * c)) * a, (u, v, k))
    assert node is pointwise(b * c + a * slot(3), (u, k, first, second))


def test_a_function_inside_another_and_beside_it_is_one_node() -> None:
    inner = tanh_of(u)
    node = pointwise(tanh.head(a) * sigmoid.head(tanh.head(a)), (u,))
    assert node is times(inner, pointwise(sigmoid.head(a), (inner,)))


def test_a_function_of_a_number_or_an_argument_needs_no_node_between() -> None:
    assert tanh_of(u).args == (u,)
    assert pointwise(tanh.head(sympy.Rational(1, 2)), ()).op == Pointwise(tanh.head(sympy.Rational(1, 2)))
    assert pointwise(tanh.head(a + 1), (u,)).args == (pointwise(a + 1, (u,)),)


@pytest.mark.parametrize("value", [u, A, k])
def test_what_cancels_keeps_its_shape(value: Node) -> None:
    zero = pointwise(a - b, (value, value))
    assert zero.shape == value.shape
    bare = pointwise(sympy.Integer(0), ())
    assert bare.shape == SCALAR and zero is broadcast(bare, value.shape)


def test_arguments_that_cancel_beside_others_leave_those() -> None:
    assert pointwise(a - b + c, (u, u, v)) is v
    assert pointwise(a / b * c, (u, u, k)).shape == (n,)  # 1 * k, as long as u


def test_scalars_stand_beside_any_shape_and_other_shapes_do_not_mix() -> None:
    assert times(k, A).shape == (n, m) and times(u, k).shape == (n,) and times(k, k).shape == SCALAR
    with pytest.raises(StepError, match=r"\$000\*\$001 combines shapes .*'\(m,\)', '\(n,\)'"):
        times(u, w)
    with pytest.raises(StepError, match="combines shapes"):
        add((u, A))


@pytest.mark.parametrize(
    ("spec", "args", "normal", "order"),
    [
        ("j,ij->i", (w, A), "ij,j->i", (A, w)),
        ("ab,b->a", (A, w), "ij,j->i", (A, w)),
        ("i,ij->j", (u, A), "ij,i->j", (A, u)),
        ("j,i->ij", (u, w), "i,j->ji", (u, w)),
        (",i->i", (k, u), "i,->i", (u, k)),
        ("zy,xy->zx", (A, C), "ij,kj->ik", (A, C)),
    ],
)
def test_an_einstein_sum_has_one_form(spec: str, args: tuple[Node, ...], normal: str, order: tuple[Node, ...]) -> None:
    """Operands by falling rank, letters in reading order."""
    node = contract(spec, *args)
    assert node.op == Contract(normal)
    assert node.args == order


def test_an_einstein_sum_knows_its_shape() -> None:
    assert contract("ij,j->i", A, w).shape == (n,)
    assert contract("i,j->ij", u, w).shape == (n, m)
    assert contract("ij->ji", A).shape == (m, n)
    assert contract("i,i->", u, v).shape == SCALAR == contract("ij->", A).shape
    assert contract("i,->i", u, k).shape == (n,)


@pytest.mark.parametrize(
    ("spec", "args", "message"),
    [
        ("ij,j->i", (A,), "takes 2 operands, got 1"),
        ("ij,j->i", (A, u), "index j is m and n"),
        ("ij,j->i", (u, w), "operand 'ij' has shape"),
        ("i,->i", (u, v), "operand '' has shape"),
        ("i,i->", (u, A), "operand 'i' has shape"),
    ],
)
def test_operands_that_do_not_fit_are_refused(spec: str, args: tuple[Node, ...], message: str) -> None:
    with pytest.raises(StepError, match=message):
        make(Contract(spec), *args)


def test_only_a_scalar_is_repeated() -> None:
    assert broadcast(u, (n,)) is u and broadcast(k, SCALAR) is k
    assert broadcast(k, (n, m)).op == Broadcast((n, m)) and broadcast(k, (n, m)).shape == (n, m)
    with pytest.raises(StepError, match=r"a value of shape \(n,\) cannot be repeated to \(m,\)"):
        broadcast(u, (m,))


def test_a_product_of_two_is_told_from_everything_else() -> None:
    assert is_product(times(u, v)) and is_product(times(k, A))
    for other in (u, add((u, v)), times(u, u), pointwise(2 * a * b, (u, v)), contract("i,i->", u, v)):
        assert not is_product(other)


def test_operands_come_first_and_each_once() -> None:
    left, right = times(u, v), times(v, k)
    root = add((left, right))
    assert list(topological([root, left])) == [u, v, left, k, right, root]
    assert list(topological([right, root])) == [v, k, right, u, left, root]
    assert repr(root).startswith("Node(Pointwise(") and "2 args" in repr(root)


def test_ten_thousand_nodes_deep_is_not_too_deep() -> None:
    node = u
    for _ in range(10_000):
        node = times(node, v)
    order = list(topological([node]))
    assert len(order) == 10_002 and order[-1] is node and order[:2] == [u, v]
