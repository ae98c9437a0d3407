"""What the module beside an emitted C file adds to it: shares of the batch, segments of time, calls repeated."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from c_agreement import Numbers, one, results

import symrnn
from symrnn.cell import Cell
from symrnn.zoo import zoo

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler: backend='c' cannot be tested")
# One state, several inputs, a complex state in two parts, past values in a stack, a matrix state.
CELLS = ("lstm", "augru", "lru", "qrnn_fo", "mesa")


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A cache of its own, and a compiler in a hurry."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYMRNN_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("CFLAGS", "-O0")
        yield


@lru_cache
def pair(name: str) -> tuple[type[Cell], ModuleType]:
    return zoo[name], symrnn.build(zoo[name], backend="c")


def given(name: str, T: int = 7, B: int = 5) -> Any:
    cell, kernel = pair(name)
    return Numbers(cell, T, B, (3, 4), np.float64).arguments(kernel)


def close(found: Any, expected: Any) -> None:
    assert found.keys() == expected.keys()
    for group, blocks in expected.items():
        for name, value in blocks.items():
            scale = np.abs(value).max(initial=1e-3)
            np.testing.assert_allclose(found[group][name], value, rtol=1e-12, atol=1e-12 * scale, err_msg=name)


@pytest.mark.parametrize("threads", [2, 5, 9])
@pytest.mark.parametrize("name", CELLS)
def test_threads_share_out_the_batch(name: str, threads: int) -> None:
    kernel, arguments = pair(name)[1], given(name)
    work = kernel.workspace(arguments[0], 7, 5, threads=threads)
    assert [rows.stop - rows.start for rows in work.rows] == {2: [2, 3], 5: [1] * 5, 9: [1] * 5}[threads]
    for _ in range(2):
        close(results(kernel, arguments, work=work), results(kernel, arguments))
    gradients = kernel.backward(arguments[0], kernel.forward(*arguments[:1], one(arguments[1]), work=work)[2], None)[0]
    assert all(isinstance(value, np.ndarray) for value in gradients.values())


def test_threads_work_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every share waits for the other: one after the other they would never end."""
    kernel, (params, x, state, dy, _) = pair("lstm")[1], given("lstm")
    meeting, forward = threading.Barrier(2, timeout=20), kernel.forward

    def waiting(*arguments: Any, work: Any = None) -> Any:
        if not isinstance(work, kernel.Shares):
            meeting.wait()
        return forward(*arguments, work=work)

    monkeypatch.setattr(kernel, "forward", waiting)
    y, _, tape = kernel.forward(params, one(x), state, work=kernel.workspace(params, 7, 5, threads=2))
    np.testing.assert_allclose(y, forward(params, one(x), state)[0], rtol=1e-12, atol=1e-14)
    assert kernel.backward(params, tape, one(dy))[1].shape == (7, 5, 3)


@pytest.mark.parametrize("threads", [0, -1, 1.5])
def test_there_is_a_whole_number_of_threads(threads: float) -> None:
    with pytest.raises(ValueError, match="threads must be a whole number, 1 or more"):
        pair("lstm")[1].workspace(given("lstm")[0], 7, 5, threads=threads)


def test_shared_work_fits_one_shape_and_its_last_forward() -> None:
    kernel, (params, x, state, dy, _) = pair("lstm")[1], given("lstm")
    work = kernel.workspace(params, 7, 5, threads=2)
    tape = kernel.forward(params, one(x), state, work=work)[2]
    with pytest.raises(ValueError, match="work was made for"):
        kernel.forward(params, one(x)[:2], state, work=work)
    kernel.forward(params, one(x), state, work=work)
    with pytest.raises(ValueError, match="used again"):
        kernel.backward(params, tape, one(dy), work=work)


@pytest.mark.parametrize("every", [1, 3, 7, 100])
@pytest.mark.parametrize("name", CELLS)
def test_checkpoints(name: str, every: int) -> None:
    kernel, arguments = pair(name)[1], given(name)
    close(results(kernel, arguments, checkpoint=every), results(kernel, arguments))


@pytest.mark.parametrize("name", CELLS)
def test_a_call_that_is_repeated_sees_new_numbers_in_old_arrays(name: str) -> None:
    """What was checked once is not checked again, but it is read again, copies of it included."""
    kernel, arguments = pair(name)[1], given(name)
    work = kernel.workspace(arguments[0], 7, 5)
    results(kernel, arguments, work=work)
    results(kernel, arguments, work=work)
    for group in arguments:
        for value in group.values():
            value *= 0.7
    close(results(kernel, arguments, work=work), results(kernel, arguments))


def test_a_call_with_other_arrays_is_checked_again() -> None:
    kernel, (params, x, state, dy, dstate) = pair("lstm")[1], given("lstm")
    work = kernel.workspace(params, 7, 5)
    tape = kernel.forward(params, one(x), state, work=work)[2]
    kernel.backward(params, tape, one(dy), dstate, work=work)
    with pytest.raises(ValueError, match="state.* has shape"):
        kernel.forward(params, one(x), {**state, "c": state["c"][:1]}, work=work)
    with pytest.raises(ValueError, match="dy has shape"):
        kernel.backward(params, tape, one(dy)[:-1], dstate, work=work)
    swapped = {"h": state["c"], "c": state["h"]}
    y = kernel.forward(params, one(x), swapped, work=work)[0]
    np.testing.assert_array_equal(y, kernel.forward(params, one(x), swapped)[0])


def test_a_tape_of_its_own_beside_kept_work() -> None:
    """Backward without work= returns arrays of its own, whatever was called before."""
    kernel, (params, x, state, dy, dstate) = pair("lstm")[1], given("lstm")
    work = kernel.workspace(params, 7, 5)
    tape = kernel.forward(params, one(x), state, work=work)[2]
    apart = kernel.backward(params, tape, one(dy), dstate)
    held = {n: v.copy() for n, v in apart[0].items()}
    kept = kernel.backward(params, tape, 2 * one(dy), dstate, work=work)
    again = kernel.backward(params, tape, one(dy), dstate, work=work)
    for name, value in held.items():
        np.testing.assert_array_equal(apart[0][name], value)
        np.testing.assert_array_equal(again[0][name], value)
        assert kept[0][name] is again[0][name]


@pytest.mark.parametrize("which", ["state", "dy", "dstate"])
@pytest.mark.parametrize("change", ["longer", "shorter"])
def test_shares_refuse_another_batch(which: str, change: str) -> None:
    """Every share takes its rows of what is given: rows too many would be left out without a word."""
    kernel, (params, x, state, dy, dstate) = pair("lstm")[1], given("lstm")
    _, _, state2, dy2, dstate2 = given("lstm", B=9 if change == "longer" else 3)
    work = kernel.workspace(params, 7, 5, threads=2)
    with pytest.raises(ValueError, match=rf"{which}.* has shape .*5"):
        tape = kernel.forward(params, one(x), state2 if which == "state" else state, work=work)[2]
        kernel.backward(params, tape, one(dy2 if which == "dy" else dy), dstate2 if which == "dstate" else dstate)


def test_a_share_that_fails_waits_for_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the next call would meet a thread in the memory of its share."""
    kernel, (params, x, state, _, _) = pair("lstm")[1], given("lstm")
    work, forward = kernel.workspace(params, 7, 5, threads=2), kernel.forward
    started, ended = threading.Event(), []

    def one_fails(*arguments: Any, work: Any) -> Any:
        if work is not shares.parts[0]:
            started.set()
            time.sleep(0.2)
            ended.append(1)
            return forward(*arguments, work=work)
        started.wait(20)
        raise ArithmeticError("this share fails")

    shares = work
    monkeypatch.setattr(kernel, "forward", one_fails)
    with pytest.raises(ArithmeticError, match="this share fails"):
        forward(params, one(x), state, work=work)
    assert ended


def test_numbers_at_odd_addresses_are_copied() -> None:
    """A compiled loop may count on the alignment of a number."""
    kernel, (params, x, state, dy, dstate) = pair("lstm")[1], given("lstm")

    def shifted(value: Any) -> Any:
        memory = np.zeros(value.nbytes + 1, np.uint8)
        found = memory[1:].view(value.dtype).reshape(value.shape)
        found[...] = value
        return found

    moved = tuple({n: shifted(v) for n, v in group.items()} for group in (params, x, state, dy, dstate))
    assert not moved[1]["x"].flags.aligned
    work = kernel.workspace(params, 7, 5)
    _, _, tape = kernel.forward(moved[0], one(moved[1]), moved[2], work=work)
    assert all(a.flags.aligned for arrays in work.ran.arrays for a in arrays)
    kernel.backward(moved[0], tape, one(moved[3]), moved[4], work=work)
    close(results(kernel, moved, work=work), results(kernel, (params, x, state, dy, dstate)))


def test_outputs_may_be_the_next_inputs() -> None:
    """They lie in the memory that the call writes to."""
    cell, kernel = pair("lstm")
    params, x, state, dy, _ = Numbers(cell, 7, 5, (4, 4), np.float64).arguments(kernel)
    work = kernel.workspace(params, 7, 5)
    y = kernel.forward(params, one(x), state, work=work)[0]
    expected = kernel.forward(params, y.copy(), state)
    for _ in range(2):
        y = kernel.forward(params, one(x), state, work=work)[0]
        again, _, tape = kernel.forward(params, y, state, work=work)
        np.testing.assert_array_equal(again, expected[0])
        found = kernel.backward(params, tape, one(dy), work=work)[0]
        for name, value in kernel.backward(params, expected[2], one(dy))[0].items():
            np.testing.assert_array_equal(found[name], value)


class Listed:
    """Just enough of a mapping: keys and entries."""

    def __init__(self, arrays: dict[str, Any]) -> None:
        self.arrays = arrays

    def keys(self) -> Any:
        return self.arrays.keys()

    def __iter__(self) -> Any:
        return iter(self.arrays)

    def __getitem__(self, name: str) -> Any:
        return self.arrays[name]


def test_mappings_need_not_be_dicts() -> None:
    kernel, (params, x, state, dy, dstate) = pair("lstm")[1], given("lstm")
    work = kernel.workspace(params, 7, 5)
    tape = kernel.forward(Listed(params), one(x), Listed(state), work=work)[2]
    found = kernel.backward(Listed(params), tape, one(dy), Listed(dstate), work=work)
    expected = kernel.backward(params, kernel.forward(params, one(x), state)[2], one(dy), dstate)
    for name, value in expected[0].items():
        np.testing.assert_array_equal(found[0][name], value)


def test_idle_threads_let_the_process_end() -> None:
    kernel = pair("lstm")[1]
    code = f"""
import importlib.util, sys
import numpy as np
spec = importlib.util.spec_from_file_location("lstm", {kernel.__file__!r})
kernel = importlib.util.module_from_spec(spec)
spec.loader.exec_module(kernel)
params = kernel.init(3, 4, rng=np.random.default_rng(0))
work = kernel.workspace(params, 7, 5, threads=2)
kernel.forward(params, np.zeros((7, 5, 3)), work=work)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_threads_of_a_workspace_come_back_after_a_fork() -> None:
    """A fork copies the workspace and none of its threads: the child once waited for them for ever."""
    kernel = pair("lstm")[1]
    code = f"""
import importlib.util, os, sys
import numpy as np
spec = importlib.util.spec_from_file_location("lstm", {kernel.__file__!r})
kernel = importlib.util.module_from_spec(spec)
spec.loader.exec_module(kernel)
params = kernel.init(3, 4, rng=np.random.default_rng(0))
work, x = kernel.workspace(params, 7, 5, threads=2), np.ones((7, 5, 3))
expected = kernel.forward(params, x, work=work)[0].copy()
child = os.fork()
if child == 0:
    found = kernel.forward(params, x, work=work)[0]
    os._exit(0 if np.array_equal(found, expected) else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
