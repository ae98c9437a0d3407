"""What ``symrnn read`` and ``symrnn check`` say about a note."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from symrnn.analysis.claim_verdicts import HOLDS_WITH, WORDS, Judged
from symrnn.analysis.notes import Reading
from symrnn.analysis.recognition import Twin, twin
from symrnn.cell import Cell
from symrnn.command.summary import Report, count
from symrnn.loading import is_note, note
from symrnn.reading.diagnostics import ERROR, WARNING, Diagnostic


def read_report(path: Path, fix: tuple[str, ...] = ()) -> Report:
    """Cells, claims and diagnostics of a note; it fails where one of the diagnostics is an error."""
    found = note(str(path), fix)
    twins = {cell.name: twin(cell) for cell in found.cells}
    parts = [_cell_text(cell, twins[cell.name]) for cell in found.cells]
    parts += ["\n".join(f"{j.line}:{j.column}: {_name(j)}: {j.head}" for j in found.claims)] if found.claims else []
    parts += list(map(str, found.diagnostics))
    data = {
        "file": str(path),
        "cells": [_cell_facts(cell, twins[cell.name]) for cell in found.cells],
        "equations": [
            {"text": e.text, "kind": e.kind, "line": e.line, "column": e.column, "tex": e.tex, "cell": e.cell}
            for e in found.equations
        ],
        "claims": [judged.facts() for judged in found.claims],
        "diagnostics": [_facts(d) for d in found.diagnostics],
    }
    return Report("\n\n".join([*parts, _tally(found)]), data, _failures(found.diagnostics, path))


def check_report(path: Path, fix: tuple[str, ...] = ()) -> Report:
    """The claims of a note with their verdicts, and what is wrong with it; it fails where something is."""
    found = note(str(path), fix)
    claims = [f"{j.file}:{j.line}:{j.column}: {j}" for j in found.claims]
    others = [d for d in found.diagnostics if d.severity != "info" and not d.code.startswith("CLAIM-")]
    data = {
        "file": str(path),
        "claims": [judged.facts() for judged in found.claims],
        "diagnostics": [_facts(d) for d in found.diagnostics],
    }
    text = "\n\n".join([*claims, *map(str, others), _tally(found)])
    return Report(text, data, _failures(found.diagnostics, path))


def _name(judged: Judged) -> str:
    return judged.text.removeprefix("claim: ")


def _cell_text(cell: type[Cell], found: Twin | None) -> str:
    """A cell, and which of the zoo it is."""
    return str(cell).rstrip() + (f"\n  proved to be {found}" if found is not None else "")


def _cell_facts(cell: type[Cell], found: Twin | None) -> dict[str, Any]:
    return {
        "id": cell.id,
        "class": cell.name,
        "inputs": [d.name for d in cell.inputs],
        "states": [d.name for d in cell.states],
        "outputs": list(cell.outputs),
        "parameters": {d.name: [str(size) for size in d.shape] for d in cell.params},
        "text": str(cell),
        "zoo": {"id": found.id, "names": dict(found.names)} if found is not None else None,
    }


def _facts(d: Diagnostic) -> dict[str, Any]:
    """A diagnostic as plain data."""
    names = ("code", "severity", "message", "file", "line", "column", "excerpt", "fix")
    return {name: getattr(d, name) for name in names}


def _tally(found: Reading) -> str:
    """A line that counts what was found."""
    severities = Counter(d.severity for d in found.diagnostics)
    parts = [count(len(found.cells), "cell"), count(len(found.equations), "equation")]
    if found.claims:
        verdicts = Counter(judged.verdict for judged in found.claims)
        words = {**WORDS, HOLDS_WITH: "with an assumption"}
        said = ", ".join(f"{verdicts[v]} {word}" for v, word in words.items() if verdicts[v])
        parts.append(f"{count(len(found.claims), 'claim')} ({said})")
    parts += [count(severities[s], s) for s in ("error", "warning", "question") if severities[s]]
    return ", ".join(parts)


def _failures(diagnostics: tuple[Diagnostic, ...], path: Path) -> dict[str, str]:
    """What is wrong: the errors, by their codes."""
    codes = Counter(d.code for d in diagnostics if d.severity == ERROR)
    return {str(path): ", ".join(f"{n} {code}" for code, n in sorted(codes.items()))} if codes else {}


def annotated(path: Path, fix: tuple[str, ...] = ()) -> str:
    """The note as a page, with readings, problems and verdicts in place."""
    from symrnn.annotation.page import page

    return page(note(str(path), fix))


def complaints(texts: Iterable[str], fix: Iterable[str]) -> list[str]:
    """What is wrong with the notes that cells are taken from, to be said before anything is made of them."""
    paths = dict.fromkeys(text.partition("#")[0] for text in texts if is_note(text))
    found = [d for path in paths for d in note(path, fix).found.diagnostics]
    return [str(d) for d in found if d.severity in (ERROR, WARNING)]
