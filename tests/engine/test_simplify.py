"""Each rewrite of a step on its own: what it does, where it keeps its hands off, and that the meaning stays."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy

import symrnn.simplify
from symrnn.adjoint import differentiate
from symrnn.interpret import interpret, write_name
from symrnn.ir import Leaf, Node, add, contract, leaf, pointwise, slot, times
from symrnn.lower import lower
from symrnn.ops import tanh
from symrnn.simplify import gather_products, join_factors, merge_terms, simplify, split_sums
from symrnn.step import Carry, Step
from symrnn.zoo import zoo

n = sympy.Symbol("n")
g = leaf("g", "carry", (n,))
a, b, c, d = (leaf(name, "input", (n,)) for name in "abcd")
U, V, W = (leaf(name, "parameter", (n, n)) for name in "UVW")
Rewrite = Callable[[Step], Step]


def product(matrix: Node, vector: Node) -> Node:
    return contract("ij,j->i", matrix, vector)


def step(**equations: Node) -> Step:
    """A step that carries g on as the last of its equations, which are returned as well but for those named ``_…``."""
    named = tuple((name.lstrip("_"), node) for name, node in equations.items())
    returned = tuple((name, node) for name, node in equations.items() if not name.startswith("_"))
    return Step("Small", (a, b, c, d), (U, V, W), (Carry("g", g, named[-1][1]),), named, returned)


def equations(one: Step) -> list[str]:
    """The printed equations, the shapes of their left sides left out."""
    lines = [line.strip() for line in str(one).splitlines() if " = " in line and "output" not in line]
    return [re.sub(r" \([n1]\) = ", " = ", line) for line in lines]


def same(one: Step, other: Step) -> None:
    """Both steps give the same outputs and carries."""
    rng = np.random.default_rng(0)
    shapes = {U: (3, 3), V: (3, 3), W: (3, 3)}
    values: dict[str, Any] = {one.names[x]: rng.normal(size=shapes.get(x, (2, 3))) for x in one.leaves}
    before, after = (interpret(s, values, {"n": 3}) for s in (one, other))
    for name in (*(name for name, _ in one.outputs), "g[t]"):
        np.testing.assert_allclose(after[name], before[name], rtol=1e-13, atol=1e-14)


def rewritten(rewrite: Rewrite, one: Step) -> list[str]:
    """The equations after a rewrite, which changes neither what they mean nor, a second time, anything."""
    other = rewrite(one)
    same(one, other)
    assert [name for name, _ in other.outputs] == [name for name, _ in one.outputs]
    assert rewrite(other).equations == other.equations
    return equations(other)


def untouched(rewrite: Rewrite, one: Step) -> bool:
    return rewritten(rewrite, one) == equations(one)


ga, gb, ab = times(g, a), times(g, b), times(a, b)
squashed = pointwise(tanh.head(slot(0)), (g,))


def test_factors_without_the_carry_meet_first() -> None:
    assert rewritten(join_factors, step(_p=ga, q=times(ga, b))) == ["k_q = a*b", "q = g*k_q"]
    outer = times(b, ga)
    assert rewritten(join_factors, step(_p=ga, _q=outer, r=times(outer, c))) == ["k_r = a*b*c", "r = g*k_r"]


def test_a_factor_that_is_an_expression_is_written_into_the_joint_one() -> None:
    slope = pointwise(1 - slot(0) ** 2, (a,))
    one = step(_k=slope, _p=gb, q=times(gb, slope))
    assert rewritten(join_factors, one) == ["k_q = b*(1 - a**2)", "q = g*k_q"]


def test_a_product_that_is_returned_as_well_stays_beside_the_joint_one() -> None:
    assert rewritten(join_factors, step(p=ga, q=times(ga, b))) == ["p = a*g", "k_q = a*b", "q = g*k_q"]


def test_factors_that_move_are_not_joined() -> None:
    moving = times(g, squashed)
    assert untouched(join_factors, step(_p=squashed, _q=moving, r=times(moving, a)))
    assert untouched(join_factors, step(_p=ab, _q=times(ab, c), r=times(times(ab, c), g)))


def test_what_turns_out_to_be_a_leaf_loses_its_equation() -> None:
    """(g∘a)∘b and g∘(a∘b) are two values before and one after; their difference is gone."""
    left, right = times(ga, b), times(g, ab)
    rest = pointwise(slot(0) - slot(1) + slot(2), (left, right, c))
    one = step(_x=ga, _p=left, _y=ab, _q=right, z=rest, r=times(rest, g))
    assert equations(one)[-2:] == ["z = c + p - q", "r = g*z"]
    assert rewritten(join_factors, one) == ["r = c*g"]
    outputs = dict(join_factors(one).outputs)
    assert outputs["z"] is c


def test_terms_that_share_a_moving_factor_become_one() -> None:
    assert rewritten(merge_terms, step(_p=ga, _q=gb, r=add((ga, gb)))) == ["k_r = a + b", "r = g*k_r"]
    gc = times(g, c)
    three = step(_p=ga, _q=gb, _s=gc, r=add((ga, gb, gc, d)))
    assert rewritten(merge_terms, three) == ["k_k_r = a + b + c", "k_r = g*k_k_r", "r = d + k_r"]


def test_terms_used_elsewhere_or_with_other_factors_are_not_merged() -> None:
    assert untouched(merge_terms, step(p=ga, _q=gb, r=add((ga, gb))))
    assert untouched(merge_terms, step(_p=ga, _q=gb, r=pointwise(2 * slot(0) + slot(1), (ga, gb))))
    other = times(squashed, b)
    assert untouched(merge_terms, step(_t=squashed, _p=ga, _q=other, r=add((ga, other))))
    assert untouched(merge_terms, step(_p=ga, _q=gb, s=pointwise(tanh.head(slot(0)), (ga,)), r=add((ga, gb))))


def test_terms_that_cancel_leave_a_factor_of_zero() -> None:
    minus = pointwise(-slot(0), (a,))
    other = times(g, minus)
    one = step(_p=ga, _n=minus, _q=other, r=add((ga, other, g)))
    zero = ["k_k_k_r = 0", "k_k_r = broadcast(k_k_k_r, (n))", "k_r = g*k_k_r", "r = g + k_r"]
    assert rewritten(merge_terms, one) == zero


def test_terms_without_the_carry_get_a_sum_of_their_own() -> None:
    assert rewritten(split_sums, step(r=add((g, a, b)))) == ["x_r = a + b", "r = g + x_r"]
    products = pointwise(slot(0) * slot(1) + slot(2) * slot(3) + 1, (g, a, b, c))
    assert rewritten(split_sums, step(r=products)) == ["x_r = b*c + 1", "r = a*g + x_r"]


def test_a_sum_of_a_sum_that_moves_is_split_twice() -> None:
    inner = add((g, a, b))
    one = step(_p=inner, r=add((inner, c, d)))
    assert rewritten(split_sums, one) == ["x_p = a + b", "p = g + x_p", "x_r = c + d", "r = p + x_r"]


def test_an_equation_that_nothing_needs_is_gone() -> None:
    one = step(_p=ga, _s=pointwise(tanh.head(slot(0)), (ga,)), r=add((g, a)))
    for rewrite in (join_factors, merge_terms, split_sums, gather_products):
        assert rewritten(rewrite, one) == ["r = a + g"]


def test_a_single_value_is_not_worth_a_sum_of_its_own() -> None:
    assert untouched(split_sums, step(r=add((g, a))))
    assert untouched(split_sums, step(r=pointwise(slot(0) + 2 * slot(1) + 1, (g, a))))
    assert untouched(split_sums, step(_s=add((a, b)), r=times(g, add((a, b)))))


Ug, Vg, Vt = product(U, g), product(V, g), product(V, ga)


def test_products_that_meet_in_one_sum_become_neighbours() -> None:
    one = step(_p=Ug, _t=ga, _q=Vt, r=add((Ug, Vt, a)))
    assert rewritten(gather_products, one) == [
        "p = matvec(U, g)", "t = a*g", "q = matvec(V, t)", "p_r = p + q", "r = a + p_r",
    ]  # fmt: skip


def test_products_stay_that_are_used_twice_or_share_their_operand_or_are_the_whole_sum() -> None:
    assert untouched(gather_products, step(_p=Ug, _t=ga, _q=Vt, r=add((Ug, Vt))))
    assert untouched(gather_products, step(p=Ug, _t=ga, _q=Vt, r=add((Ug, Vt, a))))
    assert untouched(gather_products, step(_p=Ug, _q=Vg, r=add((Ug, Vg, a))))
    twice = pointwise(2 * slot(0) + slot(1) + slot(2), (Ug, Vt, a))
    assert untouched(gather_products, step(_p=Ug, _t=ga, _q=Vt, r=twice))


def test_a_product_with_a_matrix_that_is_no_parameter_is_not_gathered() -> None:
    square = contract("i,j->ij", g, g)
    other = product(square, ga)
    one = Step(
        "Small", (a, b, c, d), (U,), (Carry("g", g, add((Ug, other, a))),),
        (("p", Ug), ("t", ga), ("m", square), ("q", other), ("r", add((Ug, other, a)))), (),
    )  # fmt: skip
    assert untouched(gather_products, one)


def test_values_in_the_way_are_named_after_what_reads_them_and_never_twice() -> None:
    taken = times(ga, b)
    names = [name for name, _ in join_factors(step(k_r=pointwise(-slot(0), (c,)), _p=ga, r=taken)).equations]
    assert names == ["k_r", "k_r_2", "r"]


def length(size: sympy.Expr, sizes: dict[str, int]) -> int:
    return int(size.xreplace({s: sympy.Integer(sizes[s.name]) for s in size.free_symbols}))


@pytest.mark.parametrize("id", list(zoo))
def test_all_together_change_no_result(id: str) -> None:
    forward = lower(zoo[id].record)
    rng = np.random.default_rng(1)
    sizes = {str(s): 2 + k for k, s in enumerate(zoo[id].sizes)}

    def extents(node: Node) -> tuple[int, ...]:
        lead = () if isinstance(node.op, Leaf) and node.op.role in ("parameter", "static") else (4,)
        return (*lead, *(length(s, sizes) for s in node.shape))

    for one in (forward, differentiate(forward).backward):
        # Positive numbers: a cell may take roots and logarithms.
        values = {one.names[x]: rng.uniform(0.1, 0.9, extents(x)) for x in one.leaves}
        numbers = {**sizes, **dict(zoo[id].record.constants)}
        before, after = interpret(one, values, numbers), interpret(simplify(one), values, numbers)
        for name in (*(n for n, _ in (*one.outputs, *one.sums)), *(write_name(one, c.name) for c in one.carries)):
            np.testing.assert_allclose(after[name], before[name], rtol=1e-12, atol=1e-13)


def test_a_rewrite_that_changes_the_meaning_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(symrnn.simplify, "times", lambda one, other: add((one, other)))
    with pytest.raises(AssertionError):
        rewritten(join_factors, step(_p=ga, q=times(ga, b)))
