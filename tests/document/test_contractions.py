"""Einstein sums on the page: the product that is printed is read back and gives the sum."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy
from printed import Page

from symrnn.document.contractions import contraction, extents, multiplied
from symrnn.document.formula import Symbol
from symrnn.document.text_math import plain

LENGTHS = {"i": 2, "j": 3, "k": 4}
PRODUCTS = [
    "ij,j->i", "ij,i->j", "ij,jk->ik", "ij,ik->jk", "ij,kj->ik", "ij,ki->jk", "ij,jk->ki", "i,j->ij", "i,j->ji",
    "i,i->", "i->", "ij->", "ij->i", "ij->j", "ij->ji", "ij->ij", "i->i", "i,->i", "ij,->ij", "ij,j,->i",
]  # fmt: skip
NO_PRODUCT = {
    "ij,ij->": "[Σ_ij (p)_ij (q)_ij]", "i,i->i": "[(p)_i (q)_i]_i", "ij,i->ij": "[(p)_ij (q)_i]_ij",
    "i,j,k->": "[Σ_ijk (p)_i (q)_j (r)_k]", "ij,k->": "[Σ_ijk (p)_ij (q)_k]", "ij,k->ijk": "[(p)_ij (q)_k]_ijk",
    "ijk->i": "[Σ_jk (p)_ijk]_i",
}  # fmt: skip


def operands(spec: str) -> list[tuple[str, tuple[int, ...]]]:
    """Names and shapes; an empty word is a scalar."""
    words = spec.split("->")[0].split(",")
    return [("pqr"[k], tuple(LENGTHS[x] for x in word) or (1,)) for k, word in enumerate(words)]


def column(array: Any) -> Any:
    """A value as the page means it: a vector is a column, a scalar a number."""
    if array.size == 1:
        return float(array.reshape(()))
    return array[:, None] if array.ndim == 1 else array


@pytest.mark.parametrize("spec", PRODUCTS)
def test_a_product_is_the_sum(spec: str) -> None:
    rng = np.random.default_rng(0)
    arrays = {name: rng.normal(size=shape) for name, shape in operands(spec)}
    shown = [(Symbol(name), tuple(map(sympy.Integer, shape))) for name, shape in operands(spec)]
    factors = contraction(spec, shown)
    values = {name: column(array) for name, array in arrays.items()}
    count = {"i->": 2, "ij->i": 3, "ij->j": 2}.get(spec)
    text = plain(multiplied(factors))
    if spec == "ij->":
        values |= {"left": np.ones((2, 1)), "right": np.ones((3, 1))}
        assert text == "𝟏ᵀ p 𝟏"
        text = "leftᵀ p right"
    found = Page({**values, "𝟏": np.ones((count or 1, 1))}).evaluate(text)
    words, output = spec.split("->")
    bare = [a.reshape(()) if not w else a for a, w in zip(arrays.values(), words.split(","), strict=True)]
    np.testing.assert_allclose(found, column(np.einsum(spec, *bare)), rtol=1e-14)


@pytest.mark.parametrize("spec", PRODUCTS)
def test_the_shapes_of_factors_fit_side_by_side(spec: str) -> None:
    shown = [(Symbol(name), tuple(map(sympy.Integer, shape))) for name, shape in operands(spec)]
    factors = contraction(spec, shown)
    full = [(*f.shape, *((1,) if len(f.shape) == 1 else ())) or (1, 1) for f in factors]
    assert all(a[1] == b[0] for a, b in zip(full, full[1:], strict=False))
    result = tuple(LENGTHS[x] for x in spec.split("->")[1])
    assert (full[0][0], full[-1][1]) == {0: (1, 1), 1: (*result, 1), 2: result}[len(result)]
    assert plain(extents(factors)).count("(") == len(factors)


@pytest.mark.parametrize("spec", NO_PRODUCT)
def test_what_no_product_says_is_printed_as_it_is(spec: str) -> None:
    shown = [(Symbol(name), tuple(map(sympy.Integer, shape))) for name, shape in operands(spec)]
    (factor,) = contraction(spec, shown)
    assert plain(factor.formula) == NO_PRODUCT[spec]
    assert factor.shape == tuple(LENGTHS[x] for x in spec.split("->")[1])
