"""What a text says of the names of one cell beside its equations: rows that declare them, and hints in comments.

What the caller says wins over both.
"""

from __future__ import annotations

import sympy

from symrnn.cell_declarations import ALONE
from symrnn.errors import UsageError
from symrnn.reading.declared import Fact, Facts
from symrnn.reading.diagnostics import Report
from symrnn.reading.grouping import Group
from symrnn.reading.hints import hinted
from symrnn.reading.sets import size_of, space_of
from symrnn.reading.source import Span
from symrnn.reading.statements import Item
from symrnn.unify import ONE

SIGNALS = ("input", "state", "output")


def said(group: Group, given: Facts, report: Report) -> Facts:
    """What the caller says, completed by the rows and hints of a group."""
    found = given.copy()
    for item in group.declared:
        try:
            _row(item, found, given, report)
        except UsageError as error:
            report.add("PARSE-ERROR", item.right.span, str(error))
    hinted(_extent(group), found, given, report)
    return found


def _extent(group: Group) -> Span:
    """From the first to the last block of a group."""
    blocks = [item.block.span for item in group.items]
    return Span(min(block.start for block in blocks), max(block.end for block in blocks))


def _row(item: Item, found: Facts, given: Facts, report: Report) -> None:
    """One name that a row declares."""
    head, _, word = item.role.rpartition(" ")
    name = item.left.name
    if word == "constant":
        found.constants.setdefault(name, _number(item, report))
        found.fixed_constants.add(name)
        return
    if word == "size":
        _size(found, size_of(item.left))
        return
    if word in SIGNALS:
        if not getattr(given, f"{word}s"):
            getattr(found, f"{word}s").append(name)
    else:
        # A label that looks like the time is a label: W_t beside W_q and W_k.
        name = f"{name}_{item.left.time.letter}" if item.left.time is not None else name
        found.params.append(name)
        if word in ALONE:
            found.families.setdefault(name, "")
    if name not in given.names and word != "output":
        found.names[name] = _fact(item, word in SIGNALS, head == "fixed")
        for length in found.names[name].shape or ():
            _size(found, length)


def _size(found: Facts, length: sympy.Expr) -> None:
    """Take down the sizes of their own that a length is made of."""
    usual = {"n_h", *(f"n_{name}" for name in ("x", *found.inputs))}
    names = sorted(str(symbol) for symbol in length.free_symbols)
    found.sizes += [name for name in names if name not in usual and name not in found.sizes]


def _number(item: Item, report: Report) -> float:
    """The value of a constant: an int where it is written without a point and a power."""
    value, written = item.right.value, report.source.slice(item.right.span)
    return int(value) if value.denominator == 1 and not set(written) & set(".^") else float(value)


def _fact(item: Item, signal: bool, fixed: bool) -> Fact:
    space = space_of(item.right)
    assert space is not None, "a row without a set is refused when it is read"
    shape = space.shape() or ((ONE,) if signal else ())
    if len(shape) > 2:
        raise UsageError(f"{item.left.name} has {len(shape)} lengths; a value has at most two, rows and columns")
    return Fact(shape, domain=space.domain, complex=space.complex, fixed=fixed, copies=space.copies)
