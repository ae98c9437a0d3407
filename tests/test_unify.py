"""Size unification: what merges, what stays apart, what is decided at the end."""

from __future__ import annotations

import pytest
import sympy

from symrnn.unify import HIDDEN, ONE, Sizes, is_scalar, shape_text, size_symbol

N_X, N_K = size_symbol("n_x"), size_symbol("n_k")


def test_equal_names_are_equal_symbols() -> None:
    assert size_symbol("n_q") == size_symbol("n_q")
    assert size_symbol("n_q") != sympy.Symbol("n_q")


def test_rigid_sizes_never_merge() -> None:
    sizes = Sizes()
    assert not sizes.unify(N_X, HIDDEN)
    assert sizes.unify(N_X, N_X)
    assert sizes.resolve(N_X) == N_X


def test_unknown_takes_what_it_meets_first() -> None:
    sizes = Sizes()
    u = sizes.unknown()
    assert sizes.unify(u, N_X)
    assert sizes.resolve(u) == N_X
    assert not sizes.unify(u, HIDDEN)


def test_chains_resolve_through() -> None:
    sizes = Sizes()
    a, b, c = sizes.unknown(), sizes.unknown(), sizes.unknown()
    assert sizes.unify(a, b) and sizes.unify(b, c) and sizes.unify(c, N_K)
    assert {sizes.resolve(s) for s in (a, b, c)} == {N_K}


@pytest.mark.parametrize("size", [ONE, HIDDEN, N_K, 2 * N_K])
def test_soft_takes_any_size_that_no_input_brought(size: sympy.Expr) -> None:
    sizes = Sizes()
    sizes.brought.add(N_X)
    soft = sizes.unknown(soft=True)
    assert sizes.unify(soft, size)
    assert sizes.resolve(soft) == size


@pytest.mark.parametrize("size", [N_X, N_X + 1, 2 * N_X])
def test_soft_refuses_the_size_of_an_input(size: sympy.Expr) -> None:
    sizes = Sizes()
    sizes.brought.add(N_X)
    soft = sizes.unknown(soft=True)
    assert not sizes.unify(soft, size)
    assert not sizes.unify(size, soft)


@pytest.mark.parametrize("turned", [False, True])
def test_soft_stays_soft_when_it_meets_an_unknown(turned: bool) -> None:
    sizes = Sizes()
    sizes.brought.add(N_X)
    soft, hard = sizes.unknown(soft=True), sizes.unknown()
    assert sizes.unify(hard, soft) if turned else sizes.unify(soft, hard)
    assert not sizes.unify(hard, N_X)
    assert sizes.settle(hard, HIDDEN) == HIDDEN


def test_linear_equation_with_one_unknown_is_solved() -> None:
    sizes = Sizes()
    u, v = sizes.unknown(), sizes.unknown()
    assert sizes.unify(4 * u, HIDDEN)
    assert sizes.resolve(u) == HIDDEN / 4
    assert sizes.unify(v + N_K, HIDDEN + N_K)
    assert sizes.resolve(v) == HIDDEN


def test_what_has_no_positive_whole_solution_is_refused() -> None:
    sizes = Sizes()
    u = sizes.unknown()
    assert not sizes.unify(u + 3, sympy.Integer(2))
    assert not sizes.unify(2 * u, sympy.Integer(3))
    assert not sizes.unify(u, 2 * u)
    assert not sizes.unify(u * u, HIDDEN)
    assert not sizes.unify(sizes.unknown() + u, HIDDEN)
    assert sizes.resolve(u) == u


def test_equal_polynomials_are_one_size() -> None:
    assert Sizes().unify(N_K * (HIDDEN + 1), N_K * HIDDEN + N_K)


def test_settle_decides_soft_lengths_only() -> None:
    sizes = Sizes()
    assert sizes.settle(sizes.unknown(soft=True), None) is None
    assert sizes.settle(sizes.unknown(), HIDDEN) is None
    assert sizes.settle(2 * sizes.unknown(soft=True), HIDDEN) == 2 * HIDDEN


def test_shapes_unify_by_rank_and_length() -> None:
    sizes = Sizes()
    u = sizes.unknown()
    assert not sizes.unify_shapes((HIDDEN,), (HIDDEN, ONE))
    assert sizes.unify_shapes((HIDDEN, u), (HIDDEN, N_X))
    assert sizes.resolve_shape((u, u)) == (N_X, N_X)


def test_only_a_vector_of_length_one_is_a_scalar() -> None:
    assert is_scalar((ONE,))
    assert not any(is_scalar(shape) for shape in ((), (ONE, ONE), (HIDDEN,)))


def test_shapes_print_with_open_lengths_as_question_marks() -> None:
    sizes = Sizes()
    assert shape_text((HIDDEN, 2 * N_K)) == "(n_h, 2*n_k)"
    assert shape_text((sizes.unknown(),)) == "(?)"
    assert shape_text(()) == "()"
