"""What is not as the contract says is refused by a NumPy module and by a C module with the same words."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn.zoo import zoo

BACKENDS = ("numpy", "c")
T, B, SIZES = 3, 2, (2, 4)

Arguments = tuple[dict[str, Any], Any, dict[str, Any]]


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYMRNN_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("CFLAGS", "-O0")
        yield


@lru_cache
def built(id: str, backend: str) -> ModuleType:
    if backend == "c" and shutil.which("cc") is None:
        pytest.skip("no C compiler: backend='c' cannot be tested")
    return symrnn.build(zoo[id], backend=backend)


def arguments(kernel: ModuleType) -> Arguments:
    params = kernel.init(*SIZES, rng=0)
    return params, np.ones((T, B, SIZES[0])), kernel.initial_state(params, B)


def foreign(backend: str) -> tuple[Any, Any, Any]:
    """A workspace and two tapes of another cell, for sequences of the same sizes."""
    other = built("elman", backend)
    params, x, state = arguments(other)
    work = other.workspace(params, T, B)
    return work, other.forward(params, x, state)[2], other.forward(params, x, state, checkpoint=2)[2]


def forward(change: Callable[[Any], Any], which: int) -> Callable[[ModuleType], Any]:
    def call(kernel: ModuleType) -> Any:
        given = list(arguments(kernel))
        given[which] = change(given[which])
        return kernel.forward(*given)

    return call


REFUSED: dict[str, tuple[Callable[[ModuleType], Any], type[Exception], str]] = {
    "x is a masked array": (forward(np.ma.array, 1), TypeError, r"x is .*MaskedArray'>; it must be a plain NumPy arr"),
    "x is None": (forward(lambda x: None, 1), TypeError, r"x is <class 'NoneType'>; it must be a plain NumPy array"),
    "x is a mapping": (forward(lambda x: {"x": x}, 1), TypeError, r"x is <class 'dict'>; it must be a plain NumPy"),
    "a masked parameter": (
        forward(lambda p: {**p, "b": np.ma.array(p["b"])}, 0), TypeError, r"params\['b'\] is .*MaskedArray"),
    "a state of None": (
        forward(lambda s: {**s, "h": None}, 2), TypeError, r"state\['h'\] is <class 'NoneType'>; it must be a p"),
    "a state of whole numbers": (
        forward(lambda s: {n: v.astype(int) for n, v in s.items()}, 2), TypeError, r"state\['h'\] is int64; it"),
    "a batch of no number": (lambda k: k.initial_state(arguments(k)[0], 2.0), ValueError, "B must be a whole number"),
    "T of no number": (lambda k: k.workspace(arguments(k)[0], None, 2), ValueError, "T must be a whole number, 0 or"),
    "an infinite B": (lambda k: k.workspace(arguments(k)[0], 2, np.inf), ValueError, "B must .*, 0 or more, not inf"),
    "checkpoints of no number": (
        lambda k: k.forward(*arguments(k), checkpoint=np.nan), ValueError, "checkpoint must be a whole number, 1 or"),
    "a size below zero": (lambda k: k.init(2, -1, rng=0), ValueError, "n_h must be a whole number, 0 or more, not -1"),
    "parameters of whole numbers": (
        lambda k: k.init(2, 3, rng=0, dtype=int), TypeError, "dtype is int64; give float32 or float64"),
    "a block missing": (lambda k: k.pack({}), ValueError, r"blocks must be a mapping with the names \['U_f'"),
    "a block too many": (
        lambda k: k.pack({**k.unpack(arguments(k)[0]), "V": 1}), ValueError, "blocks must be .*'V'"),
    "a workspace of no kind": (
        lambda k: k.forward(*arguments(k), work={}), TypeError, "work is <class 'dict'>; it must be made by workspace"),
    "a tape of no kind": (
        lambda k: k.backward(arguments(k)[0], (1, 2), None), TypeError, "tape must be what forward of this module ret"),
}  # fmt: skip


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name: str, backend: str) -> None:
    call, error, message = REFUSED[name]
    with pytest.raises(error, match=message):
        call(built("lstm", backend))


@pytest.mark.parametrize("backend", BACKENDS)
def test_memory_of_another_cell_is_refused(backend: str) -> None:
    """Compiled code would write past its end."""
    kernel = built("lstm", backend)
    given = arguments(kernel)
    work, *tapes = foreign(backend)
    with pytest.raises(TypeError, match=r"work is <class '.*Workspace'>; it must be made by workspace of this module"):
        kernel.forward(*given, work=work)
    for tape in tapes:
        with pytest.raises(TypeError, match="tape must be what forward of this module returned"):
            kernel.backward(given[0], tape, None)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_seed_stands_for_its_generator(backend: str) -> None:
    kernel = built("lstm", backend)
    seeded, drawn = (kernel.init(*SIZES, rng=rng) for rng in (3, np.random.default_rng(3)))
    assert all(np.array_equal(seeded[name], drawn[name]) for name in drawn)
