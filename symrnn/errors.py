"""The errors that symrnn raises: one family, so that a caller can catch them all."""

from __future__ import annotations


class SymrnnError(Exception):
    """Anything that symrnn refuses, with a message that says what to do."""


class CellError(SymrnnError):
    """A cell that is not well formed: a shape, a name, an unused or missing equation."""


class StepError(SymrnnError):
    """A step that breaks a rule of the intermediate representation (a bug in a pass, or in a rule table)."""


class EmitError(SymrnnError):
    """A schedule that a backend cannot write as source text."""


class UsageError(SymrnnError):
    """A cell, file, format or option that does not exist or cannot be used as asked."""
