"""What ``symrnn build`` writes for a cell: kernel, derivation, schedule and certificate, and how it gets to disk.

``plan`` computes paths and texts and touches nothing; ``write`` and ``compare`` are the two things to do with them.
Every text carries a mark, so that a file somebody else wrote under the same name is never overwritten unasked.
"""

from __future__ import annotations

import difflib
import os
import re
import signal
import tempfile
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import symrnn
from symrnn.cell import Cell
from symrnn.document import render
from symrnn.emission import Source
from symrnn.errors import UsageError
from symrnn.verification import Certificate

FORMATS = ("tex", "md", "html", "txt")
ZOO_FORMATS = ("tex", "md")  # of the whole zoo, which is checked in: the two that a reader of a repository sees
RUN_FILE = "certificate.run.json"  # one run's figures: written, never compared
SEED = 0  # of the certificate that is checked in: the same cases on every machine
# What every file that symrnn writes says near its top.
MARK = re.compile(r"symrnn-certificate|symrnn (build|emit|derive) |by symrnn\b", re.IGNORECASE)


@dataclass(frozen=True)
class Built:
    """Everything that was computed for one cell, and the files that hold it; paths start with the cell's id."""

    id: str
    cell: type[Cell]
    derivation: symrnn.Derivation
    certificate: Certificate
    sources: tuple[Source, ...]


def formats_from(text: str) -> tuple[str, ...]:
    """``"tex,md"`` as a tuple; UsageError for a format that is not one of FORMATS."""
    asked = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for name in asked:
        if name not in FORMATS:
            raise UsageError(f"there is no format {name!r}; choose from {', '.join(FORMATS)}")
    return asked


def formats_for(folder: Path, id: str, asked: str | None, whole: bool) -> tuple[str, ...]:
    """The formats of a cell's derivation: those asked for; else of the whole zoo two, of a cell all of them.

    A cell that is built again into a folder keeps the formats that it has there.
    """
    if asked is not None:
        return formats_from(asked)
    there = tuple(name for name in FORMATS if (folder / id / f"derivation.{name}").is_file())
    return ZOO_FORMATS if whole else there or FORMATS


def plan(
    id: str, cell: type[Cell], formats: Sequence[str] = FORMATS, progress: Callable[[str], None] | None = None
) -> Built:
    """Derive, emit and verify one cell; nothing is written. ``progress`` is told what is being checked."""
    derivation = symrnn.derive(cell)
    certificate = symrnn.verify(cell, seed=SEED, progress=progress)
    texts = [(source.path, source.text) for source in symrnn.emit(cell)]
    stamp = f"{certificate.verdict}, seed {SEED}; certificate.json says what was checked"
    texts += [(f"derivation.{name}", render(derivation, name, stamp=stamp)) for name in formats]
    texts += [
        ("schedule.txt", f"# The schedule of {id}, written by symrnn build {id}\n{derivation.schedule}"),
        ("certificate.json", certificate.to_json()),
        (RUN_FILE, certificate.run_json()),
    ]
    sources = tuple(Source(f"{id}/{path}", text if text.endswith("\n") else text + "\n") for path, text in texts)
    return Built(id, cell, derivation, certificate, sources)


def write(folder: Path, sources: Iterable[Source], force: bool = False) -> list[Path]:
    """Write every source under ``folder``: all of them to temporary names first, then one rename each.

    Raises UsageError before anything is written if a path leaves the folder or names a file of another origin.
    """
    targets = [(_inside(folder, source.path), source.text) for source in sources]
    for target, _ in targets:
        refuse_foreign(target, force)
    waiting: list[tuple[Path, Path]] = []
    with _uninterrupted():
        try:
            for target, text in targets:
                waiting.append((_temporary(target, text), target))
            for temporary, target in waiting:
                os.replace(temporary, target)
        finally:
            for temporary, _ in waiting:
                temporary.unlink(missing_ok=True)
    return [target for target, _ in targets]


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back for as long as some files are written and others are not; only the main thread receives it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: held.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if held:
        signal.raise_signal(signal.SIGINT)


def refuse_foreign(target: Path, force: bool = False) -> None:
    """UsageError if ``target`` exists and was not written by symrnn, unless ``force``."""
    if target.is_dir():
        raise UsageError(f"{target} is a folder; name a file")
    if force or not target.exists():
        return
    if not MARK.search(target.read_text(encoding="utf-8", errors="replace")[:4000]):
        raise UsageError(f"{target} exists and was not written by symrnn; write elsewhere, or overwrite with --force")


def _inside(folder: Path, path: str) -> Path:
    """``folder / path``, followed through links; UsageError if that is somewhere else."""
    root = folder.resolve()
    target = (root / PurePosixPath(path)).resolve()
    if not path:
        raise UsageError(f"{folder} is a folder; name a file")
    if root not in target.parents:
        raise UsageError(f"{path} would be written outside {folder}")
    return target


def _temporary(target: Path, text: str) -> Path:
    """A new file beside ``target`` that holds ``text``, with the permissions that a plain open() would give."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror}") from error
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    mask = os.umask(0)
    os.umask(mask)
    os.chmod(name, 0o666 & ~mask)
    return Path(name)


@dataclass(frozen=True)
class Difference:
    """A file that is not as it would be written: ``kind`` is missing, changed or extra; ``diff`` is unified."""

    path: str
    kind: str
    diff: str = ""


def compare(folder: Path, sources: Iterable[Source]) -> tuple[Difference, ...]:
    """What in the folders of the cells in ``sources`` differs from them, as a set of paths and texts, by path."""
    wanted = {source.path: source.text for source in sources if PurePosixPath(source.path).name != RUN_FILE}
    cells = {PurePosixPath(path).parts[0] for path in wanted}
    found = dict(_files(folder, cells))
    result = []
    for path in sorted(wanted.keys() | found.keys()):
        if path not in found:
            result.append(Difference(path, "missing"))
        elif path not in wanted:
            result.append(Difference(path, "extra"))
        elif wanted[path] != found[path]:
            result.append(Difference(path, "changed", _diff(path, found[path], wanted[path])))
    return tuple(result)


def strangers(folder: Path, ids: Collection[str]) -> tuple[Difference, ...]:
    """Files under ``folder`` that belong to none of these cells."""
    names = {item.name for item in folder.iterdir()} - set(ids) if folder.is_dir() else set()
    return tuple(Difference(path, "extra") for path, _ in _files(folder, names))


def _files(folder: Path, names: Collection[str]) -> Iterator[tuple[str, str]]:
    """Path and text of every file that is, or lies under, one of these names in ``folder``, in order of paths."""
    for name in sorted(names):
        top = folder / name
        for file in sorted(top.rglob("*")) if top.is_dir() else [top]:
            inside = file.relative_to(folder)
            if file.is_file() and file.name != RUN_FILE and "__pycache__" not in inside.parts:
                yield inside.as_posix(), file.read_bytes().decode("utf-8", errors="replace")


def _diff(path: str, old: str, new: str, limit: int = 60) -> str:
    lines = list(
        difflib.unified_diff(old.splitlines(), new.splitlines(), f"{path} (on disk)", f"{path} (as built)", lineterm="")
    )
    if not lines:
        return "only line ends differ"
    rest = len(lines) - limit
    return "\n".join(lines[:limit] + ([f"... and {rest} more lines"] if rest > 0 else []))
