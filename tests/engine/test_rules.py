"""The derivative of every primitive, row by row: against complex steps, and vjp and jvp against each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy

from symrnn.interpret import evaluate
from symrnn.ir import SCALAR, Broadcast, Contract, Leaf, Node, Pointwise, leaf, make, pointwise, slot, topological
from symrnn.ops import REGISTRY
from symrnn.rules import JVP, VJP, partial, rule_of
from symrnn.step import NAMED_CONTRACTIONS

BATCH, EPS = 2, 1e-30
n, m, p, kappa = (sympy.Symbol(name) for name in ("n", "m", "p", "kappa"))
SIZES = {"sizes 3, 2, 4": {"n": 3, "m": 2, "p": 4}, "sizes 1": {"n": 1, "m": 1, "p": 1}}
LENGTHS = {"i": n, "j": m, "k": p}
SPECS = [
    "ij,j->i", "ij,i->j", "ij,jk->ik", "ij,ik->jk", "ij,kj->ik", "ij,ki->jk", "i,j->ij", "i,j->ji", "i,i->",
    "i->", "ij->", "ij->ji", "i,->i", "ij,->ij", ",->", "ij,ij->", "i,i->i", "ij,i->ij", "i,j,->ij",
]  # fmt: skip
a, b, c = slot(0), slot(1), slot(2)
RATIONAL = {
    "sum": a + b, "difference": a - 2 * b + 1, "product": a * b, "three": a * b * c, "quotient": a / (2 + b**2),
    "power": a**3 + b, "constant": kappa * a + b / kappa, "root": sympy.sqrt(a**2 + 1), "one": 1 - a,
}  # fmt: skip
SHAPES = {
    "vectors": ((n,),) * 3, "scalar and vector": (SCALAR, (n,), (n,)), "vector and scalars": ((n,), SCALAR, SCALAR),
    "matrix and scalar": ((n, m), SCALAR, (n, m)), "scalars": (SCALAR,) * 3,
}  # fmt: skip
SMOOTH = [o.name for o in REGISTRY.values() if not o.surrogate]
FORM = pytest.mark.parametrize("accurate", [False, True], ids=["fast", "accurate"])
EXTENTS = pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES.keys())


def extents(shape: tuple[sympy.Expr, ...], sizes: dict[str, int]) -> tuple[int, ...]:
    return tuple(int(s.xreplace({sympy.Symbol(name): sympy.Integer(k) for name, k in sizes.items()})) for s in shape)


def operands(shapes: list[tuple[sympy.Expr, ...]]) -> list[Node]:
    return [leaf(f"v_{k}", "input", shape) for k, shape in enumerate(shapes)]


def einstein(spec: str) -> Node:
    words = spec.split("->")[0].split(",")
    return make(Contract(spec), *operands([tuple(LENGTHS[x] for x in word) or SCALAR for word in words]))


class Row:
    """A node alone, with random operands, a direction and a cotangent."""

    def __init__(self, node: Node, sizes: dict[str, int], accurate: bool, positive: bool = False) -> None:
        self.node, self.numbers, self.accurate = node, {**sizes, "kappa": 0.7}, accurate
        rng = np.random.default_rng(5)

        def draw(one: Node) -> Any:
            return rng.normal(size=(BATCH, *extents(one.shape, sizes)))

        self.values = [np.abs(draw(x)) + 0.1 if positive else draw(x) for x in node.args]
        self.change, self.g = [draw(x) for x in node.args], draw(node)
        self.seed = leaf("g", "cotangent", node.shape)
        self.tangents = [leaf(f"e_{k}", "tangent", x.shape) for k, x in enumerate(node.args)]
        self.known = {**dict(zip(node.args, self.values, strict=True)), self.seed: self.g}
        self.known |= dict(zip(self.tangents, self.change, strict=True))
        self.known[node] = self.value(self.values)

    def value(self, arrays: list[Any]) -> Any:
        return np.broadcast_to(evaluate(self.node, arrays, self.numbers), self.g.shape)

    def slope(self, index: int) -> Any:
        """How the value changes along the direction of one operand, by a complex step."""
        moved = list(self.values)
        moved[index] = moved[index] + 1j * EPS * self.change[index]
        return (self.value(moved) + 0j).imag / EPS

    def number(self, node: Node) -> Any:
        """A node over the operands, the cotangent and the tangents."""
        for x in topological([node]):
            if x not in self.known:
                assert not isinstance(x.op, Leaf)
                self.known[x] = evaluate(x, [self.known[arg] for arg in x.args], self.numbers)
        return np.broadcast_to(self.known[node], (BATCH, *self.known[node].shape[1:]))

    def adjoints(self) -> dict[int, Any]:
        terms = VJP[type(self.node.op)](self.node, self.seed, lambda x: x, self.accurate)
        assert len({t.index for t in terms}) == len(terms)
        for term in terms:
            assert term.node.shape == self.node.args[term.index].shape
        return {t.index: self.number(t.node) for t in terms}

    def tangent(self, *moving: int) -> Any:
        given = [t if k in moving else None for k, t in enumerate(self.tangents)]
        node = JVP[type(self.node.op)](self.node, given, lambda x: x, self.accurate)
        return np.zeros_like(self.g) if node is None else np.broadcast_to(self.number(node), self.g.shape)


def check(row: Row) -> None:
    """Each operand alone by complex steps, then all together by ⟨g, J v⟩ = ⟨Jᵀg, v⟩."""
    adjoints, everything = row.adjoints(), range(len(row.node.args))
    close = np.testing.assert_allclose
    for k in everything:
        close(row.tangent(k), row.slope(k), rtol=1e-12, atol=1e-13)
        pulled = np.sum(adjoints[k] * row.change[k]) if k in adjoints else 0.0
        close(pulled, np.sum(row.g * row.slope(k)), rtol=1e-12, atol=1e-12)
    total = sum(np.sum(adjoint * row.change[k]) for k, adjoint in adjoints.items())
    close(total, np.sum(row.g * row.tangent(*everything)), rtol=1e-12, atol=1e-12)
    assert not row.tangent().any()


@EXTENTS
@pytest.mark.parametrize("spec", SPECS)
def test_einstein_sums(spec: str, sizes: dict[str, int]) -> None:
    check(Row(einstein(spec), sizes, False))


@pytest.mark.parametrize("spec", ["ij->i", "ij->j"])
def test_sums_along_one_axis(spec: str) -> None:
    check(Row(einstein(spec), SIZES["sizes 3, 2, 4"], False))


@EXTENTS
@pytest.mark.parametrize("shapes", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize("name", RATIONAL)
def test_rational_expressions(name: str, shapes: tuple[tuple[sympy.Expr, ...], ...], sizes: dict[str, int]) -> None:
    node = pointwise(RATIONAL[name], operands(list(shapes)))
    assert isinstance(node.op, Pointwise)
    check(Row(node, sizes, False))


@FORM
@EXTENTS
@pytest.mark.parametrize("name", SMOOTH)
def test_elementwise_functions(name: str, sizes: dict[str, int], accurate: bool) -> None:
    op = REGISTRY[name]
    numbers = [sympy.Rational(1, 3) + k for k in range(len(op.defaults))]
    shapes = [(n, m), SCALAR, (n, m)][: op.arity]
    node = pointwise(op.head(*map(slot, range(op.arity)), *numbers), operands(shapes))
    check(Row(node, sizes, accurate, positive=op.domain == "positive"))


@EXTENTS
@pytest.mark.parametrize("shape", [(n,), (n, m)], ids=["vector", "matrix"])
def test_a_scalar_repeated(shape: tuple[sympy.Expr, ...], sizes: dict[str, int]) -> None:
    node = make(Broadcast(shape), leaf("k", "input", SCALAR))
    row = Row(node, sizes, False)
    check(row)
    assert VJP[Broadcast](node, row.seed, lambda x: x, False)[0].rule == "broadcast"


def test_one_operand_in_two_places_gets_two_terms() -> None:
    u = leaf("u", "input", (n,))
    row = Row(make(Contract("i,i->"), u, u), SIZES["sizes 3, 2, 4"], False)
    adjoints = row.adjoints()
    assert adjoints.keys() == {0, 1}
    np.testing.assert_array_equal(adjoints[0], row.g * row.known[u])
    np.testing.assert_array_equal(adjoints[1], adjoints[0])


def test_what_does_not_move_has_no_term() -> None:
    above = pointwise(REGISTRY["heaviside"].head(a), operands([(n,)]))
    chosen = pointwise(REGISTRY["where"].head(a, b, c), operands([(n,)] * 3))
    seed = leaf("g", "cotangent", (n,))
    assert VJP[Pointwise](above, seed, lambda x: x, False) == []
    assert [t.index for t in VJP[Pointwise](chosen, seed, lambda x: x, False)] == [1, 2]
    assert JVP[Pointwise](above, [seed], lambda x: x, False) is None


def test_rules_have_the_names_that_a_derivation_prints() -> None:
    found = {}
    for spec, name in NAMED_CONTRACTIONS.items():
        node = einstein(spec)
        terms = VJP[Contract](node, leaf("g", "cotangent", node.shape), lambda x: x, False)
        found[name] = [t.rule for t in terms]
    assert found == {
        "matvec": ["outer product", "transposed product"], "matvec_t": ["outer product", "matrix product"],
        "matmul": ["transposed product"] * 2, "outer": ["matrix product", "transposed product"],
        "dot": ["dot product", "dot product"], "transpose": ["transpose"],
        **dict.fromkeys(("sum", "row_sums", "column_sums"), ["sum over components"]),
        **dict.fromkeys(("diagonal", "diagonal_of"), ["diagonal"]),
    }  # fmt: skip
    rules = {name: rule_of(node, partial(node, 0, lambda x: x, False)) for name, node in PRODUCTS.items()}
    assert rules == {"tanh(u)": "chain rule", "u * v": "product rule", "u + v": "sum rule"}


PRODUCTS: dict[str, Node] = {
    "tanh(u)": pointwise(REGISTRY["tanh"].head(a), operands([(n,)])),
    "u * v": pointwise(a * b, operands([(n,)] * 2)),
    "u + v": pointwise(a + b, operands([(n,)] * 2)),
}

WRONG: dict[str, tuple[type, Callable[[Any], Any]]] = {
    "a sign": (Pointwise, lambda t: type(t)(t.index, pointwise(-a, (t.node,)), t.rule)),
    "another operand": (Contract, lambda t: type(t)(t.index, pointwise(2 * a, (t.node,)), t.rule)),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_row_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind, change = WRONG[name]
    row = VJP[kind]
    monkeypatch.setitem(VJP, kind, lambda *args: [change(t) if t.index == 0 else t for t in row(*args)])
    node = PRODUCTS["u * v"] if kind is Pointwise else einstein("ij,j->i")
    with pytest.raises(AssertionError):
        check(Row(node, SIZES["sizes 1"], False))
