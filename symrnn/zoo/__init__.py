"""The zoo: published cells, one per file, ``symrnn.zoo["lstm"]`` or ``from symrnn.zoo import LSTM``.

The package itself is the mapping from ids to cells, so that both spellings work with one name: its module object gets
a class that is a module and a ``Mapping``. An id is the name of a file of this folder; files are imported when they are
asked for, because importing all of them would cost every user the time of every cell. Iteration is over the ids in
alphabetical order, without the aliases.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from symrnn.cell import Cell
from symrnn.errors import UsageError

ALIASES = {"rnn": "elman", "gru": "gru_cudnn"}


class Zoo(ModuleType, Mapping[str, type[Cell]]):
    """The mapping from ids to cells, as the class of this package's module."""

    # A module compares and hashes by identity; a Mapping would compare by items and have no hash.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __getitem__(self, key: str) -> type[Cell]:
        id = ALIASES.get(key, key)
        if id not in _ids():
            near = difflib.get_close_matches(str(key).lower(), [*_ids(), *ALIASES], n=3)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            raise UsageError(f"there is no cell {key!r} in the zoo{hint}")
        return _cell_of(importlib.import_module(f"{__name__}.{id}"))

    def get(self, key: str, default: Any = None) -> Any:
        """The cell of that id, or the default; an unknown id raises no KeyError, so this has to look first."""
        return self[key] if key in self else default  # noqa: SIM401  this is that method

    def __contains__(self, key: object) -> bool:
        return key in _ids() or key in ALIASES

    def __iter__(self) -> Iterator[str]:
        return iter(_ids())

    def __len__(self) -> int:
        return len(_ids())

    def __bool__(self) -> bool:
        return True

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(zoo[id].name for id in _ids())})


@cache
def _ids() -> tuple[str, ...]:
    """The files of the folder, listed once."""
    return tuple(sorted(item.name for item in pkgutil.iter_modules(__path__)))


def _cell_of(module: ModuleType) -> type[Cell]:
    """The cell that a file of the zoo defines: exactly one."""
    cells = {
        id(value): value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Cell) and value.__module__ == module.__name__
    }
    if len(cells) != 1:
        raise UsageError(f"{module.__name__} defines {len(cells)} cells; a file of the zoo defines one")
    return next(iter(cells.values()))


def _by_class_name(name: str) -> type[Cell]:
    """The cell of that class name. The files' texts are searched first, so that only the right one is imported."""
    pattern = re.compile(rf"^(class {re.escape(name)}\(|{re.escape(name)} = )", re.MULTILINE)
    for id in _ids():
        text = pkgutil.get_data(__name__, f"{id}.py") or b""
        if pattern.search(text.decode()):
            return zoo[id]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __getattr__(name: str) -> type[Cell]:
    """``from symrnn.zoo import LSTM``."""
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _by_class_name(name)


zoo: Mapping[str, type[Cell]] = cast("Zoo", sys.modules[__name__])
if not TYPE_CHECKING:
    sys.modules[__name__].__class__ = Zoo
