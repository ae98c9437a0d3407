"""The derivation as a document: composed once, then written by the printer of a format.

A format is a module of this package that defines ``FORMAT`` and ``write(document)``; printers are found by listing the
folder, so that adding a format is adding a file.
"""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

from symrnn.document.content import compose
from symrnn.document.draft import Derived
from symrnn.document.model import Document
from symrnn.errors import UsageError


def render(derivation: Derived, format: str, lang: str = "en", stamp: str | None = None) -> str:
    """The document of a derivation as text in a format; UsageError where there is no such format or language.

    ``stamp`` is a verdict to print under the title.
    """
    printer = printers().get(format)
    if printer is None:
        raise UsageError(f"there is no format {format!r}; choose from {', '.join(sorted(printers()))}")
    text: str = printer.write(composed(derivation, lang, stamp))
    return text


def composed(derivation: Derived, lang: str = "en", stamp: str | None = None) -> Document:
    """The document of a derivation, composed when it is asked for first and kept with the derivation."""
    if (lang, stamp) not in derivation.documents:
        derivation.documents[lang, stamp] = compose(derivation, lang, stamp)
    return derivation.documents[lang, stamp]


def printers() -> dict[str, ModuleType]:
    """The printers of this package by the name of their format."""
    names = [m.name for m in pkgutil.iter_modules(__path__) if m.name.endswith("_printer")]
    modules = [importlib.import_module(f"{__name__}.{name}") for name in sorted(names)]
    return {module.FORMAT: module for module in modules}
