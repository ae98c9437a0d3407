"""Functions of whole values that an emitted file brings along if it calls them: their texts are those of c_whole.c."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path


def whole_functions(text: str) -> list[str]:
    """The functions that a text calls, and those that they call, in the order of the file."""
    known = _functions()
    wanted: set[str] = set()
    stack = [text]
    while stack:
        for name in re.findall(r"TYPED\((w_\w+)\)", stack.pop()):
            if name in known and name not in wanted:
                wanted.add(name)
                stack.append(known[name])
    return [code for name, code in known.items() if name in wanted]


@cache
def _functions() -> dict[str, str]:
    """Name and text of every function of the file, its comment first."""
    parts = Path(__file__).with_suffix(".c").read_text(encoding="utf-8").split("\n\n/* ")
    texts = [parts[0], *(f"/* {part}" for part in parts[1:])]
    return {re.findall(r"TYPED\((w_\w+)\)", text)[0]: f"{text.rstrip()}\n" for text in texts}
