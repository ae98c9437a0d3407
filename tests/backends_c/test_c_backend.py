"""Emitted C: it computes what the NumPy kernel computes, in both precisions and at any size, and keeps its promises."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from c_agreement import CASES, TOLERANCE, Numbers, differences, one, results

import symrnn
from symrnn.__main__ import main
from symrnn.backends import c_library
from symrnn.cell import Cell, Input, Scalar, State, Weight
from symrnn.errors import EmitError
from symrnn.ops import tanh
from symrnn.zoo import zoo

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler: backend='c' cannot be tested")

# Cells that between them hold every kind of operation: gates, matrix states, solve, matrix exponential, cumulative
# sums, complex states, values of the tick before, extra inputs, straight-through functions, projections of the state.
FEW = ("lstm", "mesa", "exprnn", "on_lstm", "lru", "qrnn_fo", "skip_rnn")


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A cache of its own, and a compiler in a hurry: what is tested is what is computed, not how fast."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("SYMRNN_CACHE", str(folder))
        patch.setenv("CFLAGS", "-O0")
        yield folder


@lru_cache
def pair(name: str) -> tuple[type[Cell], ModuleType, ModuleType]:
    return zoo[name], symrnn.build(zoo[name]), symrnn.build(zoo[name], backend="c")


def agree(name: str) -> None:
    for case in CASES:
        for dtype, tolerance in TOLERANCE.items():
            table = differences(*pair(name), case, dtype)
            wrong = {block: error for block, error in table.items() if not error <= tolerance}
            assert not wrong, f"{name} {case} {dtype.__name__}: {wrong}"


@pytest.mark.parametrize("name", FEW)
def test_c_agrees_with_numpy(name: str) -> None:
    agree(name)


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(set(zoo) - set(FEW)))
def test_c_agrees_with_numpy_for_the_whole_zoo(name: str) -> None:
    agree(name)


def test_a_wrong_kernel_is_found() -> None:
    cell, reference, kernel = pair("lstm")

    def forward(params: Any, x: Any, state: Any) -> Any:
        return kernel.forward({**params, "b": params["b"] + 1e-9}, x, state)

    changed = type(sys)("changed")
    changed.__dict__.update(vars(kernel), forward=forward)
    table = differences(cell, reference, changed, CASES[0], np.float64)
    assert max(table.values()) > 1e-11


def test_results_are_the_same_with_and_without_work() -> None:
    cell, _, kernel = pair("lstm")
    given = Numbers(cell, 20, 3, (5, 7), np.float64).arguments(kernel)
    before = [{n: v.copy() for n, v in group.items()} for group in given]
    work = kernel.workspace(given[0], 20, 3)
    first, second, third = results(kernel, given), results(kernel, given, work=work), results(kernel, given, work=work)
    for group, blocks in first.items():
        for name, value in blocks.items():
            np.testing.assert_array_equal(second[group][name], value)
            np.testing.assert_array_equal(third[group][name], value)
    for group, held in zip(given, before, strict=True):
        for name, value in group.items():
            np.testing.assert_array_equal(value, held[name])


def test_arrays_may_lie_anyhow_in_memory() -> None:
    cell, _, kernel = pair("lstm")
    given = Numbers(cell, 6, 3, (5, 7), np.float64).arguments(kernel)

    def scattered(value: Any) -> Any:
        wide = np.full((*value.shape[:-1], 2 * value.shape[-1]), np.nan)
        wide[..., ::2] = value
        wide.flags.writeable = False
        return wide[..., ::2]

    moved = tuple({n: scattered(v) for n, v in group.items()} for group in given)
    expected = results(kernel, given)
    for group, blocks in results(kernel, moved).items():
        for name, value in blocks.items():
            np.testing.assert_array_equal(value, expected[group][name])


def test_no_cotangents_mean_zero() -> None:
    cell, reference, kernel = pair("lstm")
    params, x, state, dy, dstate = Numbers(cell, 4, 2, (3, 5), np.float64).arguments(kernel)
    for arguments in ((None, dstate), (one(dy), None)):
        found, expected = (
            k.backward(params, k.forward(params, one(x), state)[2], *arguments) for k in (kernel, reference)
        )
        for name, value in expected[0].items():
            np.testing.assert_allclose(found[0][name], value, rtol=1e-10, atol=1e-13)


Change = Callable[[dict[str, Any]], dict[str, Any]]
REFUSED: dict[str, tuple[Change, str]] = {
    "shape": (lambda g: {**g, "x": g["x"][..., :-1]}, r"x has shape .* it must be \(T, B, n_x\) ="),
    "dtype": (lambda g: {**g, "x": g["x"].astype(np.float32)}, "x is float32; it must be float64"),
    "batch": (lambda g: {**g, "state": {n: v[:1] for n, v in g["state"].items()}}, "state.* has shape"),
    "names": (lambda g: {**g, "state": {"h": g["state"]["h"]}}, "state must be a mapping with the names"),
    "kind": (lambda g: {**g, "x": g["x"].tolist()}, "x is <class 'list'>; it must be a plain NumPy array"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_does_not_fit_is_refused(what: str) -> None:
    cell, _, kernel = pair("lstm")
    params, x, state, _, _ = Numbers(cell, 4, 2, (3, 5), np.float64).arguments(kernel)
    change, message = REFUSED[what]
    given = change({"params": params, "x": one(x), "state": state})
    with pytest.raises((TypeError, ValueError), match=message):
        kernel.forward(*given.values())


def test_a_tape_belongs_to_its_forward() -> None:
    cell, _, kernel = pair("lstm")
    params, x, state, dy, _ = Numbers(cell, 4, 2, (3, 5), np.float64).arguments(kernel)
    work = kernel.workspace(params, 4, 2)
    tape = kernel.forward(params, one(x), state, work=work)[2]
    kernel.forward(params, one(x), state, work=work)
    with pytest.raises(ValueError, match="used again"):
        kernel.backward(params, tape, one(dy))
    with pytest.raises(ValueError, match="work was made for"):
        kernel.forward(params, one(x)[:2], state, work=work)
    with pytest.raises(ValueError, match="must be a whole number"):
        kernel.workspace(params, -1, 2)
    with pytest.raises(MemoryError, match="GiB"):
        kernel.workspace(params, 2**40, 2**20)


class Plain(Cell):
    """A cell of fixed sizes, so that its kernel has none."""

    x = Input(2)
    h = State(3)
    W, a = Weight(x, to=3), Scalar()
    h = tanh(W.h @ x + a * h)


def test_a_cell_may_have_no_sizes() -> None:
    kernel, reference = symrnn.build(Plain, backend="c"), symrnn.build(Plain)
    assert max(differences(Plain, reference, kernel, (3, 2, (1,)), np.float64).values()) < 1e-13


def test_two_builds_at_once_make_one_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYMRNN_CACHE", str(tmp_path))
    sources = [(s.path, s.text) for s in symrnn.emit(Plain, backend="c")]
    with ThreadPoolExecutor(3) as pool:
        folders = set(pool.map(c_library.compiled, [sources] * 3))
    assert {f.name for f in tmp_path.iterdir()} == {f.name for f in folders} and len(folders) == 1


def test_every_processor_has_a_library_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """-march=native makes instructions that another processor on the same home directory may not have."""
    monkeypatch.setenv("SYMRNN_CACHE", str(tmp_path))
    sources = [(s.path, s.text) for s in symrnn.emit(Plain, backend="c")]
    folder = c_library.compiled(sources)
    assert c_library.compiled(sources) == folder
    monkeypatch.setattr(c_library, "_processor", lambda: "another")
    assert c_library.compiled(sources) != folder


def test_without_a_compiler_the_error_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYMRNN_CACHE", str(tmp_path))
    monkeypatch.setenv("CC", "no-such-compiler -x")
    with pytest.raises(EmitError, match=r"needs a C compiler: \$CC is no-such-compiler"):
        symrnn.build(Plain, backend="c")
    monkeypatch.delenv("CC")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EmitError, match="none of cc, gcc, clang is there"):
        symrnn.build(Plain, backend="c")


def test_a_failed_compilation_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYMRNN_CACHE", str(tmp_path))
    with pytest.raises(EmitError, match="the C compiler failed"):
        c_library.compiled([("broken.c", "int f(void) { return }"), ("broken.py", "")])
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_writes_all_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["emit", "elman", "--backend", "c", "-o", str(tmp_path / "out")])
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["elman.c", "elman.h", "elman.py"]
    assert capsys.readouterr().out.count("wrote") == 3
    done = subprocess.run([sys.executable, tmp_path / "out" / "elman.py"], capture_output=True, text=True, check=False)
    assert "make it with: cc " in done.stderr


def test_the_text_does_not_depend_on_the_hash_seed() -> None:
    code = "import symrnn; from symrnn.zoo import zoo; print(''.join(s.text for s in symrnn.emit(zoo['comba'], 'c')))"
    texts = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(texts) == 1 and len(texts.pop()) > 10000
