"""Kernels of the engine, emitted once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import ModuleType

import pytest

from symrnn.cell import Cell
from symrnn.emission import build
from symrnn.verification import protocol


@cache
def emitted(cell: type[Cell], backend: str = "numpy", *, accurate: bool = False, surrogates: bool = True) -> ModuleType:
    """An emitted module, once for each cell and form."""
    return build(cell, backend, accurate=accurate, surrogates=surrogates)


@pytest.fixture
def kept_kernels(monkeypatch: pytest.MonkeyPatch) -> Callable[..., ModuleType]:
    """``verify`` takes the kernels it needs from those already emitted."""
    monkeypatch.setattr(protocol, "build", emitted)
    return emitted
