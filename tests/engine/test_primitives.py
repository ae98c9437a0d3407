"""Every primitive alone: value, vjp, jvp and shape rule against plain NumPy, which knows nothing of the tables.

The reference takes complex numbers, so that its own derivative is a complex step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import sympy

from symrnn.errors import StepError
from symrnn.interpret import evaluate
from symrnn.ir import Node, contract, leaf, make, pointwise, repeat, slot, topological
from symrnn.ops import REGISTRY
from symrnn.primitives import (
    Concat,
    CumSum,
    Expm,
    ExpmDerivative,
    Leaf,
    LogSumExp,
    Primitive,
    Reshape,
    Slice,
    Softmax,
    Solve,
    Total,
    Whole,
)
from symrnn.rules import JVP, VJP

Array = Any
N, M = sympy.symbols("n m", integer=True, positive=True)
TINY = 1e-30


@dataclass(frozen=True)
class Case:
    """A primitive over leaves of given shapes, and the same in plain NumPy on arrays without leading axes."""

    build: Callable[..., Node]
    shapes: tuple[tuple[sympy.Expr, ...], ...]
    reference: Callable[..., Array]


def by_columns(function: Callable[[Array], Array]) -> Callable[[Array], Array]:
    return lambda a: np.stack([function(a[:, j]) for j in range(a.shape[1])], axis=1)


def softmax(v: Array) -> Array:
    return np.exp(v) / np.exp(v).sum()


def well_conditioned(a: Array) -> Array:
    """A matrix that can be solved for whatever is drawn."""
    return a + 4 * np.eye(len(a))


def series(a: Array) -> Array:
    """The exponential of a matrix by its power series."""
    total = term = np.eye(len(a)).astype(complex)
    for k in range(1, 40):
        term = term @ a / k
        total = total + term
    return total


def shifted(a: Node) -> Node:
    return pointwise(slot(0) + slot(1), (a, contract("i->ii", repeat(pointwise(sympy.Integer(4), ()), "->i", (N,)))))


CASES = {
    "elementwise product": Case(lambda a, b: pointwise(slot(0) * slot(1), (a, b)), ((N,), (N,)), lambda a, b: a * b),
    "scalar beside a matrix": Case(
        lambda a, b: pointwise(slot(0) * slot(1), (a, b)), ((sympy.Integer(1),), (N, M)), lambda a, b: a * b
    ),
    "tanh": Case(lambda a: pointwise(REGISTRY["tanh"].head(slot(0)), (a,)), ((N,),), np.tanh),
    "matrix times vector": Case(lambda a, b: contract("ij,j->i", a, b), ((N, M), (M,)), lambda a, b: a @ b),
    "matrix times matrix": Case(lambda a, b: contract("ij,jk->ik", a, b), ((N, M), (M, N)), lambda a, b: a @ b),
    "outer product": Case(lambda a, b: contract("i,j->ij", a, b), ((N,), (M,)), lambda a, b: a[:, None] * b),
    "dot product": Case(lambda a, b: contract("i,i->", a, b), ((N,), (N,)), lambda a, b: (a * b).sum(keepdims=True)),
    "row sums": Case(lambda a: contract("ij->i", a), ((N, M),), lambda a: a.sum(axis=1)),
    "column sums": Case(lambda a: contract("ij->j", a), ((N, M),), lambda a: a.sum(axis=0)),
    "sum of all": Case(lambda a: contract("ij->", a), ((N, M),), lambda a: a.sum().reshape(1)),
    "diagonal matrix": Case(lambda a: contract("i->ii", a), ((N,),), np.diag),
    "its diagonal": Case(lambda a: contract("ii->i", a), ((N, N),), np.diag),
    "an index found nowhere else": Case(
        lambda a, b: contract("ij,k->ik", a, b), ((N, M), (N,)), lambda a, b: np.outer(a.sum(axis=1), b)
    ),
    "repeated columns": Case(lambda a: repeat(a, "i->ij", (N, M)), ((N,),), lambda a: np.tile(a[:, None], (1, 4))),
    "repeated rows": Case(lambda a: repeat(a, "j->ij", (M, N)), ((N,),), lambda a: np.tile(a, (4, 1))),
    "repeated scalar": Case(lambda a: repeat(a, "->ij", (M, M)), ((sympy.Integer(1),),), lambda a: np.tile(a, (4, 4))),
    "softmax": Case(lambda a: make(Softmax(0), a), ((N,),), softmax),
    "softmax down columns": Case(lambda a: make(Softmax(0), a), ((N, M),), by_columns(softmax)),
    "softmax along rows": Case(lambda a: make(Softmax(1), a), ((N, M),), lambda a: by_columns(softmax)(a.T).T),
    "logsumexp": Case(lambda a: make(LogSumExp(0), a), ((N,),), lambda a: np.log(np.exp(a).sum(keepdims=True))),
    "logsumexp along rows": Case(lambda a: make(LogSumExp(1), a), ((N, M),), lambda a: np.log(np.exp(a).sum(axis=1))),
    "cumsum": Case(lambda a: make(CumSum(0), a), ((N,),), np.cumsum),
    "cumsum along rows": Case(lambda a: make(CumSum(1), a), ((N, M),), lambda a: np.cumsum(a, axis=1)),
    "cumsum from the end": Case(lambda a: make(CumSum(0, True), a), ((N,),), lambda a: np.cumsum(a[::-1])[::-1]),
    "concat": Case(lambda a, b: make(Concat(), a, b), ((N,), (M,)), lambda a, b: np.concatenate([a, b])),
    "slice in the middle": Case(lambda a: make(Slice(M, 2 * M), a), ((3 * M,),), lambda a: a[4:8]),
    "slice at the start": Case(lambda a: make(Slice(sympy.Integer(0), M), a), ((M + N,),), lambda a: a[:4]),
    "reshape": Case(lambda a: make(Reshape((M, N)), a), ((N * M,),), lambda a: a.reshape(4, -1)),
    "flatten": Case(lambda a: make(Reshape((N * M,)), a), ((M, N),), lambda a: a.reshape(-1)),
    "solve": Case(
        lambda a, b: make(Solve(), shifted(a), b), ((N, N), (N,)), lambda a, b: np.linalg.solve(well_conditioned(a), b)
    ),
    "solve for a matrix": Case(
        lambda a, b: make(Solve(), shifted(a), b),
        ((N, N), (N, M)),
        lambda a, b: np.linalg.solve(well_conditioned(a), b),
    ),
    "expm": Case(lambda a: make(Expm(), a), ((N, N),), series),
}


def drawn(case: Case, n: int, lead: tuple[int, ...] = (), seed: int = 0) -> list[Array]:
    rng = np.random.default_rng(seed)
    sizes = {N: n, M: 4}
    return [rng.standard_normal((*lead, *(int(s.subs(sizes)) for s in shape))) for shape in case.shapes]


def value(root: Node, known: dict[Node, Array], n: int) -> Array:
    """A node in numbers, from those of the leaves below it."""
    known = dict(known)
    for node in topological([root]):
        if node not in known:
            known[node] = evaluate(node, [known[a] for a in node.args], {"n": n, "m": 4})
    return known[root]


def leaves(case: Case) -> list[Node]:
    return [leaf(f"arg{k}", "input", shape) for k, shape in enumerate(case.shapes)]


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize("name", CASES)
def test_value(name: str, n: int) -> None:
    case = CASES[name]
    args = leaves(case)
    node, arrays = case.build(*args), drawn(case, n)
    found = value(node, dict(zip(args, arrays, strict=True)), n)
    expected = case.reference(*arrays)
    assert found.shape == expected.shape == tuple(int(s.subs({N: n, M: 4})) for s in node.shape)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_leading_axes(name: str) -> None:
    """Rows of a batch do not meet, and there may be none."""
    case = CASES[name]
    args = leaves(case)
    node = case.build(*args)
    many = drawn(case, 3, lead=(2, 5))
    found = value(node, dict(zip(args, many, strict=True)), 3)
    np.testing.assert_allclose(found[1, 3], case.reference(*(a[1, 3] for a in many)), rtol=1e-12, atol=1e-12)
    none = drawn(case, 3, lead=(0,))
    assert value(node, dict(zip(args, none, strict=True)), 3).shape == (0, *found.shape[2:])


def slopes(case: Case, arrays: list[Array], index: int) -> Array:
    """The Jacobian of the reference in one argument, (entries of the value, entries of the argument)."""
    columns = []
    for k in range(arrays[index].size):
        moved = [a.astype(complex) for a in arrays]
        moved[index].reshape(-1)[k] += 1j * TINY
        columns.append(case.reference(*moved).imag.reshape(-1) / TINY)
    return np.stack(columns, axis=1)


def total_vjp(root: Node, g: Node) -> dict[Node, Node]:
    """The adjoint of every leaf below a node, by the table alone."""
    adjoint: dict[Node, list[Node]] = {root: [g]}
    for node in reversed(list(topological([root]))):
        if isinstance(node.op, Leaf) or node not in adjoint:
            continue
        whole = adjoint[node][0] if len(adjoint[node]) == 1 else pointwise(slot(0) + slot(1), adjoint[node])
        for term in VJP[type(node.op)](node, whole, lambda n: n, False):
            adjoint.setdefault(node.args[term.index], []).append(term.node)
    return {n: parts[0] for n, parts in adjoint.items() if isinstance(n.op, Leaf)}


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize("name", CASES)
def test_vjp_is_the_transposed_jacobian(name: str, n: int) -> None:
    case = CASES[name]
    args, arrays = leaves(case), drawn(case, n)
    node = case.build(*args)
    g = leaf("g", "cotangent", node.shape)
    weights = np.random.default_rng(1).standard_normal(case.reference(*arrays).shape)
    known = dict(zip(args, arrays, strict=True)) | {g: weights}
    for index, (arg, array) in enumerate(zip(args, arrays, strict=True)):
        found = value(total_vjp(node, g)[arg], known, n)
        expected = (weights.reshape(-1) @ slopes(case, arrays, index)).reshape(array.shape)
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize("name", CASES)
def test_jvp_is_the_jacobian(name: str, n: int) -> None:
    case = CASES[name]
    args, arrays = leaves(case), drawn(case, n)
    node, moves = case.build(*args), drawn(case, n, seed=2)
    seeds = [leaf(f"move{k}", "tangent", shape) for k, shape in enumerate(case.shapes)]
    tangent: dict[Node, Node | None] = dict(zip(args, seeds, strict=True))
    for inner in topological([node]):
        if not isinstance(inner.op, Leaf):
            rule = JVP[type(inner.op)] if inner.args else None
            tangent[inner] = rule(inner, [tangent.get(a) for a in inner.args], lambda n: n, False) if rule else None
    moved = tangent[node]
    assert moved is not None
    found = value(moved, dict(zip((*args, *seeds), (*arrays, *moves), strict=True)), n)
    expected = sum(slopes(case, arrays, k) @ move.reshape(-1) for k, move in enumerate(moves))
    np.testing.assert_allclose(found.reshape(-1), expected, rtol=1e-10, atol=1e-10)


def test_no_primitive_is_left_out() -> None:
    """Every function of whole values is among the cases but two, which stand in adjoints only."""
    seen = {type(n.op) for case in CASES.values() for n in topological([case.build(*leaves(case))])}
    assert set(Whole.__args__) - seen == {ExpmDerivative}
    assert set(VJP) >= set(Primitive.__args__) - {Leaf, Total, ExpmDerivative}
    assert set(VJP) == set(JVP)


def test_a_total_is_its_share_at_one_tick() -> None:
    arg = leaf("v", "input", (N,))
    np.testing.assert_array_equal(value(make(Total(), arg), {arg: np.arange(3.0)}, 3), np.arange(3.0))


@pytest.mark.parametrize(
    ("op", "shapes", "says"),
    [
        (Concat(), ((N, M),), "only vectors are joined"),
        (Slice(N, 2 * N), ((N, M),), "only a vector is cut"),
        (Reshape((N, N)), ((N, M),), "cannot be reshaped"),
        (Solve(), ((N, M), (N,)), "cannot be solved"),
        (Expm(), ((N, M),), "square matrices"),
    ],
)
def test_shapes_that_do_not_fit(op: Primitive, shapes: tuple[tuple[sympy.Expr, ...], ...], says: str) -> None:
    with pytest.raises(StepError, match=says):
        make(op, *(leaf(f"v{k}", "input", shape) for k, shape in enumerate(shapes)))
