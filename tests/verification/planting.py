"""Loading module texts with a planted bug, and the hand-written LSTM in both derivative forms."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

HANDWRITTEN = Path(__file__).with_name("handwritten.py").read_text(encoding="utf-8")


def load(text: str, name: str = "planted") -> ModuleType:
    """A module from its text."""
    module = ModuleType(name)
    module.__dict__["__source__"] = text
    exec(compile(text, name, "exec"), module.__dict__)
    return module


def planted(text: str, old: str, new: str) -> str:
    """``text`` with one place changed; the place must exist, or the plant would test nothing."""
    if text.count(old) != 1:
        raise AssertionError(f"{old!r} occurs {text.count(old)} times")
    return text.replace(old, new)


def handwritten(*changes: tuple[str, str], accurate: bool = False) -> ModuleType:
    """The hand-written LSTM with some places changed."""
    text = HANDWRITTEN
    for old, new in changes:
        text = planted(text, old, new)
    if accurate:
        text = planted(text, "ACCURATE = False\n", "ACCURATE = True\n")
    return load(text)
