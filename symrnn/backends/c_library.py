"""Compile an emitted C file into a cache, and load the module beside it.

The cache is a folder of the user, ``$SYMRNN_CACHE`` or ``~/.cache/symrnn``. What is compiled is keyed by a hash of the
texts, the compiler, its flags and the processor. A folder is made under another name and renamed when it is whole, so
two processes that build one cell at once do not meet: whoever comes second finds the folder, and takes it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from symrnn.errors import EmitError

# Never -ffast-math: linked into a library it changes how the whole process rounds.
FLAGS = (
    "-std=gnu99", "-O3", "-march=native", "-ffp-contract=fast", "-fno-math-errno", "-fno-trapping-math", "-fPIC",
    "-shared",
)  # fmt: skip
COMPILERS = ("cc", "gcc", "clang")


def load(sources: Sequence[tuple[str, str]]) -> ModuleType:
    """The ctypes module of a cell's sources, compiled if the cache does not hold it. Raises EmitError."""
    folder = compiled(sources)
    path = next(folder / path for path, _ in sources if path.endswith(".py"))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.__dict__["__source__"] = sources[0][1]
    return module


def compiled(sources: Sequence[tuple[str, str]]) -> Path:
    """The folder of the cache that holds the sources and the library made of them."""
    compiler, flags = _compiler(), [*FLAGS, *shlex.split(os.environ.get("CFLAGS", ""))]
    parts = [*compiler, *flags, _processor(), *(part for s in sources for part in s)]
    key = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    cache = _cache()
    name = Path(sources[0][0]).stem
    folder = cache / f"{name}-{key[:32]}"
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=cache))
    try:
        for path, text in sources:
            (made / path).write_text(text, encoding="utf-8")
        _compile([*compiler, *flags, f"{name}.c", "-o", f"{name}.so", "-lm"], made)
        try:
            made.rename(folder)
        except OSError:
            if not folder.is_dir():  # another process was faster
                raise
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return folder


def _cache() -> Path:
    named = os.environ.get("SYMRNN_CACHE")
    return Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "symrnn"


def _processor() -> str:
    """What -march=native depends on: machines that share a home directory may differ in their instructions."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8", errors="replace").splitlines() if told.is_file() else []
    kinds = {"vendor_id", "cpu family", "model", "flags", "Features", "CPU implementer", "CPU part"}
    named = sorted({line for line in lines if line.partition(":")[0].strip() in kinds})
    return "\n".join([platform.machine(), platform.processor(), *named])


def _compiler() -> list[str]:
    """The C compiler, ``$CC`` if it is set."""
    named = shlex.split(os.environ.get("CC", ""))
    if named and shutil.which(named[0]):
        return named
    found = next((path for name in COMPILERS if (path := shutil.which(name))), None)
    if named or found is None:
        what = f"$CC is {named[0]}, which is not there" if named else f"none of {', '.join(COMPILERS)} is there"
        raise EmitError(f'backend="c" needs a C compiler: {what}; install one (gcc or clang), or set CC to its path')
    return [found]


def _compile(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise EmitError(f"the C compiler failed: {shlex.join(command)}\n{done.stderr[-4000:]}")
