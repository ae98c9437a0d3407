"""Schedule to Sources to a loaded module: which backends there are, and what each of them writes."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.util
import pkgutil
from dataclasses import dataclass
from types import ModuleType

import symrnn.backends
from symrnn.adjoint import differentiate
from symrnn.cell import Cell
from symrnn.errors import UsageError
from symrnn.lower import lower
from symrnn.record import Record
from symrnn.schedule import Schedule, schedule


@dataclass(frozen=True)
class Source:
    """A path and a text; whoever wants a file writes it."""

    path: str
    text: str


def compile_record(record: Record, *, accurate: bool = False, surrogates: bool = True) -> Schedule:
    """The column of stages: record, step, program, schedule."""
    return schedule(differentiate(lower(record, surrogates=surrogates), accurate=accurate))


def _backend(name: str) -> ModuleType:
    """The backend of that name: a module of ``symrnn/backends`` that defines ``emit``."""
    for known in sorted(m.name for m in pkgutil.iter_modules(symrnn.backends.__path__)):
        if known == name:
            module = importlib.import_module(f"symrnn.backends.{known}")
            if hasattr(module, "emit"):
                return module
    raise UsageError(f"there is no backend {name!r}; there is {', '.join(backends())}")


def backends() -> list[str]:
    """The names of all backends."""
    names = sorted(m.name for m in pkgutil.iter_modules(symrnn.backends.__path__))
    return [n for n in names if hasattr(importlib.import_module(f"symrnn.backends.{n}"), "emit")]


def emit(
    cell: type[Cell], backend: str = "numpy", *, accurate: bool = False, surrogates: bool = True
) -> tuple[Source, ...]:
    """The sources of a cell's kernel, the main file first.

    ``accurate`` writes derivatives in the argument of a function instead of its output: slower, and right to the last
    digits where a gate is saturated. Without ``surrogates`` straight-through functions have their true derivative, 0,
    in place of the declared one. Raises UsageError for a backend that does not exist.
    """
    plan = compile_record(cell.record, accurate=accurate, surrogates=surrogates)
    texts: list[tuple[str, str]] = _backend(backend).emit(plan)
    return tuple(Source(path, text) for path, text in texts)


def build(
    cell: type[Cell], backend: str = "numpy", *, accurate: bool = False, surrogates: bool = True
) -> ModuleType:
    """The emitted module of a cell, loaded; ``__source__`` is its text."""
    sources = emit(cell, backend, accurate=accurate, surrogates=surrogates)
    own = getattr(_backend(backend), "load", None)
    if own is None:
        return load(sources[0])
    module: ModuleType = own([(source.path, source.text) for source in sources])
    return module


class _TextLoader(importlib.abc.SourceLoader):
    """Loads a module from a text that is no file, so that tracebacks still show its lines."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def get_filename(self, fullname: str) -> str:
        return f"<symrnn {self.source.path}>"

    def get_data(self, path: str | bytes) -> bytes:
        return self.source.text.encode()


def load(source: Source) -> ModuleType:
    """A module from an emitted source."""
    loader = _TextLoader(source)
    spec = importlib.util.spec_from_loader(source.path.removesuffix(".py").replace("/", "."), loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    module.__dict__["__source__"] = source.text
    return module
