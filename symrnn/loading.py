"""Find the cell that a command line names: a zoo id, ``file.py:ClassName``, or a note, ``note.md#name``.

A zoo id is looked up; a Python file is imported, so it runs as code, like any module. A note (``.md``, ``.tex``) is
data: it is read, never run.
"""

from __future__ import annotations

import difflib
import importlib.util
import re
import sys
import traceback
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import symrnn
from symrnn.analysis.notes import Reading
from symrnn.cell import Cell, cell_of
from symrnn.errors import SymrnnError, UsageError
from symrnn.zoo import zoo

NOTES = (".md", ".markdown", ".tex", ".ipynb", ".txt")
# What importing somebody's file is known to raise. KeyboardInterrupt and MemoryError are not about the file; SystemExit
# is: it would end the whole command.
IMPORT_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    SyntaxError,
    SystemExit,
    TypeError,
    ValueError,
)


def find(text: str, fix: Iterable[str] = ()) -> tuple[str, type[Cell]]:
    """The id and the cell that ``text`` names; UsageError with what to do where there is none.

    The id names the folder and the files that are written: for a cell from a file its class name in small letters.
    ``fix`` are the corrections that are made to a note as it is read.
    """
    path, _, name = text.rpartition(":")
    if path.endswith(".py"):
        cell = _named(_from_file(Path(path), name), text)
    elif text.endswith(".py"):
        raise UsageError(f"{text}: say which class of the file, e.g. {text}:{_classes(Path(text))[0]}")
    elif is_note(text):
        cell = _of_note(text, fix)
        cell = _named(cell, f"{text.partition('#')[0]}#{cell.name}")
    else:
        cell = zoo[text]
    return cell.id, cell


def _named(cell: type[Cell], source: str) -> type[Cell]:
    """The cell with the text that a command line names it by, which what is made of it says."""
    return cell_of(replace(cell.record, source=source), cell.__module__)


def find_all(texts: Iterable[str] | None) -> list[tuple[str, type[Cell]]]:
    """The id and the cell of each text, once each; the whole zoo for none.

    Two different cells of one id would write the same files, so that is a UsageError.
    """
    named = list(texts or ())
    return [(id, cell) for id, (_, cell) in _found(named).items()] if named else list(zoo.items())


def find_texts(texts: Iterable[str] | None, fix: Iterable[str] = ()) -> list[tuple[str, str]]:
    """The id of each text and the text, once each, by which another process finds the cell; the whole zoo for none.

    A note without a name stands for all cells in it.
    """
    named = list(texts or ())
    return [(id, text) for id, (text, _) in _found(named, fix).items()] if named else [(id, id) for id in zoo]


def _found(texts: list[str], fix: Iterable[str] = ()) -> dict[str, tuple[str, type[Cell]]]:
    found: dict[str, tuple[str, type[Cell]]] = {}
    each = [one for text in texts for one in (_each_of(text, fix) if is_note(text) and "#" not in text else [text])]
    for text in each:
        id, cell = find(text, fix)
        if found.setdefault(id, (text, cell))[1] != cell:
            raise UsageError(f"{text}: another cell of this command is called {id} too; build them one at a time")
    return found


def is_note(text: str) -> bool:
    """Whether a text of a command line names a note, or a cell in one."""
    return Path(text.partition("#")[0]).suffix.lower() in NOTES


def note(path: str, fix: Iterable[str] = ()) -> Reading:
    """A note, read once: the same file with the same corrections is not read again."""
    file = Path(path)
    if not file.is_file():
        raise UsageError(f"{path}: there is no such file")
    stamp = file.stat()
    return _read(path, tuple(fix), stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=8)
def _read(path: str, fix: tuple[str, ...], changed: int, size: int) -> Reading:
    return symrnn.read(Path(path), fix=fix)


def _each_of(text: str, fix: Iterable[str]) -> list[str]:
    """A text for each cell of a note."""
    names = [cell.name for cell in _cells_of(text, fix)]
    return [f"{text}#{name}" for name in names]


def _cells_of(path: str, fix: Iterable[str]) -> list[type[Cell]]:
    """The cells of a note; UsageError with what was found instead where there is none."""
    found = note(path, fix)
    if not found.cells:
        wrong = "\n".join(str(d) for d in found.found.diagnostics if d.severity == "error")
        raise UsageError(f"{path}: no cell is defined here" + (f"\n{wrong}" if wrong else ""))
    return found.cells


def _of_note(text: str, fix: Iterable[str]) -> type[Cell]:
    """The cell of a note that a text names; without a name the only one."""
    path, sharp, name = text.partition("#")
    cells = _cells_of(path, fix)
    if not sharp and len(cells) == 1:
        return cells[0]
    known = {cell.name: cell for cell in cells}
    chosen = [cell for cell in cells if name in (cell.name, cell.id)] or [
        cell for cell in cells if name.lower() == cell.id
    ]
    if len(chosen) == 1:
        return chosen[0]
    choice = ", ".join(f"{path}#{own}" for own in known)
    raise UsageError(f"{text}: say which cell of the note: {choice}")


def _from_file(path: Path, name: str) -> type[Cell]:
    module = _import(path)
    cell = vars(module).get(name)
    if not (isinstance(cell, type) and issubclass(cell, Cell) and cell is not Cell):
        what = "is not a Cell" if name in vars(module) else "is not defined"
        known = [n for n, v in vars(module).items() if isinstance(v, type) and issubclass(v, Cell) and v is not Cell]
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
        raise UsageError(f"{path}: {name} {what}{f'; did you mean {near[0]}?' if near else ''}")
    return cell


def _classes(path: Path) -> list[str]:
    """The classes that a file seems to define, found without running it."""
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file")
    text = path.read_text(encoding="utf-8", errors="replace")
    return re.findall(r"^class (\w+)", text, re.MULTILINE) or ["ClassName"]


def _import(path: Path) -> ModuleType:
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file")
    module_name = f"symrnn_cell_{path.stem}"
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path}: Python cannot import this file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
    except SymrnnError as error:
        raise type(error)(f"{path}{_line(error, path)}: {error}") from error
    except IMPORT_ERRORS as error:
        raise UsageError(f"{path}{_line(error, path)}: {type(error).__name__}: {error}") from error
    return module


def _line(error: BaseException, path: Path) -> str:
    """``:12``, the last line of the file that was running when ``error`` was raised."""
    if isinstance(error, SyntaxError) and error.lineno:
        return f":{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename).resolve() == path.resolve()]
    return f":{lines[-1]}" if lines else ""
