"""Functions of whole values in C along either axis of a matrix, and parts of what was joined: as in NumPy."""

from __future__ import annotations

import shutil
from typing import Any

import numpy as np
import pytest
from c_agreement import TOLERANCE, differences

import symrnn
from symrnn.cell import Bias, Cell, Input, Matrix, Size, State, Vector, Weight
from symrnn.ops import concat, cumsum, logsumexp, softmax, split, tanh

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler: backend='c' cannot be tested")
CASES = ((3, 2, (2, 3)), (5, 1, (1, 1)), (4, 3, (17, 9)), (0, 2, (2, 3)))


class Axes(Cell):
    """A matrix-valued state, normalised along its columns and along its rows."""

    n_x, n_h = Size(), Size()
    x = Input(n_x)
    S, h = State(n_h, n_x), State(n_h)
    W, U = Weight(x), Weight(h)
    a = tanh(W.h @ x + U.h @ h)
    S = softmax(S + a @ x.T, axis=0) - softmax(S * 2, axis=1) + cumsum(S, axis=0) * 0.1 + cumsum(a @ x.T, axis=1)
    h = logsumexp(S, axis=1) * 0.5 - a + logsumexp(S, axis=0).T @ x


class Joined(Cell):
    """Vectors one after the other, and parts of them."""

    n_x, n_h = Size(), Size()
    x = Input(n_x)
    h, k = State(n_h), State(n_h)
    W, b, v = Matrix(n_h, n_x + n_h), Bias(), Vector(h)
    first, second = split(concat(tanh(k), h), 2)
    h = tanh(W @ concat(x, h) + b.h) * first
    k = second * v + split(concat(h, k), 2)[1]


@pytest.fixture(autouse=True)
def cache(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYMRNN_CACHE", str(tmp_path))
    monkeypatch.setenv("CFLAGS", "-O0")


@pytest.mark.parametrize("cell", [Axes, Joined], ids=lambda cell: cell.name)
def test_c_agrees_with_numpy(cell: type[Cell]) -> None:
    reference, kernel = symrnn.build(cell), symrnn.build(cell, backend="c")
    for case in CASES:
        for dtype, tolerance in TOLERANCE.items():
            table = differences(cell, reference, kernel, case, dtype)
            wrong = {block: error for block, error in table.items() if not error <= tolerance}
            assert not wrong, f"{case} {np.dtype(dtype).name}: {wrong}"
