"""Functions of whole values: their shapes, the trees they become, what they mean, and what they refuse."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from explicit_values import evaluated

from symrnn.cell import Bias, Cell, Input, Matrix, Output, Size, State, Vector, Weight
from symrnn.errors import CellError
from symrnn.ops import (
    concat,
    cumsum,
    diag,
    expm,
    eye,
    layer_norm,
    logsumexp,
    normalize,
    ones,
    reshape,
    rms_norm,
    softmax,
    solve,
    split,
    structural,
)
from symrnn.tree import Arith, Param, Product, Ref, Structural, Transpose, walk
from symrnn.unify import HIDDEN, size_symbol

N_X, N_K = size_symbol("n_x"), size_symbol("n_k")


class Vectors(Cell):
    """Every function of a vector, each an output of its own."""

    n_h, n_k = Size(), Size()
    x, k = Input(), Input(n_k)
    h = State(n_h)
    W, U = Weight(x), Weight(h)
    gamma, beta = Vector(), Vector()
    A, E = Matrix(h, h), Matrix(2, 2)
    soft, sums, lse = Output(), Output(), Output()
    unit, unit_3 = Output(), Output()
    plain, gain, both, offset = Output(), Output(), Output(), Output()
    rms, rms_gain = Output(), Output()
    first, second = Output(), Output()
    joined, square, flat = Output(), Output(), Output()
    total, filled, scaled, solved, power = Output(), Output(), Output(), Output(), Output()

    soft = softmax(h)
    sums = cumsum(h)
    lse = logsumexp(h)
    unit = normalize(h)
    unit_3 = normalize(h, p=3, eps=0.5)
    plain = layer_norm(h)
    gain = layer_norm(h, gamma)
    both = layer_norm(h, gamma, beta, eps=0.25)
    offset = layer_norm(h, beta=beta)
    rms = rms_norm(h)
    rms_gain = rms_norm(h, gamma, eps=0.125)
    first, second = split(W.a @ x + U.a @ h, 2)
    joined = concat(x, h, 1)
    square = reshape(W.s @ x, n_k, h)
    flat = reshape(square, n_k * n_h)
    total = ones().T @ k
    filled = k @ ones().T * square
    scaled = diag(k) @ square @ diag(h)
    solved = solve(A + eye(), h)
    power = expm(E)
    h = first - second


def values() -> dict[Any, Any]:
    rng = np.random.default_rng(5)
    sizes = {"n_x": 2, "n_h": 3, "n_k": 4}
    result: dict[Any, Any] = {("x", 0): rng.normal(size=2), ("k", 0): rng.normal(size=4), ("h", 1): rng.normal(size=3)}
    for item in Vectors.params:
        shape = [int(size.xreplace({s: sizes[s.name] for s in size.free_symbols})) for size in item.shape]
        result[item.name] = rng.normal(size=shape)
    return result


def test_shapes() -> None:
    shapes = {item.name: item.shape for item in (*Vectors.equations, *Vectors.params)}
    n, k = HIDDEN, N_K
    like_h = ("soft", "sums", "unit", "unit_3", "plain", "gain", "both", "offset", "rms", "rms_gain", "gamma", "beta")
    expected = dict.fromkeys(like_h, (n,))
    expected |= {"lse": (1,), "W_a": (2 * n, N_X), "U_a": (2 * n, n), "first": (n,), "joined": (n + N_X + 1,)}
    expected |= {"W_s": (k * n, N_X), "square": (k, n), "flat": (k * n,), "total": (1,), "filled": (k, n)}
    expected |= {"scaled": (k, n), "solved": (n,), "power": (2, 2)}
    for name, shape in expected.items():
        assert shapes[name] == shape, name


def test_trees() -> None:
    trees = {item.name: item.tree for item in Vectors.equations}
    h, gamma, beta = Ref("h", 1), Param("gamma"), Param("beta")
    assert trees["soft"] == Structural("softmax", (h,))
    assert trees["unit_3"] == Structural("normalize", (h,), (("p", Fraction(3)), ("eps", Fraction(1, 2))))
    assert trees["both"] == Structural("layer_norm", (h, gamma, beta), (("eps", Fraction(1, 4)),))
    assert trees["rms"] == Structural("rms_norm", (h,), (("eps", Fraction(1, 10**5)),))
    assert trees["second"] == Structural("split", trees["first"].args, (("part", 1), ("parts", 2)))  # type: ignore[union-attr]
    assert trees["square"].option("shape") == (N_K, HIDDEN)  # type: ignore[union-attr]
    row = Transpose(Structural("ones", (), (("shape", (N_K,)),)))
    assert trees["total"] == Product(row, Ref("k"))
    identity = Structural("eye", (), (("shape", (HIDDEN, HIDDEN)),))
    assert trees["solved"] == Structural("solve", (Arith("+", (Param("A"), identity)), h))


def test_meaning() -> None:
    """The explicit view against NumPy."""
    given = values()
    found = evaluated(Vectors, {"n_x": 2, "n_h": 3, "n_k": 4}, given)
    x, k, h, gamma, beta = (given[key] for key in (("x", 0), ("k", 0), ("h", 1), "gamma", "beta"))
    a = given["W_a"] @ x + given["U_a"] @ h
    square = (given["W_s"] @ x).reshape(4, 3)
    centred = h - h.mean()
    series = sum(np.linalg.matrix_power(given["E"], n) / float(np.prod(np.arange(1.0, n + 1))) for n in range(60))
    expected = {
        "soft": np.exp(h) / np.exp(h).sum(),
        "sums": np.cumsum(h),
        "lse": [np.log(np.exp(h).sum())],
        "unit": h / np.sqrt(h @ h + 1e-6),
        "unit_3": h / (np.sum(np.abs(h) ** 3) + 0.5) ** (1 / 3),
        "plain": centred / np.sqrt(h.var() + 1e-5),
        "gain": gamma * centred / np.sqrt(h.var() + 1e-5),
        "both": gamma * centred / np.sqrt(h.var() + 0.25) + beta,
        "offset": centred / np.sqrt(h.var() + 1e-5) + beta,
        "rms": h / np.sqrt((h * h).mean() + 1e-5),
        "rms_gain": gamma * h / np.sqrt((h * h).mean() + 0.125),
        "first": a[:3],
        "second": a[3:],
        "joined": [*x, *h, 1],
        "square": square,
        "flat": square.ravel(),
        "total": [k.sum()],
        "filled": k[:, None] * square,
        "scaled": k[:, None] * square * h,
        "solved": np.linalg.solve(given["A"] + np.eye(3), h),
        "power": series,
        "h": a[:3] - a[3:],
    }
    assert set(expected) == set(found)
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-12, atol=1e-14, err_msg=name)


class Axes(Cell):
    """The functions that take a matrix, in one direction and in the other."""

    n_k = Size()
    C = State(n_k, n_k + 1)
    g_0, g_1 = Vector(), Vector()
    soft, sums, unit, layer, rms, lse = Output(), Output(), Output(), Output(), Output(), Output()
    soft_1, sums_1, unit_1, layer_1, rms_1, lse_1 = Output(), Output(), Output(), Output(), Output(), Output()
    columns = Output()

    soft, soft_1 = softmax(C, axis=0), softmax(C, axis=1)
    sums, sums_1 = cumsum(C, axis=0), cumsum(C, axis=1)
    unit, unit_1 = normalize(C, axis=0), normalize(C, axis=1)
    layer, layer_1 = layer_norm(C, g_0, axis=0), layer_norm(C, g_1, axis=1)
    rms, rms_1 = rms_norm(C, g_0, axis=0), rms_norm(C, g_1, axis=1)
    lse, lse_1 = logsumexp(C, axis=0), logsumexp(C, axis=1)
    columns = solve(C @ C.T + eye(), C)
    C = C + 1


def test_axes() -> None:
    rng = np.random.default_rng(6)
    C, g_0, g_1 = rng.normal(size=(2, 3)), rng.normal(size=2), rng.normal(size=3)
    assert [item.shape for item in Axes.params] == [(N_K,), (N_K + 1,)]
    shapes = {item.name: item.shape for item in Axes.equations}
    assert (shapes["lse"], shapes["lse_1"], shapes["soft_1"]) == ((N_K + 1,), (N_K,), (N_K, N_K + 1))
    found = evaluated(Axes, {"n_k": 2}, {("C", 1): C, "g_0": g_0, "g_1": g_1})
    for axis, end in ((0, ""), (1, "_1")):
        gain = g_0[:, None] if axis == 0 else g_1
        e = np.exp(C)
        root = {"axis": axis, "keepdims": True}
        expected = {
            "soft": e / e.sum(**root),
            "sums": np.cumsum(C, axis=axis),
            "unit": C / np.sqrt((C * C).sum(**root) + 1e-6),
            "layer": gain * (C - C.mean(**root)) / np.sqrt(C.var(**root) + 1e-5),
            "rms": gain * C / np.sqrt((C * C).mean(**root) + 1e-5),
            "lse": np.log(e.sum(axis=axis)),
        }
        for name, value in expected.items():
            np.testing.assert_allclose(found[name + end], value, rtol=1e-12, err_msg=name + end)
    np.testing.assert_allclose(found["columns"], np.linalg.solve(C @ C.T + np.eye(2), C), rtol=1e-12)


def test_open_lengths_are_shared_by_the_parts_of_a_split() -> None:
    class Stacked(Cell):
        x = Input()
        h = State()
        W, b = Weight(x), Bias()
        gamma = Vector()
        i, f, o = split(layer_norm(W.a @ x, gamma) + b.a, 3)
        h = i * h + f - o

    assert {item.name: item.shape[0] for item in Stacked.params} == dict.fromkeys(("W_a", "gamma", "b_a"), 3 * HIDDEN)


def test_every_function_is_in_the_list() -> None:
    assert set(structural.NAMES) == {
        "softmax", "cumsum", "logsumexp", "normalize", "layer_norm", "rms_norm", "concat", "split", "reshape", "ones",
        "eye", "diag", "solve", "expm", "real", "imag",
    }  # fmt: skip
    names = {node.name for cell in (Vectors, Axes) for e in cell.equations for node in nodes(e.tree)}
    assert names == set(structural.NAMES) - {"real", "imag"}


def nodes(tree: Any) -> list[Structural]:
    return [node for node in walk(tree) if isinstance(node, Structural)]


def test_the_symbolic_view_has_what_sympy_has() -> None:
    class Held(Cell):
        n_k = Size()
        x = Input(n_k)
        h = State(2 * n_k)
        U = Weight(h)
        a, b = split(U.h @ h, 2)
        h = solve(diag(concat(a, x)) + eye(), h) + ones() * (ones().T @ b)

    *_, last = Held.sympy()
    n = N_K
    h, U = sympy.MatrixSymbol("h_{t-1}", 2 * n, 1), sympy.MatrixSymbol("U_h", 2 * n, 2 * n)
    parts = [sympy.MatrixSymbol(name, n, 1) for name in ("a_t", "b_t", "x_t")]
    first = Held.sympy()[0].rhs
    assert first.shape == (n, 1) and first.parent == U * h and first.rowslice == (0, n, 1)
    diagonal = sympy.DiagMatrix(sympy.BlockMatrix([[parts[0]], [parts[2]]]))
    assert last.rhs.args[0] == sympy.MatMul(sympy.Inverse(diagonal + sympy.Identity(2 * n)), h)
    assert last.rhs.shape == (2 * n, 1)


@pytest.mark.parametrize("name", ["softmax", "expm"])
def test_what_the_symbolic_view_lacks_is_said(name: str) -> None:
    class Lacking(Cell):
        h = State()
        A = Matrix(h, h)
        h = softmax(A @ h) if name == "softmax" else expm(A) @ h

    with pytest.raises(CellError, match=rf"{name}\(\) has no form in SymPy .* Lacking.sympy\(n_h=2\)"):
        Lacking.sympy()
    assert len(Lacking.sympy(n_h=2)) == 1


def test_the_exponential_of_larger_matrices_is_refused_in_the_explicit_view() -> None:
    class Large(Cell):
        h = State()
        A = Matrix(h, h)
        h = expm(A) @ h

    with pytest.raises(CellError, match="up to 2 by 2, not for 3 rows"):
        Large.sympy(n_h=3)
